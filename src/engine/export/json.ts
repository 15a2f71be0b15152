/** A session as one JSON document: `{session, state, events}`. */
import type { FactEvent } from '../../protocol/events.js';
import { stateOf } from '../../protocol/reduce.js';

export function jsonOf(events: readonly FactEvent[]): string {
  const state = stateOf(events);
  return JSON.stringify({ session: state.id, state, events }, null, 2);
}
