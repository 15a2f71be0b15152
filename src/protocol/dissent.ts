/** Who voted for another answer than the one that won, and why: what a majority easily overlooks. */
import type { AgentId, CandidateId } from './events.js';
import { chosenOf, liveBallots } from './standing.js';
import type { TurnState } from './state.js';

export interface Dissent {
  voter: AgentId | 'you';
  choice: CandidateId;
  reason: string;
  /** The winner's place in the ballot's order, from 1, where it has one. */
  place?: number;
}

/** Of the ballots that count. None while nothing is decided, and none by who has approved of the winner too. */
export function dissentOf(turn: TurnState): Dissent[] {
  const best = chosenOf(turn);
  if (best === undefined) return [];
  // As it was presented it is the answer that was voted for.
  const winner = turn.decision?.presented === best ? turn.decision.winner : best;
  return liveBallots(turn).flatMap(({ voter, choice, reason, ranking = [] }): Dissent[] => {
    const place = winner === undefined ? 0 : ranking.indexOf(winner) + 1;
    if (choice === winner || (turn.pattern.rule === 'approval' && place > 0)) return [];
    return [{ voter, choice, reason, ...(place > 0 && { place }) }];
  });
}
