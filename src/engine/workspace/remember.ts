/** Remembers the last results of a costly question. */

/** Asks once for each key, as long as no more than `most` others were asked since. What failed is asked again. */
export function remembering<T>(most: number): (key: string, ask: () => Promise<T>) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (key, ask) => {
    const answer = known.get(key) ?? ask();
    known.delete(key);
    known.set(key, answer);
    answer.catch(() => known.delete(key)); // Whoever asked for it is told.
    for (const oldest of known.keys()) {
      if (known.size <= most) break;
      known.delete(oldest);
    }
    return answer;
  };
}
