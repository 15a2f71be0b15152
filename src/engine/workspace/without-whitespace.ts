/** Hunks with whitespace ignored, and by which numbers of the real change a selection names them. */
import type { TextHunk } from './file-hunks.js';

export interface NumberedHunk extends TextHunk {
  /** Of each line, as a selection names it; 0 where it cannot. */
  numbers: number[];
}

/** Where a changed line is: its side and its line there. */
type Place = `-${number}` | `+${number}`;

/**
 * The hunks `shown` with the numbers of `real`, the same file's hunks with whitespace.
 * A line that the real change does not have as a changed one cannot be named; a hunk without any that can has the number 0.
 */
export function numbered(shown: readonly TextHunk[], real: readonly TextHunk[]): NumberedHunk[] {
  const named = new Map<Place, { hunk: number; line: number }>();
  for (const hunk of real) {
    let line = 0;
    for (const place of placesOf(hunk)) if (place !== undefined) named.set(place, { hunk: hunk.number, line: ++line });
  }
  return shown.map((hunk) => {
    const found = placesOf(hunk).map((place) => (place === undefined ? undefined : named.get(place)));
    const number = found.find((one) => one !== undefined)?.hunk ?? 0;
    return { ...hunk, number, numbers: found.map((one) => (one?.hunk === number ? one.line : 0)) };
  });
}

function placesOf(hunk: TextHunk): (Place | undefined)[] {
  let old = hunk.oldLines === 0 ? hunk.oldStart + 1 : hunk.oldStart;
  let fresh = hunk.newLines === 0 ? hunk.newStart + 1 : hunk.newStart;
  return hunk.lines.map((line): Place | undefined => {
    if (line.startsWith('-')) return `-${old++}`;
    if (line.startsWith('+')) return `+${fresh++}`;
    if (line.startsWith(' ')) {
      old++;
      fresh++;
    }
    return undefined;
  });
}
