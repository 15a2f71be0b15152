import { describe, expect, test } from 'vitest';
import { type Ended, settle } from '../../../src/engine/evidence/flaky.js';

const ended = (passed: number, ...failing: string[]): Ended => ({
  passed: failing.length === 0,
  parsed: { tests: { passed, failed: failing.length, skipped: 0 }, failing },
});
const bare = (passed: boolean): Ended => ({ passed, parsed: undefined });
const brief = ({ passed, flaky, parsed }: ReturnType<typeof settle>) => ({ passed, flaky, failing: parsed?.failing, tests: parsed?.tests });

describe('a check that is run again', () => {
  test('passes: what failed is flaky', () => {
    expect(brief(settle('test', ended(1, 'a'), ended(2), undefined))).toEqual({
      passed: true,
      flaky: ['a'],
      failing: [],
      tests: { passed: 2, failed: 0, skipped: 0 },
    });
    expect(settle('lint', bare(false), bare(true), undefined)).toMatchObject({ passed: true, flaky: ['lint'] });
  });

  test('fails in the same way: nothing is flaky', () => {
    expect(settle('test', ended(1, 'a'), ended(1, 'a'), undefined)).toMatchObject({ passed: false, flaky: [], parsed: { failing: ['a'] } });
    expect(settle('lint', bare(false), bare(false), undefined)).toMatchObject({ passed: false, flaky: [] });
  });

  test('fails in part, or in another way', () => {
    expect(brief(settle('test', ended(1, 'a', 'b'), ended(1, 'b', 'c'), undefined))).toMatchObject({
      passed: false,
      flaky: ['a', 'c'],
      failing: ['b'],
    });
  });

  test('runs fewer tests than before: nobody knows of the rest', () => {
    expect(settle('test', ended(5, 'a'), ended(2), undefined)).toMatchObject({ passed: false, flaky: [], parsed: { failing: ['a'] } });
    expect(settle('test', ended(5, 'a'), bare(true), undefined)).toMatchObject({ passed: false, flaky: [] });
  });
});

describe('only what failed, run again', () => {
  test('passes: the rest of the first run stands', () => {
    expect(brief(settle('test', ended(7, 'a', 'old'), ended(1), ['a']))).toEqual({
      passed: false,
      flaky: ['a'],
      failing: ['old'],
      tests: { passed: 8, failed: 1, skipped: 0 },
    });
    expect(brief(settle('test', ended(7, 'a'), ended(1), ['a']))).toMatchObject({ passed: true, flaky: ['a'], failing: [] });
  });

  test('runs nothing, or says nothing: it is not excused', () => {
    expect(settle('test', ended(7, 'a'), ended(0), ['a'])).toMatchObject({ passed: false, flaky: [] });
    expect(settle('test', ended(7, 'a'), bare(true), ['a'])).toMatchObject({ passed: false, flaky: [] });
    expect(settle('test', ended(7, 'a'), bare(false), ['a'])).toMatchObject({ passed: false, flaky: [] });
  });

  test('fails in part', () => {
    expect(brief(settle('test', ended(7, 'a', 'b'), ended(1, 'b'), ['a', 'b']))).toMatchObject({
      passed: false,
      flaky: ['a'],
      failing: ['b'],
    });
  });
});
