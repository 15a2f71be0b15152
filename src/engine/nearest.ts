/** Finds the word that was probably meant, for messages about unknown names. */

/** Edit distance: letters put in, left out, replaced, or two neighbours swapped. */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : replaced;
      next.push(Math.min(replaced, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Short words are near to too many others, long words are mistyped in more places. */
const tolerance = (word: string): number => (word.length <= 5 ? 1 : Math.max(2, Math.floor(word.length / 3)));

/** The nearest of the known words within `limit` edits (case and `-`/`_` aside), the first one where several are as near. */
export function nearest(word: string, known: readonly string[], limit = tolerance(word)): string | undefined {
  // Edits of a very long word are of no interest and cost quadratic time.
  if (word.length > 60) return undefined;
  const plain = (text: string): string => text.toLowerCase().replaceAll('-', '_');
  let best: { name: string; edits: number } | undefined;
  for (const name of known) {
    if (Math.abs(name.length - word.length) > limit) continue;
    const edits = distance(plain(word), plain(name));
    if (edits <= limit && (best === undefined || edits < best.edits)) best = { name, edits };
  }
  return best?.name;
}

/** A hint for an unknown name: the nearest one or one that begins with it, else all that are `listed`. */
export function didYouMean(word: string, known: readonly string[], listed: readonly string[] = known): string {
  const near = nearest(word, known) ?? (word.length > 3 ? known.find((name) => name.startsWith(word)) : undefined);
  return near === undefined ? `known here: ${listed.join(', ')}` : `did you mean "${near}"?`;
}
