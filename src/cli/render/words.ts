/** Words, numbers and colours that all views share: short, plain, and safe to print. */
import { stripVTControlCharacters } from 'node:util';
import { createColors } from 'picocolors';
import stringWidth from 'string-width';
import { textOf } from '../../protocol/content.js';
import type { CandidateId, CheckResult } from '../../protocol/events.js';
import type { CandidateState, SessionState, TurnState, UsageTotal } from '../../protocol/state.js';

export type Colours = ReturnType<typeof createColors>;
export type Paint = (text: string) => string;

export const coloursOf = (colour: boolean): Colours => createColors(colour);

/** One hue for each agent, the same everywhere; names stand beside it, so it reads without. */
export function hueOf(turn: TurnState, agent: string, colours: Colours): Paint {
  const hues = [colours.cyan, colours.magenta, colours.yellow, colours.blue, colours.greenBright, colours.redBright];
  return (
    hues[
      Math.max(
        0,
        turn.agents.findIndex((one) => one.id === agent),
      ) % hues.length
    ] ?? colours.cyan
  );
}

/** Invariant: what agents, tools and files say cannot move the cursor or change the terminal. */
export function safe(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
  return stripVTControlCharacters(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');
}

/** The first line, whole words where it can. */
export function oneLine(text: string, width: number): string {
  return shorten(safe(text).replace(/\s+/g, ' ').trim(), width);
}

/** Cuts text without colours to a width in columns. */
export function shorten(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let cut = '';
  for (const character of text) {
    if (stringWidth(cut + character) > width - 1) break;
    cut += character;
  }
  return `${cut}…`;
}

export const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - stringWidth(text)));
export const padStart = (text: string, width: number): string => ' '.repeat(Math.max(0, width - stringWidth(text))) + text;

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return ms < 9_950 ? `${(ms / 1000).toFixed(1)}s` : `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
  return `${Math.floor(seconds / 3600)}h${String(Math.floor(seconds / 60) % 60).padStart(2, '0')}m`;
}

export function tokens(count: number): string {
  if (count < 1000) return String(count);
  return count < 999_500 ? `${Math.round(count / 1000)}k` : `${(count / 1_000_000).toFixed(1)}M`;
}

/** Invariant: what is not known is not shown as known: a sum with unknown parts is a floor. */
export function cost(usage: Pick<UsageTotal, 'costUsd' | 'unknown'> | undefined): string {
  if (usage === undefined) return '';
  if (usage.unknown) return usage.costUsd > 0 ? `≥ ${dollars(usage.costUsd)}` : 'cost unknown';
  return usage.costUsd === 0 ? 'free' : dollars(usage.costUsd);
}

const dollars = (usd: number): string => (usd >= 0.01 || usd === 0 ? `$${usd.toFixed(2)}` : '< $0.01');

export function usageOf(state: SessionState): UsageTotal {
  const none: UsageTotal = { input: 0, output: 0, cached: 0, costUsd: 0, unknown: false };
  return Object.values(state.usage).reduce(
    (sum, one) => ({
      input: sum.input + one.input,
      output: sum.output + one.output,
      cached: sum.cached + one.cached,
      costUsd: sum.costUsd + one.costUsd,
      unknown: sum.unknown || one.unknown,
    }),
    none,
  );
}

/** What people call a candidate: `maya.2` is maya's second of the turn. */
export function nameOf(turn: TurnState, id: CandidateId): string {
  const candidate = turn.candidates.find((one) => one.id === id);
  if (candidate === undefined) return id;
  const own = turn.candidates.filter((one) => one.agent === candidate.agent);
  return `${safe(candidate.agent)}.${own.indexOf(candidate) + 1}`;
}

/** The best there is: the person's choice, the winner as it was presented, the winner. */
export const chosenOf = (turn: TurnState): CandidateId | undefined => turn.chosen ?? turn.decision?.presented ?? turn.decision?.winner;

export const wordsOf = (candidate: CandidateState): string => safe(textOf(candidate.words));

export const sizeOf = ({ size }: CandidateState): string => `+${size.added} −${size.removed}`;

/** One check in a few signs: `✓ 128 tests`, `✗ 1 newly failing`, `– lint`. */
function checkText(check: CheckResult, colours: Colours): string {
  const name = safe(check.name);
  if (check.status === 'passed')
    return `${colours.green('✓')} ${check.tests ? plural(check.tests.passed, name === 'test' ? 'test' : `${name} test`) : name}`;
  if (check.status === 'not-run') return `${colours.dim('–')} ${name} not run`;
  const newly = check.newlyFailing?.length ?? 0;
  const what =
    check.status === 'timed-out'
      ? `${name} timed out`
      : check.tests
        ? `${check.tests.failed} of ${check.tests.passed + check.tests.failed} tests`
        : name;
  return `${colours.red('✗')} ${newly > 0 ? `${newly} newly failing` : `${what} (as before)`}`;
}

export function evidenceText(turn: TurnState, candidate: CandidateState, colours: Colours): string {
  const checks = turn.checks[candidate.tree];
  if (checks === undefined) return colours.dim('not checked');
  if (checks.results === undefined) return colours.dim('checks run');
  if (checks.results.length === 0) return colours.dim('no checks');
  const signs = (version: CheckResult['version']): string =>
    (checks.results ?? [])
      .filter((check) => check.version === version)
      .map((check) => checkText(check, colours))
      .join('  ');
  const [base, own] = [signs('base'), signs('candidate')];
  // Its own version of tests or checks ran beside the base's: both count, and who reads is told.
  return own === '' ? base : base === '' ? own : `${base}  ${colours.dim('with its own tests')} ${own}`;
}

/** The latest ballot of each voter, void ones left out, for one candidate. */
export function votersOf(turn: TurnState, id: CandidateId): string[] {
  const decided = turn.decision?.standings.find((one) => one.candidate === id)?.voters;
  if (decided !== undefined) return decided.map(safe);
  const last = new Map(turn.ballots.map((ballot) => [ballot.voter, ballot.choice]));
  return [...last].filter(([, choice]) => choice === id).map(([voter]) => safe(voter));
}
