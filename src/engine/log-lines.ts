/** The complete lines of a file, read a piece at a time: a log may be larger than what one wants to hold. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

export interface Line {
  text: string;
  /** Where it ends in the file, its line end included. */
  end: number;
  /** It is the last that the file had when it was opened, and nothing stands behind it. */
  isLast: boolean;
}

const NEWLINE = 0x0a;
const PIECE = 1 << 20;

/** From `from` on, a line's beginning. Invariant: what has no line end yet is no line, and comes with the next reading. */
export function* linesOf(path: string, from = 0): Generator<Line> {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    let piece = Buffer.allocUnsafe(Math.min(PIECE, Math.max(0, size - from)));
    /** Where the piece begins in the file, and how much of it is filled. */
    let at = from;
    let filled = 0;
    while (at + filled < size) {
      if (filled === piece.length) piece = Buffer.concat([piece], piece.length * 2);
      const wanted = Math.min(piece.length - filled, size - at - filled);
      const got = readSync(file, piece, filled, wanted, at + filled);
      if (got === 0) return;
      const known = filled;
      filled += got;
      let start = 0;
      const read = piece.subarray(0, filled);
      for (let end = read.indexOf(NEWLINE, known); end !== -1; end = read.indexOf(NEWLINE, start)) {
        yield { text: read.toString('utf8', start, end), end: at + end + 1, isLast: at + end + 1 === size };
        start = end + 1;
      }
      piece.copyWithin(0, start, filled);
      at += start;
      filled -= start;
    }
  } finally {
    closeSync(file);
  }
}
