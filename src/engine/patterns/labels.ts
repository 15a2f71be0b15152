/** What a voter is told instead of names: one mapping per voter and turn, in an order that no position or brand can win by. */
import type { AgentId, Shown } from '../../protocol/events.js';
import type { CandidateState } from '../../protocol/state.js';
import { labelOf, type TurnState } from '../../protocol/state.js';

/**
 * The labels under which `candidates` are shown to `voter`.
 * Invariant: an author that the voter knows keeps its label; the others get the next numbers in an order shuffled from the turn's seed and the voter.
 */
export function label(turn: TurnState, voter: AgentId, candidates: readonly CandidateState[]): Shown[] {
  const known = new Set(turn.shown.filter((shown) => shown.voter === voter).map((shown) => shown.label));
  let next = known.size;
  return shuffled(candidates, `${turn.seed}/${voter}`).map((candidate) => {
    const old = labelOf(turn, voter, candidate.agent);
    if (old !== undefined) return { candidate: candidate.id, label: old };
    next += 1;
    return { candidate: candidate.id, label: `agent${next}` };
  });
}

function shuffled(candidates: readonly CandidateState[], seed: string): CandidateState[] {
  const key = (candidate: CandidateState) => hash(`${seed}/${candidate.agent}`);
  return [...candidates].sort((a, b) => key(a) - key(b) || a.seq - b.seq);
}

/** FNV-1a, 32 bits, with a final mix so that names that differ in their last letter spread. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
