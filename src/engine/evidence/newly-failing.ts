/** What a check found that it did not find on the base. */
import type { CheckResult } from '../../protocol/events.js';
import type { ParsedTests } from './parsers/parser.js';

/** How many names a result keeps. */
export const NAMES_KEPT = 200;

type Outcome = Pick<CheckResult, 'name' | 'status' | 'flaky'> & { parsed?: ParsedTests | undefined };

/**
 * undefined where nothing can be said: no base to compare with, or the check did not end on it.
 * Invariant: what failed on the base already is never in it, nor what fails only now and then, here or there.
 */
export function newlyFailing(outcome: Outcome, baseline: readonly CheckResult[] | undefined): string[] | undefined {
  const base = baseline?.find((one) => one.name === outcome.name && one.version === 'base');
  if (!base || (base.status !== 'passed' && base.status !== 'failed')) return undefined;
  if (outcome.status === 'not-run') return undefined;
  const names = outcome.parsed?.failing ?? [];
  const known = [...(base.failing ?? []), ...(base.flaky ?? [])];
  const whole = known.includes(outcome.name) || (outcome.flaky && names.length === 0) ? [] : [outcome.name];
  const failedBefore = Math.max(base.tests?.failed ?? 0, known.length);
  const failedNow = outcome.parsed?.tests?.failed ?? names.length;
  // With many failures not all names were kept: then only their number can be compared.
  if (known.length >= NAMES_KEPT) return failedNow > failedBefore ? whole : [];
  const fresh = names.filter((name) => !known.includes(name));
  if (fresh.length > 0) return fresh.slice(0, NAMES_KEPT);
  if (outcome.status === 'passed') return [];
  // What it names is all known to fail now and then.
  if (base.status === 'passed') return names.length > 0 && failedNow <= known.length ? [] : whole;
  // It failed before too: worse only if it no longer gets as far, or more fails than can be named.
  const lostTests = outcome.parsed?.tests === undefined && base.tests !== undefined;
  return lostTests || failedNow > failedBefore ? whole : [];
}
