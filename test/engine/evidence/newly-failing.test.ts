import { describe, expect, test } from 'vitest';
import { NAMES_KEPT, newlyFailing } from '../../../src/engine/evidence/newly-failing.js';
import type { CheckResult } from '../../../src/protocol/events.js';

const base = (more: Partial<CheckResult>): CheckResult[] => [
  { name: 'test', command: 'x', version: 'base', status: 'passed', durationMs: 1, ...more },
];
const failing = (...names: string[]) => ({ tests: { passed: 1, failed: names.length, skipped: 0 }, failing: names });
const now = (status: CheckResult['status'], parsed?: ReturnType<typeof failing>) => ({ name: 'test', status, parsed });

describe('what newly fails', () => {
  test.each<[string, CheckResult[] | undefined, ReturnType<typeof now> & { flaky?: string[] }, string[] | undefined]>([
    ['what failed before is not held against it', base({ status: 'failed', ...failing('a', 'b') }), now('failed', failing('a', 'b')), []],
    ['only what is new is named', base({ status: 'failed', ...failing('a') }), now('failed', failing('a', 'c')), ['c']],
    ['one mended and one broken: the broken one', base({ status: 'failed', ...failing('a') }), now('failed', failing('c')), ['c']],
    ['all names where all passed before', base({ ...failing() }), now('failed', failing('a', 'b')), ['a', 'b']],
    ['the check itself where no names are printed', base({}), now('failed'), ['test']],
    ['nothing where it failed before too, without names', base({ status: 'failed' }), now('failed'), []],
    ['nothing where it passes', base({ status: 'failed', ...failing('a') }), now('passed', failing()), []],
    ['a hang where it ended before', base({}), now('timed-out'), ['test']],
    ['the check itself, where it no longer gets to its tests', base({ status: 'failed', ...failing('a') }), now('failed'), ['test']],
    ['what is flaky on the base is not held against it', base({ flaky: ['a'] }), now('failed', failing('a')), []],
    ['nor a whole check that is', base({ flaky: ['test'] }), now('failed'), []],
    ['but what fails beside it is', base({ flaky: ['a'] }), now('failed', failing('a', 'b')), ['b']],
    ['nothing where each run failed elsewhere', base({}), { ...now('failed', failing()), flaky: ['a'] }, []],
    ['unknown without a base', undefined, now('failed', failing('a')), undefined],
    ['unknown where it did not run on the base', base({ status: 'not-run' }), now('failed', failing('a')), undefined],
    ['unknown where it did not end on the base', base({ status: 'timed-out' }), now('failed'), undefined],
    ['unknown where it does not run here', base({}), now('not-run'), undefined],
    ['unknown for a check that the base does not have', [], now('failed'), undefined],
  ])('%s', (_, baseline, outcome, expected) => {
    expect(newlyFailing(outcome, baseline)).toEqual(expected);
  });

  test('where more failed than names are kept, only the number can be compared', () => {
    const many = Array.from({ length: NAMES_KEPT }, (_, at) => `t${at}`);
    const baseline = base({ status: 'failed', failing: many, tests: { passed: 0, failed: 500, skipped: 0 } });
    const outcome = (failed: number) => ({
      ...now('failed'),
      parsed: { tests: { passed: 0, failed, skipped: 0 }, failing: ['another', ...many] },
    });
    expect(newlyFailing(outcome(500), baseline)).toEqual([]);
    expect(newlyFailing(outcome(501), baseline)).toEqual(['test']);
  });
});
