/** Counting a turn's ballots: a pure function from live ballots, candidates and evidence to standings. */
import type { AgentId, CandidateId, Decision, Standing } from '../../protocol/events.js';
import { field } from '../../protocol/standing.js';
import type { BallotState, CandidateState, TurnState } from '../../protocol/state.js';
import { failsNewly, holds, vetoed } from '../../protocol/veto.js';
import { votingRules } from '../../protocol/voting.js';
import { rules, type Vote } from './rules.js';

export interface Tally {
  /** Best first; every candidate that stands is in it, with or without votes. */
  standings: Standing[];
  tie?: NonNullable<Decision['tie']>;
}

/** The best score wins, of what is under no veto; a tie goes to better evidence, then to fewer changed lines, then to the earlier answer. */
export function tally(turn: TurnState, ballots: readonly BallotState[]): Tally {
  const candidates = field(turn);
  const rule = rules[turn.pattern.rule];
  if (rule === undefined) throw new Error(`There is no voting rule ${turn.pattern.rule}`);
  const ids = candidates.map((candidate) => candidate.id);
  const votes = ballots.map((ballot) => voteOf(turn, ballot, ballots));
  const checks = checksVotes(turn, candidates);
  const weights = rules.plurality(votes, ids);
  const scores = rule([...votes, ...checks], ids);
  const isWeight = rule === rules.plurality && checks.length === 0;
  const veto = vetoed(turn);
  const rows = candidates.map((candidate) => ({
    candidate,
    last: veto.includes(candidate.id),
    score: scores.get(candidate.id) ?? 0,
    standing: {
      candidate: candidate.id,
      agent: candidate.agent,
      weight: weights.get(candidate.id) ?? 0,
      ...(!isWeight && { score: scores.get(candidate.id) ?? 0 }),
      voters: ballots.filter((ballot) => stepsOf(turn, ballot)[0]?.includes(candidate.id)).map((ballot) => ballot.voter),
    },
  }));
  rows.sort((a, b) => Number(a.last) - Number(b.last) || b.score - a.score || compare(turn, a.candidate, b.candidate).order);
  const standings = rows.map((row) => row.standing);
  const [first, second] = rows;
  if (first === undefined || second === undefined || ballots.length === 0) return { standings };
  const tied = first.last === second.last && first.score === second.score;
  return tied ? { standings, tie: compare(turn, first.candidate, second.candidate).by } : { standings };
}

/** Invariant: a ballot is worth the same for whoever has cast it; only whose answer it favours makes a difference. */
function voteOf(turn: TurnState, ballot: BallotState, ballots: readonly BallotState[]): Vote {
  const { selfVote, weights, sameFamily = 1 } = turn.pattern;
  const others = ballots.some(({ voter, choice }) => authorOf(turn, choice) !== voter);
  const kin = familiesOf(turn);
  return {
    steps: stepsOf(turn, ballot),
    weight: weights[ballot.voter] ?? 1,
    share: (candidate) => {
      const author = authorOf(turn, candidate);
      if (author === ballot.voter && others && selfVote !== 'counts') return 0;
      return author !== undefined && kin(ballot.voter, author) ? sameFamily : 1;
    },
  };
}

/** What the rule reads of a ballot. A ballot without a ranking, as the person's, is one for its choice alone. */
function stepsOf(turn: TurnState, { choice, ranking = [] }: BallotState): CandidateId[][] {
  const listed = [...new Set([choice, ...ranking])];
  const reads = votingRules[turn.pattern.rule];
  return reads === 'choice' ? [[choice]] : reads === 'approved' ? [listed] : listed.map((one) => [one]);
}

/** Whether two agents' models are of one family; in a team that is all of one, that says nothing. */
function familiesOf(turn: TurnState): (one: AgentId | 'you', other: AgentId) => boolean {
  const families = new Map<string, string | undefined>(turn.agents.map((agent) => [agent.id, agent.family]));
  const several = new Set(families.values()).size > 1;
  return (one, other) => several && families.get(one) !== undefined && families.get(one) === families.get(other);
}

/** Where evidence weighs, each check votes: what holds in an answer comes before what is not known of it, and that before what newly fails. */
function checksVotes(turn: TurnState, candidates: readonly CandidateState[]): Vote[] {
  if (turn.pattern.evidence !== 'weighs') return [];
  const ofCheck = (candidate: CandidateState, name: string) =>
    (turn.checks[candidate.tree]?.results ?? []).filter((check) => check.name === name);
  const names = new Set(candidates.flatMap(({ tree }) => (turn.checks[tree]?.results ?? []).map((check) => check.name)));
  return [...names].map((name) => {
    const failing = candidates.filter((candidate) => ofCheck(candidate, name).some(failsNewly));
    const holding = candidates.filter((candidate) => !failing.includes(candidate) && ofCheck(candidate, name).some(holds));
    const unknown = candidates.filter((candidate) => !failing.includes(candidate) && !holding.includes(candidate));
    return { steps: [holding, unknown, failing].map((step) => step.map(({ id }) => id)), weight: 1, share: () => 1 };
  });
}

const authorOf = (turn: TurnState, id: CandidateId): AgentId | undefined => turn.candidates.find((candidate) => candidate.id === id)?.agent;

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
