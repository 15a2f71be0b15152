/** What of a turn stands: the answers that can be voted for, the ballots that count, the best there is, the time it took. */
import type { AgentId, CandidateId } from './events.js';
import type { BallotState, CandidateState, TurnState } from './state.js';
import { votingRules } from './voting.js';

/** Each agent's latest answer of a work run: what can be voted for. */
export function standing(turn: TurnState): CandidateState[] {
  const latest = new Map<AgentId, CandidateState>();
  for (const candidate of turn.candidates) if (candidate.purpose === 'work') latest.set(candidate.agent, candidate);
  return [...latest.values()];
}

/** What is voted on: the answers that stand, and one that the person has voted for though it was replaced since. */
export function field(turn: TurnState): CandidateState[] {
  const stands = standing(turn);
  const yours = ballotOfYou(turn)?.choice;
  return turn.candidates.filter((candidate) => candidate.id === yours || stands.includes(candidate));
}

export const ballotOfYou = (turn: TurnState): BallotState | undefined => turn.ballots.findLast((ballot) => ballot.voter === 'you');

/**
 * The ballots that count, one a voter.
 * Invariant: an agent's ballot is live only if the agent had been shown every other agent's standing answer when it
 * cast it, and its choice still stands: a new answer voids what was cast before it, seen or not. The person's is never voided.
 */
export function liveBallots(turn: TurnState): BallotState[] {
  const stands = standing(turn);
  const last = new Map<string, BallotState>();
  for (const ballot of turn.ballots) last.set(ballot.voter, ballot);
  return [...last.values()].filter((ballot) => ballot.voter === 'you' || isLive(turn, stands, ballot));
}

function isLive(turn: TurnState, stands: readonly CandidateState[], ballot: BallotState): boolean {
  const seen = (id: CandidateId) =>
    turn.shown.some((shown) => shown.voter === ballot.voter && shown.candidate === id && shown.seq < ballot.seq);
  return (
    stands.some((candidate) => candidate.id === ballot.choice) &&
    seen(ballot.choice) &&
    stands.every((candidate) => seen(candidate.id) || (candidate.agent === ballot.voter && candidate.seq < ballot.seq))
  );
}

/** What people call a candidate: `maya.2` is maya's second of the turn. As it is in the log: not safe to print on a terminal. */
export function candidateName(turn: TurnState, id: CandidateId): string {
  const candidate = turn.candidates.find((one) => one.id === id);
  if (candidate === undefined) return id;
  const own = turn.candidates.filter((one) => one.agent === candidate.agent);
  return `${candidate.agent}.${own.indexOf(candidate) + 1}`;
}

/** The best there is: the person's choice, the winner as it was presented, the winner. */
export const chosenOf = (turn: TurnState): CandidateId | undefined => turn.chosen ?? turn.decision?.presented ?? turn.decision?.winner;

/** Another answer was the choice of as many, and yet it is no tie: what ballots say beside their choice, or the checks, made the winner. */
export function byMoreThanChoices({ decision, pattern }: TurnState): boolean {
  if (decision?.winner === undefined || decision.tie !== undefined || votingRules[pattern.rule] !== 'order') return false;
  const choices = (id: CandidateId) => decision.standings.find((one) => one.candidate === id)?.weight ?? 0;
  const winners = choices(decision.winner);
  return decision.standings.some(({ candidate }) => candidate !== decision.winner && choices(candidate) >= winners);
}

/**
 * How long the turn was worked on, up to the last thing that an agent or a check did. What the person does later (a vote, checks of a
 * selection, an apply, the next turn) does not make it longer.
 */
export function workedMs(turn: TurnState): number {
  const times = [
    ...turn.runs.flatMap((run) => [run.startedAt, run.ended?.at ?? 0]),
    ...turn.candidates.map((candidate) => candidate.at),
    ...turn.ballots.filter((ballot) => ballot.voter !== 'you').map((ballot) => ballot.at),
    ...[turn.base, ...turn.candidates.map((candidate) => candidate.tree)].map((tree) => turn.checks[tree]?.endedAt ?? 0),
  ];
  return Math.max(0, Math.max(turn.startedAt, ...times) - turn.startedAt - turn.pausedMs);
}
