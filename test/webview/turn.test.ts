import { describe, expect, test } from 'vitest';
import type { CheckResult } from '../../src/protocol/events.js';
import type { CandidateState, TurnState } from '../../src/protocol/state.js';
import { chipsOf, verdictOf } from '../../src/webview/turn.js';

const candidate = { tree: 'tree' } as CandidateState;
const check = (name: string, status: CheckResult['status'], more: Partial<CheckResult> = {}): CheckResult => ({
  name,
  command: name,
  status,
  version: 'base',
  durationMs: 1,
  ...more,
});
const turnWith = (...results: CheckResult[]) => ({ base: 'base', checks: { tree: { startedAt: 0, results } } }) as unknown as TurnState;
const counted = { tests: { passed: 8, failed: 0, skipped: 0 } };

describe('the one sign for an answer', () => {
  test.each<[string, TurnState, string]>([
    ['what newly fails', turnWith(check('lint', 'passed'), check('test', 'failed', { newlyFailing: ['a'] })), '✗ bad'],
    ['else how many tests pass', turnWith(check('lint', 'failed', { newlyFailing: [] }), check('test', 'passed', counted)), '✓ ok'],
    ['else what fails as it did before', turnWith(check('lint', 'passed'), check('test', 'failed', { newlyFailing: [] })), '✗ dim'],
    ['else the first that passed', turnWith(check('lint', 'passed'), check('types', 'passed')), '✓ ok'],
    ['else that it was not run', turnWith(check('test', 'not-run')), '– dim'],
  ])('is %s', (_, turn, expected) => {
    const chip = verdictOf(turn, candidate);
    expect(`${chip?.sign} ${chip?.tone}`).toBe(expected);
  });
});

test('what is flaky is said beside what passes, with its names, and is nothing bad', () => {
  const turn = turnWith(check('test', 'passed', { ...counted, flaky: ['a.js > now and then'] }));
  expect(chipsOf(turn, candidate)).toEqual([
    expect.objectContaining({
      sign: '✓',
      tone: 'ok',
      words: '8 tests, 1 flaky',
      title: expect.stringContaining('flaky: a.js > now and then'),
    }),
  ]);
});
