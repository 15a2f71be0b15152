import { expect, test } from 'vitest';
import type { Fact, FactEvent } from '../../src/protocol/events.js';
import { currentTurn, emptyState, reduce, type SessionState } from '../../src/protocol/state.js';
import { spec } from '../fixtures/pattern.js';

const started: Fact = {
  type: 'turn.started',
  turn: 't1',
  request: [],
  base: 'base',
  summary: { changed: 0, untracked: 0, refused: [] },
  checkSpecs: [],
  seed: 1,
  agents: [],
  pattern: spec,
  limits: { seconds: 60, callsPerRun: 100 },
  settings: { policy: { allow: [], ask: [], deny: [], network: 'none' }, checks: [], dependencies: 'link' },
};
const ended: Fact = { type: 'turn.ended', turn: 't1', outcome: 'undecided', standings: [], ballots: { live: 0, needed: 1 } };
const apply: Fact = { type: 'apply.started', apply: 'a1', candidate: 'c1', selection: 'all', paths: [], before: 'b', after: 'c' };

const folded = (...facts: Fact[]): SessionState =>
  facts.map((fact, index): FactEvent => ({ ...fact, seq: index + 1, at: index })).reduce(reduce, emptyState);

test('the state holds what the facts say, not the numbers and times that they stand under in the log', () => {
  const state = folded({ type: 'session.started', id: 's', version: 1, folder: '/f' }, started, apply, ended);
  expect(currentTurn(state)?.decision).toEqual({ outcome: 'undecided', standings: [], ballots: { live: 0, needed: 1 } });
  for (const key of ['seq', 'at', 'type']) expect(currentTurn(state)).not.toHaveProperty(key);
  const fresh = { status: 'started', stands: 'c', accepted: [], rejected: [], rejections: [] };
  expect(state.applies).toEqual([{ id: 'a1', candidate: 'c1', selection: 'all', paths: [], before: 'b', after: 'c', ...fresh }]);
  expect({ seq: state.seq, at: state.at }).toEqual({ seq: 4, at: 3 });
});
