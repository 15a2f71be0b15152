import { describe, expect, it } from 'vitest';
import { candidateBy } from '../../src/cli/refs.js';
import { nameOf } from '../../src/cli/render/words.js';
import type { Candidate, Decision, Fact, Team } from '../../src/protocol/events.js';
import { FailureError } from '../../src/protocol/failure.js';
import { reduce } from '../../src/protocol/reduce.js';
import { emptyState, type SessionState } from '../../src/protocol/state.js';
import { spec } from '../fixtures/pattern.js';

const team = (ids: readonly string[]): Team => ({
  agents: ids.map((id) => ({
    id,
    label: id.toUpperCase(),
    runner: 'native',
    backend: { type: 'scripted', model: '', key: { from: 'none' }, params: {} },
  })),
  pattern: spec,
  limits: { seconds: 60, callsPerRun: 10 },
  settings: { policy: { allow: [], ask: [], deny: [], network: 'none' }, checks: [], dependencies: 'none' },
});

const turn = (id: string, ids: readonly string[] = ['maya', 'gpt-5.2']): Fact => ({
  type: 'turn.started',
  turn: id,
  request: [],
  base: 'b',
  summary: { changed: 0, untracked: 0, refused: [] },
  checkSpecs: [],
  seed: 1,
  ...team(ids),
});

/** A run and the answer it ends with. */
const answer = (id: string, agent: string, turnId: string): Fact[] => {
  const candidate: Candidate = {
    id,
    agent,
    run: `r-${id}`,
    turn: turnId,
    words: [],
    tree: id,
    size: { files: 1, added: 1, removed: 0 },
    similarity: [],
  };
  return [
    { type: 'run.started', run: `r-${id}`, turn: turnId, agent, purpose: 'work', shown: [] },
    { type: 'candidate.submitted', candidate },
  ];
};

const ended = (turnId: string, more: Partial<Decision>): Fact => ({
  type: 'turn.ended',
  turn: turnId,
  outcome: 'decided',
  standings: [],
  ballots: { live: 0, needed: 0 },
  ...more,
});

const folded = (...facts: Fact[]): SessionState =>
  facts.reduce((state, fact, i) => reduce(state, { ...fact, seq: i + 1, at: i }), emptyState);

const two = [turn('t1'), ...answer('c1', 'maya', 't1'), ...answer('c2', 'gpt-5.2', 't1'), ...answer('c3', 'maya', 't1')];

const failureOf = (state: SessionState, ref?: string) => {
  try {
    candidateBy(state, ref);
  } catch (error) {
    if (error instanceof FailureError) return error.failure;
    throw error;
  }
  throw new Error('it was found');
};

describe('a candidate is called', () => {
  it.each([
    ['c2', 'c2'],
    ['maya', 'c3'],
    ['MAYA', 'c3'],
    ['maya.1', 'c1'],
    ['maya.2', 'c3'],
    ['gpt-5.2', 'c2'],
    ['gpt-5.2.1', 'c2'],
  ])('%s: %s', (ref, id) => expect(candidateBy(folded(...two), ref).candidate.id).toBe(id));

  it('as the tables name it', () => {
    const state = folded(...two);
    for (const { turn, candidate } of ['c1', 'c2', 'c3'].map((id) => candidateBy(state, id)))
      expect(candidateBy(state, nameOf(turn, candidate.id)).candidate).toBe(candidate);
  });

  it('by its id in an earlier turn too, and by its agent only in the last', () => {
    const state = folded(...two, ended('t1', { winner: 'c3' }), turn('t2'), ...answer('c4', 'maya', 't2'));
    expect(candidateBy(state, 'c1').turn.turn).toBe('t1');
    expect(candidateBy(state, 'maya').candidate.id).toBe('c4');
    expect(failureOf(state, 'maya.2').code).toBe('not-found');
  });
});

describe('the winner is', () => {
  it('what won', () => expect(candidateBy(folded(...two, ended('t1', { winner: 'c1' }))).candidate.id).toBe('c1'));
  it('as it was presented', () =>
    expect(candidateBy(folded(...two, ended('t1', { winner: 'c1', presented: 'c3' })), 'winner').candidate.id).toBe('c3'));
  it('what the person chose, before both', () => {
    const chosen: Fact = { type: 'winner.chosen', turn: 't1', by: 'you', candidate: 'c2' };
    expect(candidateBy(folded(...two, ended('t1', { winner: 'c1', presented: 'c3' }), chosen)).candidate.id).toBe('c2');
  });
  it('nobody where nothing was decided, and the candidates are named', () => {
    const failure = failureOf(folded(...two, ended('t1', { outcome: 'undecided' })));
    expect(failure).toMatchObject({ code: 'not-found', hint: expect.stringContaining('maya.2 (c3)') });
  });
});

it.each([
  ['nobody', 'maya.1'],
  ['maya.0', 'maya.1'],
  ['maya.3', 'maya.1'],
])('%s is nobody, and the hint names who there is', (ref, named) => {
  expect(failureOf(folded(...two), ref)).toMatchObject({ code: 'not-found', hint: expect.stringContaining(named) });
});
