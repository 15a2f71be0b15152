/** Voting rules: pure functions from live ballots, candidates and evidence to standings. */
import type { CandidateId, Decision, Standing } from '../../protocol/events.js';
import { standing } from '../../protocol/standing.js';
import type { BallotState, CandidateState, TurnState } from '../../protocol/state.js';

export interface Tally {
  /** Best first; every candidate that stands is in it, with or without votes. */
  standings: Standing[];
  tie?: NonNullable<Decision['tie']>;
}

/** Voting rules by name; `PatternSpec.rule` is a key. */
export const rules: Readonly<Record<string, (turn: TurnState, ballots: readonly BallotState[]) => Tally>> = { plurality };

/** Most weight wins; a tie goes to better evidence, then to fewer changed lines, then to the earlier answer. */
function plurality(turn: TurnState, ballots: readonly BallotState[]): Tally {
  // The person may have voted for a version that was replaced since: it stays in the race.
  const chosen = new Set(ballots.map((ballot) => ballot.choice));
  const latest = new Set(standing(turn).map((candidate) => candidate.id));
  const field = turn.candidates.filter((candidate) => latest.has(candidate.id) || chosen.has(candidate.id));
  const others = ballots.some((ballot) => authorOf(turn, ballot.choice) !== ballot.voter);
  const rows = field.map((candidate) => {
    const voters = ballots.filter((ballot) => ballot.choice === candidate.id).map((ballot) => ballot.voter);
    const weighing = voters.filter((voter) => voter !== candidate.agent || !others || turn.pattern.selfVote === 'counts');
    const weight = weighing.reduce((sum, voter) => sum + (turn.pattern.weights[voter] ?? 1), 0);
    return { candidate, standing: { candidate: candidate.id, agent: candidate.agent, weight, voters } };
  });
  rows.sort((a, b) => b.standing.weight - a.standing.weight || compare(turn, a.candidate, b.candidate).order);
  const [first, second] = rows;
  const tied = first !== undefined && second !== undefined && ballots.length > 0 && first.standing.weight === second.standing.weight;
  const standings = rows.map((row) => row.standing);
  return tied ? { standings, tie: compare(turn, first.candidate, second.candidate).by } : { standings };
}

const authorOf = (turn: TurnState, id: CandidateId) => turn.candidates.find((candidate) => candidate.id === id)?.agent;

/** Invariant: a tie is never broken by an agent's place in the configuration. */
function compare(turn: TurnState, a: CandidateState, b: CandidateState): { order: number; by: NonNullable<Decision['tie']> } {
  const evidence = badness(turn, a) - badness(turn, b);
  if (evidence !== 0) return { order: evidence, by: 'evidence' };
  const size = a.size.added + a.size.removed - (b.size.added + b.size.removed);
  if (size !== 0) return { order: size, by: 'size' };
  return { order: a.seq - b.seq, by: 'earliest' };
}

/** How much the evidence holds against a candidate: what newly fails weighs most, then what could not be shown to pass. */
export function badness(turn: TurnState, candidate: CandidateState): number {
  const results = turn.checks[candidate.tree]?.results ?? [];
  const newly = results.reduce((sum, check) => sum + (check.newlyFailing?.length ?? 0), 0);
  const failed = results.filter((check) => check.status === 'failed' || check.status === 'timed-out').length;
  const unknown = results.filter((check) => check.status === 'not-run').length;
  return newly * 1_000_000 + failed * 1_000 + unknown;
}
