/** What a command prints as its result: candidates, the outcome, sessions, what an apply did. */

import type { ApplyOutcome } from '../../engine/session.js';
import type { SessionLog, SessionRow } from '../../engine/sessions.js';
import { textOf } from '../../protocol/content.js';
import type { CandidateState, SessionState, TurnState } from '../../protocol/state.js';
import {
  type Colours,
  chosenOf,
  coloursOf,
  cost,
  duration,
  evidenceText,
  hueOf,
  nameOf,
  oneLine,
  pad,
  plural,
  safe,
  sizeOf,
  tokens,
  usageOf,
  votersOf,
  wordsOf,
} from './words.js';

interface Look {
  colour: boolean;
}

export function candidatesText(_state: SessionState, turn: TurnState, { colour }: Look): string {
  if (turn.candidates.length === 0) return 'No agent has answered.';
  const colours = coloursOf(colour);
  return turn.candidates.map((candidate) => candidateText(turn, candidate, colours)).join('\n\n');
}

function candidateText(turn: TurnState, candidate: CandidateState, colours: Colours): string {
  const mark = candidate.id === chosenOf(turn) ? '*' : ' ';
  const name = hueOf(turn, candidate.agent, colours)(nameOf(turn, candidate.id));
  const head = `${mark} ${colours.bold(name)}  ${candidate.id}  ${sizeOf(candidate)}  ${plural(candidate.size.files, 'file')}  ${evidenceText(turn, candidate, colours)}`;
  const results = turn.checks[candidate.tree]?.results ?? [];
  const failing = results.flatMap((check) => (check.newlyFailing ?? []).slice(0, 5).map((test) => `    newly failing: ${safe(test)}`));
  const ballots = turn.ballots
    .filter((ballot) => ballot.choice === candidate.id)
    .map((ballot) => `    ${safe(ballot.voter)} voted for it: ${oneLine(ballot.reason, 200)}`);
  const alike = candidate.similarity
    .filter((one) => one.to !== 'base')
    .map((one) => `${nameOf(turn, one.to)} ${Math.round(one.score * 100)} %`);
  return [
    head,
    `    ${oneLine(wordsOf(candidate), 200)}`,
    ...failing,
    ...ballots,
    ...(alike.length > 0 ? [colours.dim(`    alike: ${alike.join(', ')}`)] : []),
  ].join('\n');
}

export function outcomeText(state: SessionState, turn: TurnState, { colour, commands }: Look & { commands: boolean }): string {
  const colours = coloursOf(colour);
  const lines = [...rows(turn, colours), '', headline(state, turn, colours)];
  const { decision } = turn;
  const best = decision?.standings[0];
  if (decision?.failure !== undefined)
    lines.push(`  ${safe(decision.failure.message)}`, ...(decision.failure.hint === undefined ? [] : [`  ${safe(decision.failure.hint)}`]));
  if (decision?.outcome !== 'decided' && best !== undefined)
    lines.push(
      `  the best so far is ${nameOf(turn, best.candidate)}; look at it with: massgen diff latest ${nameOf(turn, best.candidate)}`,
    );
  if (commands && decision?.outcome === 'decided')
    lines.push(
      '',
      `  ${colours.bold('massgen diff latest')}     ${colours.bold('massgen apply latest')}     massgen run --session latest "…"`,
      colours.dim('  your folder is not touched until you apply'),
    );
  return lines.join('\n');
}

/** One line for each candidate, those of a kind below each other. */
function rows(turn: TurnState, colours: Colours): string[] {
  const width = Math.max(0, ...turn.candidates.map((one) => nameOf(turn, one.id).length));
  return turn.candidates.map((candidate) => {
    const voters = votersOf(turn, candidate.id);
    const name = hueOf(turn, candidate.agent, colours)(pad(nameOf(turn, candidate.id), width));
    const votes = voters.length === 0 ? '' : `  votes  ${voters.join(', ')}`;
    return `  ${name}  ${pad(sizeOf(candidate), 9)} ${pad(plural(candidate.size.files, 'file'), 8)} ${evidenceText(turn, candidate, colours)}${votes}`;
  });
}

function headline(state: SessionState, turn: TurnState, colours: Colours): string {
  const { decision } = turn;
  if (decision === undefined) return '  cut off: it can be gone on with (massgen resume latest)';
  const usage = usageOf(state);
  const spent = `${duration(state.at - turn.startedAt - turn.pausedMs)}, ${tokens(usage.input + usage.output)} tokens, ${cost(usage)}`;
  const cause = decision.cause === undefined ? '' : decision.cause === 'time' ? ', ended by its time limit' : ', ended by its budget';
  const chosen = chosenOf(turn);
  if (decision.outcome !== 'decided' || chosen === undefined)
    return `  ${colours.bold(decision.outcome)}${cause}  ${decision.ballots.live} of ${decision.ballots.needed} votes in ${spent}`;
  const winner = decision.standings.find((one) => one.candidate === decision.winner);
  const tie = decision.tie === undefined ? '' : ` (a tie, broken by ${decision.tie})`;
  const by = turn.chosen === undefined ? `by ${winner?.voters.length ?? 0} of ${decision.ballots.live}` : 'by you';
  const quorum = turn.pattern.quorum === undefined ? '' : ` (quorum ${turn.pattern.quorum})`;
  return `  ${colours.bold(colours.green('decided'))}  ${colours.bold(nameOf(turn, chosen))} ${by}${quorum}${tie}${cause} in ${spent}`;
}

export function sessionsText(list: readonly SessionRow[]): string {
  if (list.length === 0) return 'There are no sessions in this folder. Start one with: massgen run "…"';
  return list
    .map((row) => {
      const when = new Date(row.startedAt).toISOString().slice(0, 16).replace('T', ' ');
      return `${row.id}  ${when}  ${pad(row.status, 10)} ${pad(plural(row.turns, 'turn'), 8)} ${pad(cost(row), 12)} ${oneLine(row.title, 60)}`;
    })
    .join('\n');
}

export function sessionText({ id, state, readOnly }: SessionLog): string {
  const colours = coloursOf(false);
  const turns = state.turns.map((turn) =>
    [`${turn.turn}  ${oneLine(textOf(turn.request), 300)}`, ...rows(turn, colours), headline(state, turn, colours)].join('\n'),
  );
  const applies = state.applies.map((apply) => `  ${apply.status}  ${apply.candidate}: ${apply.paths.map(safe).join(', ')}`);
  return [
    `${id}  ${safe(state.folder)}`,
    ...(readOnly === undefined ? [] : [`read only: ${readOnly.message}`]),
    '',
    ...turns,
    ...(applies.length > 0 ? ['', 'applied to the folder', ...applies] : []),
  ].join('\n');
}

export function applyText({ plan, apply }: ApplyOutcome, { dryRun, undo }: { dryRun: boolean; undo: boolean }): string {
  const conflicts = plan.conflicts.filter((conflict) => !conflict.marked);
  if (conflicts.length > 0)
    return [
      undo
        ? 'It cannot be taken back: these files were changed since. Nothing was changed.'
        : 'It does not fit the folder as it is now. Nothing was changed.',
      ...conflicts.map(({ path, why }) => `  ${safe(path)}: ${safe(why)}`),
      ...(undo ? [] : ['Leave these files out with --file, or write the conflicts into them with --markers.']),
    ].join('\n');
  if (plan.paths.length === 0) return 'There is nothing to do: the folder has it already.';
  const did = dryRun ? (undo ? 'would take back' : 'would write') : undo ? 'took back' : 'applied';
  const marked = plan.conflicts.map(({ path }) => `  ${safe(path)}: written with conflict markers`);
  return [
    `${did} ${plural(plan.paths.length, 'file')}${dryRun ? '; nothing was changed' : ''}`,
    ...plan.paths.map((path) => `  ${safe(path)}`),
    ...marked,
    ...(apply !== undefined && !undo ? ['massgen undo latest   brings back what stood before'] : []),
  ].join('\n');
}
