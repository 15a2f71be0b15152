/** A clock that is only counted on: one that is set, or jumps, takes no time from a turn and gives it none. */

/** `begin`: milliseconds since 1970, now. */
export function steadyClock(begin: number): () => number {
  const from = performance.now();
  return () => Math.round(begin + performance.now() - from);
}
