/** What every pattern does alike in a turn: limits, checks, setting aside, presenting, ending. */
import type { AgentId, CandidateId, Decision } from '../../protocol/events.js';
import type { Failure } from '../../protocol/failure.js';
import { type CandidateState, currentTurn, type RunState, type SessionState, type TurnState } from '../../protocol/state.js';
import { label } from './labels.js';
import type { Step } from './pattern.js';
import { badness } from './tally.js';

/** In what patterns differ. */
export interface Policy {
  /** The agents' work is over: `decide` has the result. */
  isDecided(turn: TurnState): boolean;
  /** What is to be done until then. Asked only while an agent is left that is not set aside. */
  work(turn: TurnState): Step[];
  /** The answers that the winner's agent is shown beside the winner when it presents. */
  beside(turn: TurnState): CandidateState[];
  decide(turn: TurnState): Decision;
}

export function nextSteps(state: SessionState, policy: Policy): Step[] {
  const turn = currentTurn(state);
  if (turn === undefined || turn.decision !== undefined) return [];
  const cause = causeOf(state, turn);
  if (cause !== undefined) return finish(turn, policy, cause);
  const limits = [turnLimit(turn), ...checks(turn)];
  const present = turn.runs.find((run) => run.purpose === 'present');
  if (present !== undefined) return [...limits, ...afterPresenting(turn, policy, present)];
  if (policy.isDecided(turn)) return [...limits, ...presentWinner(turn, policy)];
  const aside = toSetAside(turn);
  if (aside.length > 0) return [...limits, ...aside];
  if (active(turn).length === 0) return finish(turn, policy, undefined);
  return [...limits, ...policy.work(turn)];
}

/** Agents that are not set aside, in the order of the configuration. */
export const active = (turn: TurnState): AgentId[] => turn.agents.map((agent) => agent.id).filter((id) => turn.setAside[id] === undefined);

export const openRuns = (turn: TurnState): RunState[] => turn.runs.filter((run) => run.ended === undefined);

/** Its checks have ended: the evidence is known. */
export const isChecked = (turn: TurnState, candidate: CandidateState): boolean => turn.checks[candidate.tree]?.endedAt !== undefined;

/** May be shown: its checks have ended or their deadline has passed. */
export const isReady = (turn: TurnState, candidate: CandidateState): boolean =>
  isChecked(turn, candidate) || turn.passed.includes(deadline(candidate.id));

/** The outcome where there is no answer to decide for. */
export function withoutAnswer(turn: TurnState): Pick<Decision, 'outcome' | 'failure'> {
  if (active(turn).length > 0) return { outcome: 'undecided' };
  const failure = Object.values(turn.setAside)[0];
  return { outcome: 'failed', ...(failure && { failure }) };
}

/** Time in which nobody worked on the turn does not count. */
const turnLimit = (turn: TurnState): Step => ({
  do: 'wait',
  until: turn.startedAt + turn.pausedMs + turn.limits.seconds * 1000,
  what: 'turn',
});

function causeOf(state: SessionState, turn: TurnState): 'time' | 'budget' | undefined {
  if (turn.passed.includes('turn')) return 'time';
  const { calls, costUsd } = turn.limits;
  const spent = Object.values(state.usage).reduce((sum, usage) => sum + usage.costUsd, 0);
  if ((calls !== undefined && turn.calls >= calls) || (costUsd !== undefined && spent >= costUsd)) return 'budget';
  return undefined;
}

/** Every answer's tree is checked; one that takes longer than its deadline is shown without waiting on. */
function checks(turn: TurnState): Step[] {
  return turn.candidates.flatMap((candidate): Step[] => {
    const check = turn.checks[candidate.tree];
    if (check === undefined) return [{ do: 'check', candidate: candidate.id }];
    if (isReady(turn, candidate)) return [];
    // Begun again after a resume, they have their time again.
    const since = Math.max(candidate.at, check.startedAt);
    return [{ do: 'wait', until: since + turn.pattern.checkSeconds * 1000, what: deadline(candidate.id) }];
  });
}

const deadline = (candidate: CandidateId) => `checks:${candidate}`;

/** Invariant: an agent that failed so many runs, or cannot succeed, is set aside, and by this every turn ends. */
function toSetAside(turn: TurnState): Step[] {
  return active(turn).flatMap((agent): Step[] => {
    const failed = turn.runs.filter((run) => run.agent === agent && run.ended?.reason === 'failed');
    const last = failed[failed.length - 1]?.ended?.failure;
    if (failed.length === 0 || openRuns(turn).some((run) => run.agent === agent)) return [];
    const hopeless =
      last !== undefined && !last.retryable && (last.code === 'auth' || last.code === 'bad-request' || last.code === 'config');
    if (!hopeless && failed.length < turn.pattern.failedRuns) return [];
    return [{ do: 'set-aside', agent, why: last ?? noAnswer }];
  });
}

const noAnswer: Failure = { code: 'no-answer', message: 'It ended without an answer or a ballot.', retryable: false };

function presentWinner(turn: TurnState, policy: Policy): Step[] {
  const open = openRuns(turn);
  if (open.length > 0) return open.map((run): Step => ({ do: 'stop', run: run.id, reason: 'superseded' }));
  const decision = policy.decide(turn);
  const winner = turn.candidates.find((candidate) => candidate.id === decision.winner);
  if (winner === undefined || turn.setAside[winner.agent] !== undefined) return [{ do: 'end', decision }];
  // The person may have chosen a version that its author has replaced since: that one is shown, not the newer one.
  const beside = policy.beside(turn).filter((candidate) => candidate.agent !== winner.agent);
  const shown = label(turn, winner.agent, [...beside, winner]);
  return [{ do: 'run', agent: winner.agent, shown, purpose: 'present', presents: winner.id, from: winner.id }];
}

/** Invariant: presenting cannot leave the turn without an end. */
function afterPresenting(turn: TurnState, policy: Policy, run: RunState): Step[] {
  if (run.ended === undefined) return [];
  const version = turn.candidates.filter((candidate) => candidate.run === run.id).at(-1);
  if (version !== undefined && !isReady(turn, version)) return [];
  const decision = policy.decide(turn);
  return [{ do: 'end', decision: { ...decision, ...(version && presentedAs(turn, decision, run, version)) } }];
}

/**
 * Invariant: a version that is not known to check as well is not presented, nor one of an answer that is no longer the
 * winner: the person may have voted while it was presented.
 */
function presentedAs(turn: TurnState, decision: Decision, run: RunState, version: CandidateState): Pick<Decision, 'presented'> {
  const winner = turn.candidates.find((candidate) => candidate.id === run.presents);
  if (winner === undefined || winner.id !== decision.winner || !isChecked(turn, version)) return {};
  return badness(turn, version) <= badness(turn, winner) ? { presented: version.id } : {};
}

/** Ends the turn with what is decided by now; running agents are stopped first. */
function finish(turn: TurnState, policy: Policy, cause: 'time' | 'budget' | undefined): Step[] {
  const open = openRuns(turn);
  if (open.length > 0) return open.map((run): Step => ({ do: 'stop', run: run.id, reason: 'cancelled' }));
  return [{ do: 'end', decision: { ...policy.decide(turn), ...(cause && { cause }) } }];
}
