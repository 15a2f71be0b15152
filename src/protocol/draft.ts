/** Changing a value that others hold: what is changed is copied first, and once in a batch. */

/**
 * What stands under that key, as a copy of this batch's own, which takes its place.
 * Invariant: `parent` is this batch's own already; so nothing that was there before the batch is ever changed.
 */
export type Own = <T extends object, K extends keyof T>(parent: T, key: K) => T[K];

export function openBatch(): Own {
  const owned = new Set<unknown>();
  return (parent, key) => {
    const value = parent[key];
    if (owned.has(value)) return value;
    const copy = copyOf(value);
    owned.add(copy);
    parent[key] = copy;
    return copy;
  };
}

// Whatever else is asked for has no parts to be changed.
function copyOf<T>(value: T): T {
  if (Array.isArray(value)) return value.slice() as T;
  return typeof value === 'object' && value !== null ? { ...value } : value;
}
