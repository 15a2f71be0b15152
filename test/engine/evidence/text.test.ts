import { describe, expect, test } from 'vitest';
import { evidenceText } from '../../../src/engine/evidence/text.js';
import type { CheckResult } from '../../../src/protocol/events.js';
import { fakeStore } from './fake-store.js';

const store = fakeStore('/nowhere');
const row = (more: Partial<CheckResult>): CheckResult => ({
  name: 'test',
  command: 'npm test',
  version: 'base',
  status: 'passed',
  durationMs: 5,
  ...more,
});
const textOf = (checks: CheckResult[], changed: string[] = []) => evidenceText(checks, changed, store);

describe('evidence in words', () => {
  test('a line for each check', async () => {
    const checks = [
      row({ name: 'lint' }),
      row({ tests: { passed: 12, failed: 0, skipped: 1 }, newlyFailing: [] }),
      row({ name: 'e2e', status: 'not-run', why: 'x is not installed' }),
    ];
    expect(await textOf(checks)).toBe('lint: passed\ntest: passed: 12 passed, 0 failed, 1 skipped\ne2e: not run (x is not installed)\n');
  });

  test('what newly fails by name, and the end of the output', async () => {
    const output = await store.putBlob('expected 3, got -1\n');
    const failing = row({
      status: 'failed',
      exitCode: 1,
      tests: { passed: 1, failed: 2, skipped: 0 },
      failing: ['old', 'sum adds'],
      newlyFailing: ['sum adds'],
      output,
    });
    expect(await textOf([failing])).toBe(
      'test: failed: 1 passed, 2 failed\n  newly failing: sum adds\n\nEnd of the output of test:\nexpected 3, got -1\n',
    );
  });

  test('what is flaky is said, though it is held against nobody', async () => {
    const flaky = row({ tests: { passed: 2, failed: 0, skipped: 0 }, newlyFailing: [], flaky: ['a.js > now and then'] });
    expect(await textOf([flaky, row({ name: 'lint', flaky: ['lint'] })])).toBe(
      'test: passed: 2 passed, 0 failed\n' +
        '  flaky (it failed in one run and passed in another of the same files): a.js > now and then\n' +
        'lint: passed\n  flaky (it failed in one run and passed in another of the same files)\n',
    );
  });

  test('what failed before is said to', async () => {
    expect(await textOf([row({ status: 'failed', exitCode: 2, newlyFailing: [] })])).toBe(
      'test: failed with exit code 2\n  nothing fails here that did not fail before the change\n',
    );
    expect(await textOf([row({ name: 'lint', status: 'failed', exitCode: 2, newlyFailing: ['lint'] })])).toBe(
      'lint: failed with exit code 2\n  newly failing: it did not fail before the change\n',
    );
  });

  test('both versions, where the candidate changed checks', async () => {
    const checks = [row({ status: 'failed', exitCode: 1, newlyFailing: ['a'] }), row({ version: 'candidate', newlyFailing: [] })];
    expect(await textOf(checks, ['test/a.js'])).toBe(
      'Checks changed: this candidate changed tests or definitions of checks: test/a.js.\n' +
        'test (as before the change): failed with exit code 1\n  newly failing: a\n' +
        'test (as the candidate has it): passed\n',
    );
  });

  test('is capped, whatever there is to say', async () => {
    const output = await store.putBlob('line of output\n'.repeat(100_000));
    const names = Array.from({ length: 200 }, (_, at) => `test ${at} ${'x'.repeat(200)}`);
    const checks = Array.from({ length: 9 }, (_, at) => row({ name: `check ${at}`, status: 'failed', newlyFailing: names, output }));
    const text = await textOf(checks);
    expect(text.length).toBeLessThanOrEqual(12_000);
    expect(await textOf(checks.slice(0, 1))).toMatch(/ {2}… and 180 more\n[\s\S]*End of the output of check 0:\n…\nline of output\n/);
  });

  test('no checks are said to be none', async () => {
    expect(await textOf([])).toBe('No checks were found in this folder.\n');
  });
});
