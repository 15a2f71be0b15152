/** The voting rules: pure functions from votes and candidates to scores. */
import type { CandidateId } from '../../protocol/events.js';
import type { VotingRule } from '../../protocol/voting.js';

/** A ballot as the rules read it. */
export interface Vote {
  /** Best first; those on one step are liked alike. Candidates that are on none come after all of them, alike. */
  steps: readonly (readonly CandidateId[])[];
  weight: number;
  /** 0…1: what its preference for this candidate counts, as a share of the weight. */
  share(candidate: CandidateId): number;
}

/** The higher the better; a score for every candidate. */
export type Scores = ReadonlyMap<CandidateId, number>;
type Rule = (votes: readonly Vote[], candidates: readonly CandidateId[]) => Scores;

/** Plurality and approval differ in what stands on a vote's first step. */
export const rules: Readonly<Record<VotingRule, Rule>> = { plurality: firsts, approval: firsts, borda, condorcet: schulze };

/** Sums of weights that are equal in decimals are equal. */
const exact = (value: number): number => Math.round(value * 1e9) / 1e9;

function firsts(votes: readonly Vote[], candidates: readonly CandidateId[]): Scores {
  const score = (candidate: CandidateId): number =>
    votes.reduce((sum, vote) => sum + (vote.steps[0]?.includes(candidate) ? vote.weight * vote.share(candidate) : 0), 0);
  return new Map(candidates.map((candidate) => [candidate, exact(score(candidate))]));
}

/** A point for every candidate that a vote puts below, half a one for those alike. */
function borda(votes: readonly Vote[], candidates: readonly CandidateId[]): Scores {
  const score = (one: CandidateId): number =>
    votes.reduce((sum, vote) => {
      const place = placesOf(vote);
      const points = candidates.map((other) => {
        if (other === one) return 0;
        if (place(one) === place(other)) return vote.share(one) > 0 ? vote.weight / 2 : 0;
        return place(one) < place(other) ? preference(vote, one, other) : 0;
      });
      return sum + points.reduce((a, b) => a + b, 0);
    }, 0);
  return new Map(candidates.map((candidate) => [candidate, exact(score(candidate))]));
}

/**
 * Condorcet by Schulze: one candidate beats another where its strongest chain of won comparisons to it is stronger than the one
 * back. Who beats all others in pairs always wins.
 */
function schulze(votes: readonly Vote[], candidates: readonly CandidateId[]): Scores {
  const count = candidates.length;
  const pairs = pairwise(votes, candidates);
  const at = (matrix: readonly (readonly number[])[], i: number, j: number): number => matrix[i]?.[j] ?? 0;
  const strength = pairs.map((row, i) => row.map((wins, j) => (wins > at(pairs, j, i) ? wins : 0)));
  for (let via = 0; via < count; via += 1)
    for (const [i, row] of strength.entries())
      for (let j = 0; j < count; j += 1) row[j] = Math.max(row[j] ?? 0, Math.min(at(strength, i, via), at(strength, via, j)));
  const unbeatenBy = (i: number): number => candidates.filter((_, j) => j !== i && at(strength, j, i) <= at(strength, i, j)).length;
  return new Map(candidates.map((candidate, i) => [candidate, unbeatenBy(i)]));
}

/** How much weight puts the one of the row above the one of the column. */
function pairwise(votes: readonly Vote[], candidates: readonly CandidateId[]): number[][] {
  const places = votes.map((vote) => ({ vote, place: placesOf(vote) }));
  const wins = (one: CandidateId, other: CandidateId): number =>
    exact(places.reduce((sum, { vote, place }) => sum + (place(one) < place(other) ? preference(vote, one, other) : 0), 0));
  return candidates.map((one) => candidates.map((other) => wins(one, other)));
}

/** What is counted less is the advantage over one that is not; a preference against one's own counts in full. */
const preference = ({ weight, share }: Vote, one: CandidateId, other: CandidateId): number =>
  weight * (share(one) === 0 ? 0 : share(one) < share(other) ? share(one) : 1);

function placesOf({ steps }: Vote): (candidate: CandidateId) => number {
  const places = new Map(steps.flatMap((step, place) => step.map((candidate) => [candidate, place] as const)));
  return (candidate) => places.get(candidate) ?? steps.length;
}
