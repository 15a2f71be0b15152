/** A turn as plain lines, one for each milestone: for logs, pipes and readers of screens. */
import { duration, fateText, inline, plural, sizeOf } from '../../engine/export/names.js';
import { textOf } from '../../protocol/content.js';
import type { FactEvent, FactOf } from '../../protocol/events.js';
import { exactly } from '../../protocol/exactly.js';
import type { Failure } from '../../protocol/failure.js';
import { chosenOf, liveBallots } from '../../protocol/standing.js';
import { currentTurn, runOf, type SessionState, type TurnState } from '../../protocol/state.js';
import { coloursOf, evidenceText, nameOf, oneLine } from './words.js';

/** What was asked to be allowed, by the call it is for: the answer names only the call. */
export type Asked = ReadonlyMap<string, string>;

/** Undefined where the fact is no milestone at this verbosity. `state`: with the fact in it. */
export function lineOf(
  fact: FactEvent,
  state: SessionState,
  verbosity: 'quiet' | 'normal' | 'verbose',
  asked: Asked = new Map(),
): string | undefined {
  const turn = currentTurn(state);
  if (verbosity === 'quiet' || turn === undefined) return undefined;
  const line = milestone(fact, state, turn, asked) ?? (verbosity === 'verbose' ? detail(fact, state, turn) : undefined);
  return line === undefined ? undefined : `${clock(fact.at - turn.startedAt - turn.pausedMs)}  ${line}`;
}

const clock = (ms: number): string => duration(Math.max(0, ms)).padStart(7);

function milestone(fact: FactEvent, state: SessionState, turn: TurnState, asked: Asked): string | undefined {
  switch (fact.type) {
    case 'turn.started':
      return `team ${teamText(turn)}; base ${baseText(turn)}`;
    case 'session.resumed':
      return 'goes on where it was cut off';
    case 'run.started':
      return fact.purpose === 'present'
        ? `${inline(fact.agent)} presents ${fact.presents === undefined ? 'the winner' : nameOf(turn, fact.presents)}`
        : `${inline(fact.agent)} ${started(turn, fact)}`;
    case 'candidate.submitted': {
      const candidate = turn.candidates.find((one) => one.id === fact.candidate.id);
      if (candidate === undefined) return undefined;
      return `${inline(candidate.agent)} answered ${nameOf(turn, candidate.id)} (${sizeOf(candidate)}, ${plural(candidate.size.files, 'file')}): ${oneLine(textOf(candidate.words), 100)}`;
    }
    case 'evidence.recorded':
      return evidenceLine(fact.tree, turn);
    case 'ballot.cast':
      return ballotLine(fact, turn);
    case 'run.ended':
      if (fact.reason !== 'failed') return undefined;
      return `${agentOf(state, fact.run)} failed: ${failureText(fact.failure)}`;
    case 'agent.set-aside':
      return `${inline(fact.agent)} is set aside: ${failureText(fact.why)}`;
    case 'time.passed':
      return timeLine(fact.what, turn);
    case 'approval.answered':
      return fact.answer === 'denied' ? deniedText(fact, state, asked) : undefined;
    case 'tool.returned':
      return returnedLine(fact, state, turn);
    case 'message.completed': {
      const words = runOf(state, fact.run)?.purpose === 'present' ? oneLine(textOf(fact.parts), 300) : '';
      return words === '' ? undefined : `${agentOf(state, fact.run)} says: ${words}`;
    }
    case 'turn.ended': {
      const chosen = chosenOf(turn);
      return `${fact.outcome}${chosen === undefined ? '' : ` ${nameOf(turn, chosen)}`}${fact.cause === undefined ? '' : ` (${fact.cause})`}`;
    }
    default:
      return undefined;
  }
}

/** Only what acts beyond the folder is a milestone. */
function returnedLine(fact: FactOf<'tool.returned'>, state: SessionState, turn: TurnState): string | undefined {
  if (fact.planned !== undefined) return `${agentOf(state, fact.run)} planned, not done: ${oneLine(fact.planned.what, 160)}`;
  const act = turn.acts.find((one) => one.run === fact.run && one.call === fact.call);
  return act === undefined || act.status === 'denied' ? undefined : `${fateText(act)}: ${oneLine(act.what, 160)}`;
}

export const failureText = (failure: Failure | undefined): string =>
  failure === undefined ? 'for a reason that is not known' : inline(`${failure.message} ${failure.hint ?? ''}`);

export const deniedText = (fact: FactOf<'approval.answered'>, state: SessionState, asked: Asked): string =>
  `${agentOf(state, fact.run)} was denied ${oneLine(asked.get(fact.call) ?? 'a call', 100)}${fact.why === undefined ? '' : `: ${inline(fact.why)}`}`;

export const teamText = (turn: TurnState): string =>
  turn.agents.map((agent) => inline(`${agent.label} ${agent.backend.model}`)).join(' · ');

export function baseText({ summary }: TurnState): string {
  const parts = [
    ...(summary.changed > 0 ? [`${plural(summary.changed, 'file')} changed by you`] : []),
    ...(summary.untracked > 0 ? [`${summary.untracked} untracked`] : []),
    ...(summary.refused.length > 0 ? [`left out as secrets: ${summary.refused.map(exactly).join(', ')}`] : []),
  ];
  return parts.length === 0 ? 'nothing changed by you' : parts.join(', ');
}

function started(turn: TurnState, fact: FactOf<'run.started'>): string {
  if (turn.runs.some((run) => run.agent === fact.agent && run.id !== fact.run && run.ended?.reason === 'failed') && fact.shown.length === 0)
    return 'tries again';
  return fact.shown.length === 0 ? 'starts' : `looks at ${plural(fact.shown.length, 'answer')}`;
}

function evidenceLine(tree: string, turn: TurnState): string | undefined {
  const candidate = turn.candidates.findLast((one) => one.tree === tree);
  const checks = turn.checks[tree];
  if (candidate === undefined || checks?.results === undefined || checks.results.length === 0) return undefined;
  const time = duration((checks.endedAt ?? checks.startedAt) - checks.startedAt);
  return `checks of ${nameOf(turn, candidate.id)} in ${time}: ${evidenceText(turn, candidate, coloursOf(false))}`;
}

function ballotLine(fact: Extract<FactEvent, { type: 'ballot.cast' }>, turn: TurnState): string {
  const { voter, choice, reason } = fact.ballot;
  const before = turn.ballots.findLast((ballot) => ballot.voter === voter && ballot.seq < fact.seq);
  const changed = before !== undefined && before.choice !== choice ? ` (changed its mind: was ${nameOf(turn, before.choice)})` : '';
  const counts = liveBallots(turn).some((ballot) => ballot.voter === voter) ? '' : ' (does not count: there is a newer answer)';
  return `${inline(voter)} voted for ${nameOf(turn, choice)}${changed}${counts}${reason === '' ? '' : `: ${oneLine(reason, 160)}`}`;
}

function timeLine(what: string, turn: TurnState): string | undefined {
  if (what === 'turn') return `the time of the turn is over (${duration(turn.limits.seconds * 1000)})`;
  const [, run] = /^place:(.*)$/.exec(what) ?? [];
  const agent = turn.runs.find((one) => one.id === run)?.agent;
  if (agent !== undefined) return `${inline(agent)} has used up its share of the time; the next goes on`;
  const [, candidate] = /^checks:(.*)$/.exec(what) ?? [];
  const tree = turn.candidates.find((one) => one.id === candidate)?.tree;
  if (candidate === undefined || tree === undefined || turn.checks[tree]?.results !== undefined) return undefined;
  return `${nameOf(turn, candidate)} is shown before its checks have ended`;
}

function detail(fact: FactEvent, state: SessionState, turn: TurnState): string | undefined {
  switch (fact.type) {
    case 'tool.called':
      return `${agentOf(state, fact.run)} calls ${inline(fact.tool)} ${oneLine(JSON.stringify(fact.input) ?? '', 120)}`;
    case 'tool.returned':
      return fact.ok ? undefined : `${agentOf(state, fact.run)} was told: ${oneLine(fact.output, 120)}`;
    case 'run.nudged':
      return `${agentOf(state, fact.run)} is reminded: ${oneLine(fact.why, 120)}`;
    case 'candidate.refused':
      return `${agentOf(state, fact.run)}'s answer was refused: ${oneLine(fact.why, 120)}`;
    case 'ballot.refused':
      return `${agentOf(state, fact.run)}'s vote was refused: ${oneLine(fact.why, 120)}`;
    case 'candidates.shown':
      return `${agentOf(state, fact.run)} is told of ${fact.shown.map((one) => nameOf(turn, one.candidate)).join(', ')}`;
    case 'context.compacted':
      return `${agentOf(state, fact.run)} left out ${plural(fact.dropped, 'old message')} to make room`;
    default:
      return undefined;
  }
}

const agentOf = (state: SessionState, run: string): string => inline(runOf(state, run)?.agent ?? run);
