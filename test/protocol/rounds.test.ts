import { expect, test } from 'vitest';
import { roundsOf, trendOf } from '../../src/protocol/rounds.js';
import type { CandidateState, TurnState } from '../../src/protocol/state.js';
import { ballot, turnOf } from '../engine/patterns/ballots.js';

type Told = [id: string, by: string, like?: Record<string, number>] | [vote: `${string}→${string}`];

/** A turn as it goes: answers with their likeness to those before, and votes `p→a`; everybody is shown everything at once. */
function goes(...told: Told[]): TurnState {
  const turn = turnOf(
    {},
    [...new Set(told.flatMap(([, by]) => (by === undefined ? [] : [by])))].map((by) => ballot(by, 'x')),
  );
  const state: TurnState = { ...turn, ballots: [], shown: [] };
  for (const [at, [what, by, like = {}]] of told.entries()) {
    const seq = 10 * (at + 1);
    if (by === undefined) {
      const [voter = '', choice = ''] = what.split('→');
      state.ballots.push({ ...ballot(voter, choice), seq, at });
      continue;
    }
    const similarity = [{ to: 'base', score: 0 }, ...Object.entries(like).map(([to, score]) => ({ to, score }))];
    const answer: CandidateState = {
      ...{ id: what, agent: by, run: 'r', turn: 't1', words: [], tree: what, similarity },
      ...{ size: { files: 1, added: 1, removed: 0 }, purpose: 'work', pausedBefore: 0, seq, at },
    };
    state.candidates.push(answer);
    state.shown.push(...turn.agents.map(({ id }) => ({ voter: id, candidate: what, label: what, seq: seq + 1 })));
  }
  return state;
}

const two: Told[] = [
  ['a1', 'p'],
  ['b1', 'q', { a1: 0.2 }],
  ['c1', 'r', { a1: 0.4, b1: 0.3 }],
  ['p→b1'],
  ['q→c1'],
  ['b2', 'q', { b1: 0.5, a1: 0.8, c1: 0.6 }],
  ['p→b2'],
  ['q→b2'],
  ['r→a1'],
];

test('a round ends where one that has answered in it answers again; each has the likeness and the agreement of its end', () => {
  const rounds = roundsOf(goes(...two));
  expect(rounds.map(({ answers }) => answers)).toEqual([['a1', 'b1', 'c1'], ['b2']]);
  expect(rounds[0]?.similarity).toBeCloseTo((0.2 + 0.4 + 0.3) / 3);
  expect(rounds[1]?.similarity).toBeCloseTo((0.8 + 0.6 + 0.4) / 3);
  expect(rounds.map(({ agreement }) => agreement)).toEqual([1 / 2, 2 / 3]);
});

test('what the answers did is told from the first round to the last', () => {
  expect(trendOf(goes(...two))).toMatchObject({ goes: 'together', from: expect.closeTo(0.3), to: expect.closeTo(0.6) });
  const back = (score: number): Told[] => [...two, ['a2', 'p', { b2: score, c1: score }]];
  expect(trendOf(goes(...back(0)))?.goes).toBe('apart');
  expect(trendOf(goes(...back(0.1)))?.goes).toBe('nowhere');
});

test('a version made while presenting is of no round; one round is no trend', () => {
  const turn = goes(...two.slice(0, 3));
  const last = { ...turn.candidates[0], id: 'p', purpose: 'present', seq: 99 } as CandidateState;
  expect(roundsOf({ ...turn, candidates: [...turn.candidates, last] })).toHaveLength(1);
  expect(trendOf(turn)).toBeUndefined();
});

test('nothing is said to be known that is not: of one answer, of one ballot, of a pair that was not compared', () => {
  expect(roundsOf(goes(['a1', 'p'], ['p→a1']))).toEqual([{ answers: ['a1'] }]);
  expect(roundsOf(goes(['a1', 'p'], ['b1', 'q']))).toEqual([{ answers: ['a1', 'b1'] }]);
});
