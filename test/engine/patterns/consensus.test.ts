import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consensus } from '../../../src/engine/patterns/consensus.js';
import { liveBallots } from '../../../src/engine/patterns/tally.js';
import { currentTurn, emptyState, reduce } from '../../../src/protocol/state.js';
import { type Act, type Player, play } from './simulate.js';

const answerThenVote =
  (tree: string, vote: 'first' | 'last' | 'own' = 'first', after = 1): Player =>
  ({ answered }) => ({
    after,
    act: answered === 0 ? { act: 'answer', tree } : { act: 'vote', for: vote },
  });
const always =
  (act: Act, after = 1): Player =>
  () => ({ after, act });
const decisionOf = (played: ReturnType<typeof play>) => currentTurn(played.state)?.decision;

describe('a turn of agents that answer side by side', () => {
  it.each([1, 3, 5])('costs %i agents two calls each and one presentation', (count) => {
    const names = ['a', 'b', 'c', 'd', 'e'].slice(0, count);
    const played = play(consensus, Object.fromEntries(names.map((name, i) => [name, answerThenVote(`tree-${name}`, 'first', i + 1)])));
    expect(played.facts('message.completed')).toHaveLength(2 * count);
    expect(played.facts('run.started').filter((run) => run.purpose === 'present')).toHaveLength(1);
    expect(decisionOf(played)).toMatchObject({ outcome: 'decided', ballots: { live: count, needed: count } });
  });

  it('breaks a tie by evidence, whatever the order of the agents', () => {
    for (const names of [
      ['a', 'b'],
      ['b', 'a'],
    ]) {
      const players = Object.fromEntries(names.map((name) => [name, answerThenVote(`tree-${name}`, 'own')]));
      const decision = decisionOf(play(consensus, players, { failing: ['tree-a'] }));
      expect(decision?.standings[0]?.agent).toBe('b');
      expect(decision?.tie).toBe('evidence');
    }
  });

  it('then by fewer changed lines', () => {
    const decision = decisionOf(
      play(consensus, { a: answerThenVote('big', 'own'), b: answerThenVote('small', 'own') }, { size: { big: 90, small: 2 } }),
    );
    expect(decision).toMatchObject({ tie: 'size', standings: [{ agent: 'b' }, { agent: 'a' }] });
  });

  it('gives a ballot for oneself no weight beside another voter', () => {
    const played = play(
      consensus,
      { a: answerThenVote('ta', 'own'), b: answerThenVote('tb', 'own'), c: always({ act: 'vote', for: 'first' }) },
      { seconds: 600 },
    );
    const decision = decisionOf(played);
    expect(decision?.standings.map((one) => one.weight)).toEqual([1, 0]);
  });
});

describe('agents that do not converge', () => {
  it('two that answer for ever are stopped at their cap and the turn ends', () => {
    let n = 0;
    const endless: Player = () => ({ after: 1, act: { act: 'answer', tree: `tree-${n++}` } });
    const played = play(consensus, { a: endless, b: endless });
    expect(played.facts('candidate.submitted')).toHaveLength(6);
    expect(decisionOf(played)?.outcome).toBe('undecided');
  });

  it('C1: one that always fails is set aside after three runs, and the others decide', () => {
    const played = play(consensus, { a: always({ act: 'fail' }), b: answerThenVote('tb'), c: answerThenVote('tc') });
    expect(played.facts('run.started').filter((run) => run.agent === 'a')).toHaveLength(3);
    expect(played.facts('agent.set-aside')).toMatchObject([{ agent: 'a' }]);
    expect(decisionOf(played)?.outcome).toBe('decided');
  });

  it('all failing is a failed turn', () => {
    const played = play(consensus, { a: always({ act: 'fail' }), b: always({ act: 'nothing' }) });
    expect(decisionOf(played)).toMatchObject({ outcome: 'failed', failure: { code: 'no-answer' } });
  });

  it('one that hangs costs the turn its time, and live ballots decide', () => {
    const played = play(consensus, { a: always({ act: 'hang' }), b: answerThenVote('tb'), c: answerThenVote('tc') }, { seconds: 300 });
    expect(decisionOf(played)).toMatchObject({ outcome: 'decided', cause: 'time' });
  });

  it('C4: no void ballot is counted at a time-out', () => {
    const late: Player = ({ answered }) =>
      answered === 0 ? { after: 200, act: { act: 'answer', tree: 'late' } } : { after: 1, act: { act: 'hang' } };
    const early =
      (tree: string): Player =>
      ({ answered, seconds }) => {
        if (answered === 0) return { after: 1, act: { act: 'answer', tree } };
        return seconds < 150 ? { after: 1, act: { act: 'vote', for: 'first' } } : { after: 1, act: { act: 'hang' } };
      };
    const played = play(consensus, { a: early('ta'), b: early('tb'), c: late }, { seconds: 400 });
    expect(played.facts('ballot.cast').length).toBeGreaterThan(0);
    expect(decisionOf(played)).toMatchObject({ outcome: 'undecided', cause: 'time', ballots: { live: 0 } });
  });
});

describe('C3, C6: what a voter was shown', () => {
  it('holds for random agents: every turn ends, replay equals live, labels never change, only seen answers are counted', () => {
    const act = fc.oneof(
      fc.record({ act: fc.constant('answer' as const), tree: fc.constantFrom('t1', 't2', 't3', 't4', 't5') }),
      fc.record({ act: fc.constant('vote' as const), for: fc.constantFrom('first' as const, 'last' as const, 'own' as const) }),
      fc.constant({ act: 'fail' as const }),
      fc.constant({ act: 'nothing' as const }),
      fc.constant({ act: 'hang' as const }),
    );
    const moves = fc.array(fc.record({ after: fc.integer({ min: 0, max: 100 }), act }), { minLength: 1, maxLength: 8 });
    const teams = fc.array(moves, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        teams,
        fc.integer({ min: 0, max: 400 }),
        fc.nat(),
        fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
        (team, checkSeconds, seed, quorum) => {
          const players = Object.fromEntries(
            team.map((list, i) => {
              let at = 0;
              return [`p${i}`, (() => list[at++ % list.length] ?? { after: 1, act: { act: 'fail' } }) satisfies Player];
            }),
          );
          const played = play(consensus, players, {
            checkSeconds,
            seed,
            failing: ['t2'],
            ...(quorum !== undefined && { spec: { quorum } }),
          });
          const turn = currentTurn(played.state);
          expect(turn?.decision).toBeDefined();
          expect(played.events.reduce(reduce, emptyState)).toEqual(played.state);
          if (turn === undefined) return;
          expect(turn.runs.length).toBeLessThanOrEqual(team.length * 3 * (team.length * 3 + 4) + 1);
          const labels = new Map<string, string>();
          for (const shown of turn.shown) {
            const author = turn.candidates.find((candidate) => candidate.id === shown.candidate)?.agent;
            const key = `${shown.voter}/${author}`;
            expect(labels.get(key) ?? shown.label).toBe(shown.label);
            labels.set(key, shown.label);
          }
          expect(new Set([...labels].map(([key, label]) => `${key.split('/')[0]}/${label}`)).size).toBe(labels.size);
          for (const ballot of liveBallots(turn)) {
            expect(
              turn.shown.some((shown) => shown.voter === ballot.voter && shown.candidate === ballot.choice && shown.seq < ballot.seq),
            ).toBe(true);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
