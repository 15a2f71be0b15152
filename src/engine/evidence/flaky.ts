/** What a second run of a failed check says: what fails again, and what only fails now and then. */
import type { ParsedTests } from './parsers/parser.js';

export interface Ended {
  passed: boolean;
  parsed: ParsedTests | undefined;
}

export interface Settled extends Ended {
  /** Names of tests, or the check's own. */
  flaky: string[];
}

const ran = (parsed: ParsedTests | undefined): number | undefined =>
  parsed?.tests && parsed.tests.passed + parsed.tests.failed + parsed.tests.skipped;

/**
 * `only`: the second run was asked for these tests alone.
 * Invariant: what is not known to have run and passed the second time is not excused.
 */
export function settle(name: string, first: Ended, second: Ended, only: readonly string[] | undefined): Settled {
  const unchanged = { ...first, flaky: [] };
  const before = first.parsed?.failing ?? [];
  const after = second.parsed?.failing ?? [];
  if (only !== undefined) {
    const flaky = only.filter((test) => !after.includes(test));
    if (!second.passed && after.length === 0) return unchanged;
    if (flaky.length === 0 || (second.parsed?.tests?.passed ?? 0) < flaky.length) return unchanged;
    const failing = before.filter((test) => !flaky.includes(test));
    return { passed: second.passed && failing.length === 0, parsed: moved(first.parsed, failing, flaky.length), flaky };
  }
  const [total, again] = [ran(first.parsed), ran(second.parsed)];
  // Fewer tests than before: nobody knows whether those that are gone would pass.
  if (total !== undefined && (again === undefined || again < total)) return unchanged;
  if (second.passed) return { passed: true, parsed: second.parsed, flaky: before.length > 0 ? [...before] : [name] };
  if (before.length === 0 || after.length === 0) return unchanged;
  const failing = before.filter((test) => after.includes(test));
  const flaky = [...before, ...after].filter((test) => !failing.includes(test));
  return { passed: false, parsed: second.parsed && { ...second.parsed, failing }, flaky: [...new Set(flaky)] };
}

function moved(parsed: ParsedTests | undefined, failing: string[], count: number): ParsedTests | undefined {
  if (parsed === undefined) return undefined;
  const { tests } = parsed;
  return {
    ...parsed,
    failing,
    ...(tests && { tests: { ...tests, passed: tests.passed + count, failed: Math.max(0, tests.failed - count) } }),
  };
}
