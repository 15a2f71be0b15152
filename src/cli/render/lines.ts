/** A turn as plain lines, one for each milestone: for logs, pipes and readers of screens. */
import { textOf } from '../../protocol/content.js';
import type { FactEvent } from '../../protocol/events.js';
import { currentTurn, runOf, type SessionState, type TurnState } from '../../protocol/state.js';
import { chosenOf, coloursOf, duration, evidenceText, nameOf, oneLine, plural, safe, sizeOf } from './words.js';

/** Undefined where the fact is no milestone at this verbosity. `state`: with the fact in it. */
export function lineOf(fact: FactEvent, state: SessionState, verbosity: 'quiet' | 'normal' | 'verbose'): string | undefined {
  const turn = currentTurn(state);
  if (verbosity === 'quiet' || turn === undefined) return undefined;
  const line = milestone(fact, state, turn) ?? (verbosity === 'verbose' ? detail(fact, state) : undefined);
  return line === undefined ? undefined : `${clock(fact.at - turn.startedAt)}  ${line}`;
}

const clock = (ms: number): string => `${(Math.max(0, ms) / 1000).toFixed(1)}s`.padStart(7);

function milestone(fact: FactEvent, state: SessionState, turn: TurnState): string | undefined {
  switch (fact.type) {
    case 'turn.started':
      return `${teamText(turn)}; ${baseText(turn)}`;
    case 'session.resumed':
      return 'goes on where it was cut off';
    case 'run.started':
      return fact.purpose === 'present' ? `${safe(fact.agent)} presents the winner` : `${safe(fact.agent)} ${started(turn, fact.agent)}`;
    case 'candidate.submitted': {
      const candidate = turn.candidates.find((one) => one.id === fact.candidate.id);
      if (candidate === undefined) return undefined;
      return `${nameOf(turn, candidate.id)} answered (${sizeOf(candidate)}, ${plural(candidate.size.files, 'file')}): ${oneLine(textOf(candidate.words), 100)}`;
    }
    case 'evidence.recorded':
      return evidenceLine(fact.tree, turn);
    case 'ballot.cast':
      return ballotLine(fact, turn);
    case 'run.ended':
      if (fact.reason !== 'failed') return undefined;
      return `${agentOf(state, fact.run)} failed: ${safe(fact.failure?.message ?? '')}`;
    case 'agent.set-aside':
      return `${safe(fact.agent)} is set aside: ${safe(fact.why.message)}${fact.why.hint === undefined ? '' : ` ${safe(fact.why.hint)}`}`;
    case 'time.passed':
      return fact.what === 'turn' ? 'the time of the turn is over' : undefined;
    case 'approval.answered':
      return fact.answer === 'denied' ? `${agentOf(state, fact.run)} was denied: ${safe(fact.why ?? '')}` : undefined;
    case 'turn.ended': {
      const chosen = chosenOf(turn);
      return `${fact.outcome}${chosen === undefined ? '' : ` ${nameOf(turn, chosen)}`}${fact.cause === undefined ? '' : ` (${fact.cause})`}`;
    }
    default:
      return undefined;
  }
}

export const teamText = (turn: TurnState): string =>
  `team ${turn.agents.map((agent) => `${safe(agent.label)} ${safe(agent.backend.model)}`).join(' · ')}`;

export function baseText({ summary }: TurnState): string {
  const parts = [
    `${plural(summary.changed, 'file')} changed by you`,
    ...(summary.untracked > 0 ? [`${summary.untracked} untracked`] : []),
    ...(summary.refused.length > 0 ? [`left out as secrets: ${summary.refused.map(safe).join(', ')}`] : []),
  ];
  return `base ${parts.join(', ')}`;
}

const started = (turn: TurnState, agent: string): string =>
  turn.candidates.some((one) => one.agent === agent) ? 'looks at the answers' : 'starts';

function evidenceLine(tree: string, turn: TurnState): string | undefined {
  const candidate = turn.candidates.findLast((one) => one.tree === tree);
  const checks = turn.checks[tree];
  if (candidate === undefined || checks?.results === undefined || checks.results.length === 0) return undefined;
  const time = duration((checks.endedAt ?? checks.startedAt) - checks.startedAt);
  return `${nameOf(turn, candidate.id)} checked in ${time}: ${evidenceText(turn, candidate, coloursOf(false))}`;
}

function ballotLine(fact: Extract<FactEvent, { type: 'ballot.cast' }>, turn: TurnState): string {
  const { voter, choice, reason } = fact.ballot;
  const before = turn.ballots.filter((ballot) => ballot.voter === voter && ballot.seq < fact.seq).at(-1);
  const changed = before !== undefined && before.choice !== choice ? ` (changed its mind: was ${nameOf(turn, before.choice)})` : '';
  return `${safe(voter)} voted for ${nameOf(turn, choice)}${changed}: ${oneLine(reason, 160)}`;
}

function detail(fact: FactEvent, state: SessionState): string | undefined {
  switch (fact.type) {
    case 'tool.called':
      return `${agentOf(state, fact.run)} ${fact.tool} ${oneLine(JSON.stringify(fact.input), 120)}`;
    case 'tool.returned':
      return fact.ok ? undefined : `${agentOf(state, fact.run)} was told: ${oneLine(fact.output, 120)}`;
    case 'run.nudged':
      return `${agentOf(state, fact.run)} is reminded: ${oneLine(fact.why, 120)}`;
    case 'candidate.refused':
    case 'ballot.refused':
      return `${agentOf(state, fact.run)} was refused: ${oneLine(fact.why, 120)}`;
    case 'context.compacted':
      return `${agentOf(state, fact.run)} left out ${plural(fact.dropped, 'old message')} to make room`;
    default:
      return undefined;
  }
}

const agentOf = (state: SessionState, run: string): string => safe(runOf(state, run)?.agent ?? run);
