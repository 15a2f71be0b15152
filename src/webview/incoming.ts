/** Folds what the host sends into what is shown, and sees where something is missing. */
import { type Event, isFact } from '../protocol/events.js';
import { follow, type Live } from '../protocol/live.js';
import { reduce } from '../protocol/reduce.js';
import type { SessionState } from '../protocol/state.js';
import type { Opened } from '../protocol/wire.js';

export interface Shown {
  state: SessionState;
  title: string;
  live: Live;
  /** The number of the last delta since the last fact. */
  delta: number;
}

export const shownOf = ({ state, live, title }: NonNullable<Opened['session']>): Shown => ({
  state,
  title,
  live,
  delta: 0,
});

/**
 * Events in order. What is known already is skipped.
 * Invariant: nothing is folded past a gap; `gap` is then the last fact that is whole, and the view has to be opened anew.
 */
export function take(shown: Shown, events: readonly Event[]): { shown: Shown; gap?: number } {
  let { state, live, delta } = shown;
  for (const event of events) {
    if (isFact(event)) {
      if (event.seq <= state.seq) continue;
      if (event.seq > state.seq + 1) return { shown: { ...shown, state, live, delta }, gap: state.seq };
      state = reduce(state, event);
      delta = 0;
    } else {
      if (event.after > state.seq) return { shown: { ...shown, state, live, delta }, gap: state.seq };
      // Deltas may be joined on their way, so their numbers may jump; an old one comes too late to be shown.
      if (event.after < state.seq || event.n <= delta) continue;
      delta = event.n;
    }
    live = follow(live, event);
  }
  return { shown: { ...shown, state, live, delta } };
}
