/** What a command prints as its result: candidates, the outcome, sessions, what an apply did. */
import { dissentLines, roundLines, trendText, vetoLines } from '../../engine/export/about.js';
import { duration, fateText, inline, plural, safe, sizeOf, votesText } from '../../engine/export/names.js';
import type { ApplyOutcome } from '../../engine/session.js';
import type { SessionLog } from '../../engine/sessions.js';
import { actsOf } from '../../protocol/acts.js';
import { textOf } from '../../protocol/content.js';
import type { CheckResult } from '../../protocol/events.js';
import { exactly } from '../../protocol/exactly.js';
import { byMoreThanChoices, chosenOf, liveBallots, workedMs } from '../../protocol/standing.js';
import { type ApplyState, type CandidateState, chosenIn, type SessionState, type TurnState } from '../../protocol/state.js';
import type { SessionRow } from '../../protocol/wire.js';
import { failureText } from './lines.js';
import { bytesText } from './storage.js';
import {
  type Colours,
  candidateRows,
  coloursOf,
  cost,
  evidenceText,
  hueOf,
  nameOf,
  oneLine,
  pad,
  resultsText,
  spentText,
  widest,
} from './words.js';

interface Look {
  colour: boolean;
}

/** Names of failing tests that are listed for one check. */
const NAMED = 5;

export function candidatesText(_state: SessionState, turn: TurnState, { colour }: Look): string {
  if (turn.candidates.length === 0) return 'No agent has answered.';
  const colours = coloursOf(colour);
  const notes = [...vetoLines(turn), trendText(turn)].filter((line) => line !== '').map((line) => colours.dim(`  ${line}`));
  const texts = turn.candidates.map((candidate) => candidateText(turn, candidate, colours));
  return [...texts, ...(notes.length > 0 ? [notes.join('\n')] : [])].join('\n\n');
}

function candidateText(turn: TurnState, candidate: CandidateState, colours: Colours): string {
  const mark = candidate.id === chosenOf(turn) ? '*' : ' ';
  const name = hueOf(turn, candidate.agent, colours)(nameOf(turn, candidate.id));
  const agent = turn.agents.find((one) => one.id === candidate.agent);
  const head = [
    `${mark} ${colours.bold(name)}`,
    candidate.id,
    inline(`${agent?.label ?? candidate.agent} ${agent?.backend.model ?? ''}`),
    sizeOf(candidate),
    plural(candidate.size.files, 'file'),
    evidenceText(turn, candidate, colours),
  ].join('  ');
  const alike = alikeText(turn, candidate);
  return [
    head,
    `    ${oneLine(textOf(candidate.words), 200)}`,
    ...replacedText(turn, candidate),
    ...evidenceLines(turn, candidate),
    ...actsOf(turn.acts, candidate).map(({ what, act }) => `    beyond the folder: ${inline(what)}  (${fateText(act)})`),
    ...ballotLines(turn, candidate),
    ...(alike === '' ? [] : [colours.dim(`    alike: ${alike}`)]),
  ].join('\n');
}

function replacedText(turn: TurnState, candidate: CandidateState): string[] {
  if (candidate.purpose === 'present') return ['    what the winner was made of while it was presented'];
  const next = turn.candidates.find((one) => one.previous === candidate.id && one.purpose === 'work');
  return next === undefined ? [] : [`    replaced by ${nameOf(turn, next.id)}`];
}

function evidenceLines(turn: TurnState, candidate: CandidateState): string[] {
  const { results = [], changed = [] } = turn.checks[candidate.tree] ?? {};
  const details = results.flatMap((check) => {
    const newly = check.newlyFailing ?? [];
    const more = newly.length > NAMED ? [`    and ${newly.length - NAMED} more`] : [];
    const flaky = (check.flaky ?? []).slice(0, NAMED).map((test) => `    flaky: ${inline(test)}`);
    const why = check.why === undefined ? [] : [`    ${inline(check.name)} did not run: ${inline(check.why)}`];
    return [...newly.slice(0, NAMED).map((test) => `    newly failing: ${inline(test)}`), ...more, ...flaky, ...why];
  });
  const tests = changed.length === 0 ? [] : [`    it changed tests or checks: ${changed.map(exactly).join(', ')}`];
  return [...new Set(details), ...tests];
}

/** Each voter's last ballot, if it was for this one; and those who changed their mind. */
function ballotLines(turn: TurnState, candidate: CandidateState): string[] {
  const live = new Set(liveBallots(turn));
  return turn.ballots.flatMap((ballot) => {
    if (ballot.choice !== candidate.id) return [];
    const next = turn.ballots.find((one) => one.voter === ballot.voter && one.seq > ballot.seq);
    if (next?.choice === ballot.choice) return [];
    const then =
      next !== undefined ? `, then for ${nameOf(turn, next.choice)}` : live.has(ballot) ? '' : ' before there was a newer answer';
    const reason = ballot.reason.trim() === '' ? '' : `: ${oneLine(ballot.reason, 200)}`;
    return [`    ${inline(ballot.voter)} voted for it${then}${reason}`];
  });
}

/** A change is unlike the base, unless it changes nothing. */
function alikeText(turn: TurnState, candidate: CandidateState): string {
  return candidate.similarity
    .filter(({ to, score }) => to !== 'base' || score > 0)
    .map(({ to, score }) => `${to === 'base' ? 'the base' : nameOf(turn, to)} ${Math.round(score * 100)} %`)
    .join(', ');
}

/**
 * How the turn ended and what can be done next. `closing`: the words of who presented the winner; `session`: how the commands name it.
 * The candidates themselves are what the view has left standing, and `massgen candidates`.
 */
export function outcomeText(
  state: SessionState,
  turn: TurnState,
  { colour, commands, closing = '', session = 'latest' }: Look & { commands: boolean; closing?: string; session?: string },
): string {
  const colours = coloursOf(colour);
  const { decision } = turn;
  const best = decision?.standings[0];
  const chosen = chosenOf(turn);
  const lines = [headline(state, turn, colours), ...troubles(turn), ...minority(turn, colours)];
  lines.push(...actLines(turn));
  if (closing.trim() !== '') lines.push('', indented(closing.trim()));
  if (chosen === undefined && best !== undefined) {
    lines.push(`  the best so far is ${nameOf(turn, best.candidate)}`);
    if (commands)
      lines.push(
        '',
        `  massgen diff ${session} ${nameOf(turn, best.candidate)}     massgen vote ${session} ${nameOf(turn, best.candidate)}`,
      );
  } else if (commands && chosen !== undefined) {
    const [diff, apply] = [colours.bold(`massgen diff ${session}`), colours.bold(`massgen apply ${session}`)];
    lines.push(
      '',
      `  ${diff}   ${apply}   massgen run --session ${session} "…"`,
      colours.dim('  your folder is not touched until you apply'),
    );
  }
  return lines.join('\n');
}

/** What the winner would do beyond the folder; what was not done the person can do. */
function actLines(turn: TurnState): string[] {
  const candidate = turn.candidates.find((one) => one.id === chosenOf(turn));
  if (candidate === undefined) return [];
  const acts = actsOf(turn.acts, candidate);
  const left = acts.some(({ act }) => act?.status !== 'done');
  return [
    ...acts.map(
      ({ what, act }) =>
        `  beyond your folder: ${exactly(what)}  ${fateText(act)}${act?.status === 'denied' && act.said !== undefined ? `: ${inline(act.said)}` : ''}`,
    ),
    ...(left ? ['  what was not done: apply the answer, then massgen act asks for each, and does it in your folder as you'] : []),
  ];
}

const indented = (text: string): string =>
  safe(text)
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');

/** What stood against the winner: other votes with their reasons, and what the checks kept from winning. */
const minority = (turn: TurnState, colours: Colours): string[] =>
  [...vetoLines(turn), ...dissentLines(turn)].map((line) => colours.dim(`  ${oneLine(line, 240)}`));

/** Why it failed, and who was set aside. */
function troubles(turn: TurnState): string[] {
  const failure = turn.decision?.failure;
  const aside = Object.entries(turn.setAside).map(([agent, why]) => `  ${inline(agent)} was set aside: ${failureText(why)}`);
  const known = failure !== undefined && Object.values(turn.setAside).some((why) => why.message === failure.message);
  return failure === undefined || known ? aside : [`  ${failureText(failure)}`, ...aside];
}

function headline(state: SessionState, turn: TurnState, colours: Colours): string {
  const { decision } = turn;
  if (decision === undefined) return '  cut off: it can be gone on with (massgen resume latest)';
  // Tokens and cost are known of the session as a whole.
  const spent = `${duration(workedMs(turn))}, ${state.turns.length > 1 ? 'the session ' : ''}${spentText(state)}`;
  const cause = decision.cause === undefined ? '' : `, ended by its ${decision.cause === 'time' ? 'time limit' : 'budget'}`;
  const chosen = chosenOf(turn);
  if (chosen === undefined) {
    const votes = decision.outcome === 'undecided' ? `  ${decision.ballots.live} of ${decision.ballots.needed} votes` : '';
    return `  ${colours.bold(decision.outcome)}${votes}${cause} in ${spent}`;
  }
  const quorum = turn.pattern.quorum === undefined ? '' : ` (quorum ${turn.pattern.quorum})`;
  const tie = decision.tie === undefined ? '' : `, a tie broken by ${TIES[decision.tie]}`;
  const rule = byMoreThanChoices(turn) ? ', ahead by the order of preferences' : '';
  const by = turn.chosen === undefined ? `by ${votesText(turn)}${quorum}${rule}${tie}` : 'by you';
  const version =
    turn.chosen === undefined && decision.presented !== undefined && decision.winner !== undefined
      ? ` (${nameOf(turn, decision.winner)} as it was presented)`
      : '';
  return `  ${colours.bold(colours.green('decided'))}  ${colours.bold(nameOf(turn, chosen))}${version} ${by}${cause} in ${spent}`;
}

const TIES = { evidence: 'the evidence', size: 'the smaller change', earliest: 'the earlier answer' } as const;

export function sessionsText(list: readonly SessionRow[]): string {
  if (list.length === 0) return 'There are no sessions in this folder. Start one with: massgen run "…"';
  const turns = list.map((row) => plural(row.turns, 'turn'));
  const costs = list.map((row) => (row.status === 'unreadable' ? '' : cost(row)));
  const sizes = list.map((row) => bytesText(row.bytes));
  const columns = [
    list.map((row) => row.id),
    list.map((row) => whenText(row.startedAt)),
    list.map((row) => row.status),
    turns,
    costs,
    sizes,
  ];
  return list
    .map((row, at) => [...columns.map((column) => pad(column[at] ?? '', widest(column))), oneLine(row.title, 60)].join('  ').trimEnd())
    .join('\n');
}

/** In the time zone of who reads it. */
function whenText(at: number): string {
  const time = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

export function sessionText({ id, state, readOnly }: SessionLog): string {
  const colours = coloursOf(false);
  const turns = state.turns.flatMap((turn) => [
    '',
    `${turn.turn}  ${whenText(turn.startedAt)}  ${oneLine(textOf(turn.request), 300)}`,
    ...candidateRows(turn, colours),
    headline(state, turn, colours),
    ...troubles(turn),
    ...minority(turn, colours),
    ...(roundLines(turn).length > 1 ? roundLines(turn).map((line) => `  ${line}`) : []),
  ]);
  const applies = state.applies.map(
    (apply) => `  ${apply.id}  ${apply.status}  ${namesIn(state, apply)}: ${apply.paths.map(exactly).join(', ')}`,
  );
  return [
    `${id}  ${inline(state.folder)}`,
    ...(readOnly === undefined ? [] : [`read only: ${failureText(readOnly)}`]),
    ...turns,
    ...(applies.length > 0 ? ['', 'applied to the folder', ...applies] : []),
  ].join('\n');
}

const namesIn = (state: SessionState, apply: ApplyState): string =>
  [...new Set(chosenIn(apply).map(({ candidate }) => nameIn(state, candidate)))].join(', ');

function nameIn(state: SessionState, candidate: string): string {
  const turn = state.turns.find((one) => one.candidates.some((known) => known.id === candidate));
  return turn === undefined ? inline(candidate) : nameOf(turn, candidate);
}

/** What the checks say of a selection. */
export function checksText(checks: readonly CheckResult[], { colour }: Look): string {
  const newly = checks.flatMap((check) => check.newlyFailing ?? []);
  const notes = newly.length === 0 ? [] : [...newly.map((name) => `  ${inline(name)}`), 'It is not applied: these do not fail without it.'];
  return [`what is chosen: ${resultsText(checks, coloursOf(colour))}`, ...notes].join('\n');
}

/** `undoBy`: what is typed to take it back. */
export function applyText(
  { plan, apply }: ApplyOutcome,
  { dryRun, undo, undoBy = 'massgen undo latest' }: { dryRun: boolean; undo: boolean; undoBy?: string },
): string {
  const conflicts = plan.conflicts.filter((conflict) => !conflict.marked);
  if (conflicts.length > 0) return conflictText(conflicts, undo);
  if (plan.paths.length === 0)
    return undo ? 'There is nothing to take back: the folder is as it was before.' : 'There is nothing to do: the folder has it already.';
  const files = plural(plan.paths.length, 'file');
  const did = undo ? (dryRun ? 'would take back' : 'took back') : dryRun ? 'would write or remove' : 'applied';
  const marked = new Set(plan.conflicts.map(({ path }) => path));
  return [
    `${did} ${files}${dryRun ? '; nothing was changed' : ''}`,
    ...plan.paths.map((path) => `  ${exactly(path)}${marked.has(path) ? '  with conflict markers: look for <<<<<<<' : ''}`),
    ...(plan.kept.length > 0 && !undo
      ? [`your own edits ${dryRun ? 'would be kept' : 'are kept'}: ${plan.kept.map(exactly).join(', ')}`]
      : []),
    ...(apply !== undefined && !undo ? [`${undoBy}   brings back what stood before`] : []),
  ].join('\n');
}

function conflictText(conflicts: readonly { path: string; why: string }[], undo: boolean): string {
  return [
    undo
      ? 'It cannot be taken back: these files were changed since. Nothing was changed.'
      : 'It does not fit the folder as it is now. Nothing was changed.',
    ...conflicts.map(({ path, why }) => `  ${exactly(path)}: ${inline(why)}`),
    undo
      ? 'Take back what was edited there since, or edit these files by hand.'
      : 'Choose other files with --file, single hunks with --hunk, or write the conflicts into the files with --markers.',
  ].join('\n');
}
