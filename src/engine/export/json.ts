/** A session as one JSON document: `{session, state, events}`. */
import type { FactEvent } from '../../protocol/events.js';
import { emptyState, reduce } from '../../protocol/state.js';

export function jsonOf(events: readonly FactEvent[]): string {
  const state = events.reduce((folded, event) => reduce(folded, event), emptyState);
  return JSON.stringify({ session: state.id, state, events }, null, 2);
}
