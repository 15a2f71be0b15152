/** A session as one JSON document: `{session, turns, state, events}`; `turns` is what follows from the rest. */
import type { FactEvent } from '../../protocol/events.js';
import { stateOf } from '../../protocol/reduce.js';
import { aboutTurn } from './about.js';

export function jsonOf(events: readonly FactEvent[]): string {
  const state = stateOf(events);
  return JSON.stringify({ session: state.id, turns: state.turns.map(aboutTurn), state, events }, null, 2);
}
