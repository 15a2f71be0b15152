/** Which answers cannot win because of what newly fails in them. */
import type { CandidateId, CheckResult } from './events.js';
import { ballotOfYou, field } from './standing.js';
import type { CandidateState, TurnState } from './state.js';

export const failsNewly = (check: CheckResult): boolean => (check.newlyFailing?.length ?? 0) > 0;

/** Nothing of it newly fails, and that is known: it passes, or fails as it did on the base. */
export const holds = (check: CheckResult): boolean => check.status === 'passed' || check.newlyFailing?.length === 0;

/**
 * The answers under a veto: something newly fails in them that is known to hold in another, in which nothing newly fails.
 * Invariant: never all of them, and never the one that the person has voted for, who may know better than the checks.
 */
export function vetoed(turn: TurnState): CandidateId[] {
  if (turn.pattern.evidence !== 'veto') return [];
  const answers = field(turn);
  const clean = answers.filter((one) => !resultsOf(turn, one).some(failsNewly));
  const yours = ballotOfYou(turn)?.choice;
  return answers.filter((one) => one.id !== yours && clean.some((other) => isWorse(turn, one, other))).map((one) => one.id);
}

function isWorse(turn: TurnState, one: CandidateState, clean: CandidateState): boolean {
  const failing = resultsOf(turn, one).filter(failsNewly);
  const others = resultsOf(turn, clean);
  return failing.length > 0 && failing.every(({ name }) => others.some((check) => check.name === name && holds(check)));
}

const resultsOf = (turn: TurnState, { tree }: CandidateState): readonly CheckResult[] => turn.checks[tree]?.results ?? [];
