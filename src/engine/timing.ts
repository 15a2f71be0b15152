/** Timers of a turn: time passes by the clock, or when it passed in the recording that is played. */
import type { Host } from './host.js';
import type { Step } from './patterns/pattern.js';
import { passingOf } from './providers/milestones.js';
import type { Course } from './providers/provider.js';

/** Timers by what they are for, each with what calls it off. */
export type Timers = Map<string, () => void>;

/** Invariant: a timer that no step asks for any more is gone; one that is asked for runs, once. */
export function keepTimers(timers: Timers, steps: readonly Step[], start: (what: string, until: number) => () => void): void {
  const wanted = new Map(steps.flatMap((step) => (step.do === 'wait' ? [[step.what, step.until] as const] : [])));
  for (const [what, callOff] of timers) {
    if (wanted.has(what)) continue;
    callOff();
    timers.delete(what);
  }
  for (const [what, until] of wanted) if (!timers.has(what)) timers.set(what, start(what, until));
}

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
