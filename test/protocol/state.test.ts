import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fact, FactEvent } from '../../src/protocol/events.js';
import { reduce, reduceAll } from '../../src/protocol/reduce.js';
import { currentTurn, emptyState, type SessionState } from '../../src/protocol/state.js';
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

describe('folding in batches', () => {
  const facts = readFileSync(new URL('../golden/relay.jsonl', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): FactEvent => JSON.parse(line));

  test('gives the state that folding one by one gives, however the facts are cut, and leaves every state before it as it was', () => {
    const cuts = fc.uniqueArray(fc.nat(facts.length), { maxLength: 6 }).map((all) => [...all, facts.length].sort((a, b) => a - b));
    fc.assert(
      fc.property(cuts, (ends) => {
        let state = emptyState;
        let from = 0;
        const before: { state: SessionState; copy: SessionState }[] = [];
        for (const to of ends) {
          before.push({ state, copy: structuredClone(state) });
          state = reduceAll(state, facts.slice(from, to));
          from = to;
        }
        expect(state).toEqual(facts.reduce((folded, fact) => reduce(folded, fact), emptyState));
        for (const one of before) expect(one.state).toEqual(one.copy);
      }),
    );
  });

  test('what a batch does not touch is the same value as before', () => {
    const turns = [1, 2].map((n): Fact => ({ ...started, turn: `t${n}` }));
    const before = folded({ type: 'session.started', id: 's', version: 1, folder: '/f' }, ...turns);
    const after = reduceAll(before, [{ ...ended, turn: 't2', seq: 4, at: 4 }]);
    expect(after.turns[0]).toBe(before.turns[0]);
    expect(after.applies).toBe(before.applies);
    expect(after.turns[1]).not.toBe(before.turns[1]);
  });
});
