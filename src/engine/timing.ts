/** Timers of a turn: time passes by the clock, or when it passed in the recording that is played. */
import type { Host } from './host.js';
import { passingOf } from './providers/milestones.js';
import type { Course } from './providers/provider.js';

/** Calls `ring` once, unless it is called off by what this gives. */
export function startTimer(host: Host, course: Course, what: string, until: number, ring: () => void): () => void {
  const wait = Math.min(Math.max(0, until - host.now()), 2 ** 31 - 1);
  const byClock = (): (() => void) => {
    const timer = setTimeout(ring, wait);
    return () => clearTimeout(timer);
  };
  const { inOrder } = host;
  if (inOrder === undefined) return byClock();
  const off = new AbortController();
  let clock: (() => void) | undefined;
  void inOrder(passingOf(what), course, off.signal).then((came) => {
    if (came && !off.signal.aborted) ring();
    // What did not pass then does not pass now; but nothing goes on for ever.
    else if (!off.signal.aborted && what === 'turn') clock = byClock();
  });
  return () => {
    off.abort();
    clock?.();
  };
}
