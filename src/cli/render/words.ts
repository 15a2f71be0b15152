/** Words, numbers and colours that all views share: short, plain, and safe to print. */
import { stripVTControlCharacters } from 'node:util';
import { createColors } from 'picocolors';
import stringWidth from 'string-width';
import { inline, nameOf, plural } from '../../engine/export/names.js';
import type { CandidateId, CheckResult } from '../../protocol/events.js';
import { liveBallots } from '../../protocol/standing.js';
import type { CandidateState, SessionState, TurnState, UsageTotal } from '../../protocol/state.js';

export { nameOf } from '../../engine/export/names.js';

export type Colours = ReturnType<typeof createColors>;
export type Paint = (text: string) => string;

export const coloursOf = (colour: boolean): Colours => createColors(colour);

/** One hue for each agent, the same everywhere, none of them a check's green or red; names stand beside it, so it reads without. */
export function hueOf(turn: TurnState, agent: string, colours: Colours): Paint {
  const hues = [colours.cyan, colours.magenta, colours.yellow, colours.blue, colours.cyanBright, colours.magentaBright];
  const at = turn.agents.findIndex((one) => one.id === agent);
  return hues[Math.max(0, at) % hues.length] ?? colours.cyan;
}

/** On one line, and no wider than that. */
export const oneLine = (text: string, width: number): string => shorten(inline(text), width);

const graphemes = new Intl.Segmenter();

/** Cuts text without colours to a width in columns. */
export function shorten(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let cut = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += stringWidth(segment);
    if (used > width - 1) break;
    cut += segment;
  }
  return `${cut.trimEnd()}…`;
}

export const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - stringWidth(text)));
export const padStart = (text: string, width: number): string => ' '.repeat(Math.max(0, width - stringWidth(text))) + text;

export function tokens(count: number): string {
  if (count < 1000) return String(count);
  return count < 999_500 ? `${Math.round(count / 1000)}k` : `${(count / 1_000_000).toFixed(1)}M`;
}

/** Invariant: what is not known is not shown as known: a sum with unknown parts is a floor. */
export function cost(usage: Pick<UsageTotal, 'costUsd' | 'unknown'>): string {
  if (usage.unknown) return usage.costUsd > 0 ? `≥ ${dollars(usage.costUsd)}` : 'unknown';
  return usage.costUsd === 0 ? 'free' : dollars(usage.costUsd);
}

const dollars = (usd: number): string => `$${usd >= 0.01 ? usd.toFixed(2) : Math.max(usd, 0.0001).toFixed(4)}`;

/** `214k tokens, $0.42` of the whole session. */
export function spentText(state: SessionState): string {
  const all = Object.values(state.usage);
  const count = all.reduce((sum, one) => sum + one.input + one.output, 0);
  const price = cost({ costUsd: all.reduce((sum, one) => sum + one.costUsd, 0), unknown: all.some((one) => one.unknown) });
  return `${tokens(count)} tokens, ${price === 'unknown' ? 'cost unknown' : price}`;
}

/** One check in a few signs: `✓ 128 tests`, `✗ 1 newly failing`, `– lint not run`. */
function checkText(check: CheckResult, colours: Colours): string {
  const flaky = check.flaky?.length ?? 0;
  return `${resultText(check, colours)}${flaky > 0 ? colours.dim(`, ${flaky} flaky`) : ''}`;
}

function resultText(check: CheckResult, colours: Colours): string {
  const name = inline(check.name);
  const { tests } = check;
  if (check.status === 'passed') return `${colours.green('✓')} ${tests && tests.passed > 0 ? counted(tests.passed, name) : name}`;
  if (check.status === 'not-run') return `${colours.dim('–')} ${name} not run`;
  const newly = check.newlyFailing?.length ?? 0;
  const what =
    check.status === 'timed-out'
      ? `${name} timed out`
      : tests && tests.failed > 0
        ? `${tests.failed} of ${counted(tests.passed + tests.failed, name)} failing`
        : `${name} failing`;
  // A check that newly fails as a whole has its own name there.
  const fails = check.newlyFailing?.[0] === check.name ? `${name} newly failing` : `${newly} newly failing`;
  return `${colours.red('✗')} ${newly > 0 ? fails : check.newlyFailing === undefined ? what : `${what} as before`}`;
}

/** `128 tests`; of another check, or of a package, with its name: `12 packages/api tests`. */
const counted = (count: number, name: string): string => plural(count, `${name.replace(/(^|:)tests?$/, '')} test`.trim());

export function evidenceText(turn: TurnState, candidate: CandidateState, colours: Colours): string {
  const checks = turn.checks[candidate.tree];
  if (checks === undefined) return colours.dim('not checked');
  if (checks.results === undefined) return colours.dim('checks run');
  return resultsText(checks.results, colours);
}

export function resultsText(results: readonly CheckResult[], colours: Colours): string {
  if (results.length === 0) return colours.dim('no checks');
  const signs = (version: CheckResult['version']): string =>
    results
      .filter((check) => check.version === version)
      .map((check) => checkText(check, colours))
      .join('  ');
  const [base, own] = [signs('base'), signs('candidate')];
  // Its own version of tests or checks ran beside the base's: both count, and who reads is told.
  return own === '' ? base : base === '' ? own : `${base}  ${colours.dim('with its own tests')} ${own}`;
}

/** Who has a ballot for the candidate that counts. */
const votersOf = (turn: TurnState, id: CandidateId): string[] =>
  liveBallots(turn)
    .filter((ballot) => ballot.choice === id)
    .map((ballot) => inline(ballot.voter));

/** Candidates below each other, as columns: name, size, evidence, votes. Narrow: without the number of files. */
export function candidateRows(turn: TurnState, colours: Colours, width = Number.POSITIVE_INFINITY): string[] {
  const names = widest(turn.candidates.map((one) => nameOf(turn, one.id)));
  const sizes = widest(turn.candidates.map(({ size }) => `+${size.added} −${size.removed}`));
  const evidence = turn.candidates.map((one) => evidenceText(turn, one, colours));
  const column = Math.min(widest(evidence), 60);
  return turn.candidates.map((candidate, index) => {
    const name = hueOf(turn, candidate.agent, colours)(pad(nameOf(turn, candidate.id), names));
    const { added, removed, files } = candidate.size;
    const filesText = width >= 70 ? `  ${pad(plural(files, 'file'), 8)}` : '';
    const voters = votersOf(turn, candidate.id);
    const votes = voters.length === 0 ? '' : `${colours.dim('votes')} ${voters.join(', ')}`;
    const start = `  ${name}  ${padStart(`+${added} −${removed}`, sizes)}${filesText}  `;
    const wide = `${start}${votes === '' ? (evidence[index] ?? '') : `${pad(evidence[index] ?? '', column)}   ${votes}`}`;
    if (stringWidth(wide) <= width) return wide;
    // Votes are short and say more than the end of the evidence.
    const room = width - stringWidth(start) - (votes === '' ? 0 : stringWidth(votes) + 2);
    const cut = clip(evidence[index] ?? '', Math.max(8, room));
    return clip(`${start}${cut}${votes === '' ? '' : `  ${votes}`}`, width);
  });
}

export const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => stringWidth(text)));

/** Cuts a line of safe text that has colours in it; where it is too long, the colours go. */
export const clip = (line: string, width: number): string =>
  stringWidth(line) <= width ? line : shorten(stripVTControlCharacters(line), width);

/** Lines that are too wide go on below, a little further in; a word that is too long stays whole, so that it can be copied. */
export function folded(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => (stringWidth(line) <= width ? [line] : foldedLine(line, width)))
    .join('\n');
}

function foldedLine(line: string, width: number): string[] {
  const inside = `${/^ */.exec(line)?.[0] ?? ''}  `;
  const lines: string[] = [];
  for (const word of line.match(/\s*\S+/g) ?? []) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(word);
    else if (stringWidth(last + word) <= width) lines[lines.length - 1] = last + word;
    else lines.push(inside + word.trimStart());
  }
  return lines;
}
