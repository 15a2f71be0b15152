/** Evidence in plain short lines, for a model to read. */
import type { CheckResult } from '../../protocol/events.js';
import type { Store } from '../workspace/store.js';

const NAMES_SHOWN = 20;
const TAIL_BYTES = 3000;
const TEXT_BYTES = 12_000;
const PATHS_SHOWN = 20;

/** One line for each check, names of what newly fails, and the end of the output of what failed; capped as a whole. */
export async function evidenceText(
  checks: readonly CheckResult[],
  changed: readonly string[],
  store: Pick<Store, 'getBlob'>,
): Promise<string> {
  if (checks.length === 0) return 'No checks were found in this folder.\n';
  const both = checks.some((check) => check.version === 'candidate');
  const lines: string[] = [];
  if (changed.length > 0)
    lines.push(`Checks changed: this candidate changed tests or definitions of checks: ${listed(changed, PATHS_SHOWN)}.`);
  for (const check of checks) lines.push(...linesFor(check, both));
  let text = `${lines.join('\n')}\n`;
  for (const check of checks.filter((one) => one.status === 'failed' || one.status === 'timed-out')) {
    const tail = await tailOf(check, store);
    if (tail === '') continue;
    const section = `\nEnd of the output of ${titleOf(check, both)}:\n${tail}\n`;
    if (text.length + section.length > TEXT_BYTES) break;
    text += section;
  }
  return text.slice(0, TEXT_BYTES);
}

function linesFor(check: CheckResult, both: boolean): string[] {
  const status = check.status === 'timed-out' ? 'timed out' : check.status === 'not-run' ? 'not run' : check.status;
  const why = check.why === undefined ? '' : ` (${check.why})`;
  const lines = [`${titleOf(check, both)}: ${status}${why}${countsOf(check)}`];
  const fresh = check.newlyFailing;
  lines.push(...flakyLines(check));
  if (fresh && fresh.length > 0) lines.push(...named('newly failing', fresh, check));
  else if (fresh && check.status === 'failed') lines.push('  nothing fails here that did not fail before the change');
  else if (!fresh && check.failing) lines.push(...named('failing', check.failing, check));
  return lines;
}

/** What is held against nobody is said all the same: the next run may be the one that fails. */
function flakyLines({ name, flaky = [] }: CheckResult): string[] {
  if (flaky.length === 0) return [];
  const what = 'flaky (it failed in one run and passed in another of the same files)';
  const more = flaky.length > NAMES_SHOWN ? [`  … and ${flaky.length - NAMES_SHOWN} more`] : [];
  return flaky.length === 1 && flaky[0] === name
    ? [`  ${what}`]
    : [...flaky.slice(0, NAMES_SHOWN).map((test) => `  ${what}: ${test}`), ...more];
}

function named(what: string, names: readonly string[], check: CheckResult): string[] {
  // Where a runner prints no names, the check's own name says no more than the line above.
  if (names.length === 1 && names[0] === check.name) return [`  ${what}: it did not fail before the change`];
  const more = names.length > NAMES_SHOWN ? [`  … and ${names.length - NAMES_SHOWN} more`] : [];
  return [...names.slice(0, NAMES_SHOWN).map((name) => `  ${what}: ${name}`), ...more];
}

const titleOf = (check: CheckResult, both: boolean): string =>
  both ? `${check.name} (${check.version === 'base' ? 'as before the change' : 'as the candidate has it'})` : check.name;

function countsOf({ tests, exitCode, status }: CheckResult): string {
  if (tests) return `: ${tests.passed} passed, ${tests.failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''}`;
  return status === 'failed' && exitCode !== undefined ? ` with exit code ${exitCode}` : '';
}

async function tailOf(check: CheckResult, store: Pick<Store, 'getBlob'>): Promise<string> {
  if (check.output === undefined) return '';
  const bytes = Buffer.from(await store.getBlob(check.output));
  const tail = bytes
    .subarray(Math.max(0, bytes.length - TAIL_BYTES))
    .toString('utf8')
    .trim();
  // Cut at a line, not in a word or a character.
  return bytes.length > TAIL_BYTES ? `…\n${tail.slice(tail.indexOf('\n') + 1)}` : tail;
}

function listed(paths: readonly string[], shown: number): string {
  const more = paths.length > shown ? ` and ${paths.length - shown} more` : '';
  return `${paths.slice(0, shown).join(', ')}${more}`;
}
