/** Builds a file from its base and some hunks or lines of its change, byte for byte. */
import type { HunkChoices } from './choice.js';
import type { Hunk } from './patch.js';

/**
 * The base's bytes with what is chosen as it is in the candidate: `-` lines that are not chosen stay, `+` lines that are not are left out.
 *
 * A hunk only says which lines of the base give way to which lines of the candidate; the bytes come from the two files
 * themselves, so that line ends, a missing last newline and any encoding stay as they are.
 * Invariant: all hunks give the candidate, none gives the base, and what is chosen does not depend on the order of choosing.
 */
export function withHunks(base: Uint8Array, candidate: Uint8Array, hunks: readonly Hunk[], chosen: HunkChoices): Uint8Array {
  const files = { old: base, oldStarts: lineStarts(base), fresh: candidate, freshStarts: lineStarts(candidate) };
  const pieces: Uint8Array[] = [];
  let kept = 0;
  for (const hunk of hunks) {
    const lines = chosen.get(hunk.number);
    if (lines === undefined) continue;
    const old = range(files.oldStarts, hunk.oldStart, hunk.oldLines);
    const fresh = range(files.freshStarts, hunk.newStart, hunk.newLines);
    pieces.push(base.subarray(kept, old.start));
    if (lines === 'all') pieces.push(candidate.subarray(fresh.start, fresh.end));
    else pieces.push(...withLines(files, hunk, lines));
    kept = old.end;
  }
  pieces.push(base.subarray(kept));
  return Buffer.concat(pieces);
}

interface Files {
  old: Uint8Array;
  oldStarts: readonly number[];
  fresh: Uint8Array;
  freshStarts: readonly number[];
}

/** The lines of a hunk of which only some changes are wanted. */
function withLines({ old, oldStarts, fresh, freshStarts }: Files, hunk: Hunk, lines: ReadonlySet<number>): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let oldAt = firstOf(hunk.oldStart, hunk.oldLines);
  let freshAt = firstOf(hunk.newStart, hunk.newLines);
  let number = 0;
  const take = (bytes: Uint8Array, starts: readonly number[], at: number): void => {
    const last = pieces.at(-1);
    // The last line of the base, kept without an end before a line that was added after it.
    if (last !== undefined && last.at(-1) !== NEWLINE) pieces.push(lineEndOf(old, fresh));
    pieces.push(bytes.subarray(starts[at], starts[at + 1]));
  };
  for (const sign of hunk.signs) {
    if (sign !== ' ') number++;
    const isWanted = lines.has(number);
    if (sign === ' ' || (sign === '-' && !isWanted)) take(old, oldStarts, oldAt);
    if (sign === '+' && isWanted) take(fresh, freshStarts, freshAt);
    if (sign !== '+') oldAt++;
    if (sign !== '-') freshAt++;
  }
  return pieces;
}

/** How lines end in the first of the files that has more than one. */
function lineEndOf(...files: readonly Uint8Array[]): Uint8Array {
  const file = files.find((bytes) => bytes.includes(NEWLINE));
  const isCrlf = file !== undefined && file[file.indexOf(NEWLINE) - 1] === RETURN;
  return Uint8Array.from(isCrlf ? [RETURN, NEWLINE] : [NEWLINE]);
}

/** Byte offsets where lines start, and one more: the end of the last line. */
function lineStarts(bytes: Uint8Array): number[] {
  const starts = [0];
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) starts.push(at + 1);
  if (starts.at(-1) !== bytes.length) starts.push(bytes.length);
  return starts;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** The index of the first of `count` lines from line `start` on; an empty range lies after line `start`, as in a hunk's head. */
const firstOf = (start: number, count: number): number => (count === 0 ? start : start - 1);

function range(starts: readonly number[], start: number, count: number): { start: number; end: number } {
  const first = firstOf(start, count);
  const from = starts[first];
  const to = starts[first + count];
  if (from === undefined || to === undefined)
    throw new Error(`a hunk names lines ${start} to ${start + count - 1}, which the file does not have`);
  return { start: from, end: to };
}
