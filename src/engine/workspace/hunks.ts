/** Builds a file from its base and some hunks of its change, byte for byte. */
import type { Hunk } from './patch.js';

/**
 * The base's bytes with the chosen hunks as they are in the candidate.
 *
 * A hunk only says which lines of the base give way to which lines of the candidate; the bytes come from the two files
 * themselves, so that line ends, a missing last newline and any encoding stay as they are.
 * Invariant: all hunks give the candidate, none gives the base, and what is chosen does not depend on the order of choosing.
 */
export function withHunks(base: Uint8Array, candidate: Uint8Array, hunks: readonly Hunk[], chosen: ReadonlySet<number>): Uint8Array {
  const oldStarts = lineStarts(base);
  const newStarts = lineStarts(candidate);
  const pieces: Uint8Array[] = [];
  let kept = 0;
  for (const hunk of hunks) {
    if (!chosen.has(hunk.number)) continue;
    const old = range(oldStarts, hunk.oldStart, hunk.oldLines);
    const fresh = range(newStarts, hunk.newStart, hunk.newLines);
    pieces.push(base.subarray(kept, old.start), candidate.subarray(fresh.start, fresh.end));
    kept = old.end;
  }
  pieces.push(base.subarray(kept));
  return Buffer.concat(pieces);
}

/** Byte offsets where lines start, and one more: the end of the last line. */
function lineStarts(bytes: Uint8Array): number[] {
  const starts = [0];
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) starts.push(at + 1);
  if (starts.at(-1) !== bytes.length) starts.push(bytes.length);
  return starts;
}

const NEWLINE = 0x0a;

/** The bytes of `count` lines from line `start` on; an empty range lies after line `start`, as in a hunk's head. */
function range(starts: readonly number[], start: number, count: number): { start: number; end: number } {
  const first = count === 0 ? start : start - 1;
  const from = starts[first];
  const to = starts[first + count];
  if (from === undefined || to === undefined)
    throw new Error(`a hunk names lines ${start} to ${start + count - 1}, which the file does not have`);
  return { start: from, end: to };
}
