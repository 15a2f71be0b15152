/** What of an apply is neither accepted nor rejected yet, as every front knows it. */
import type { ApplyId, Selection, TreeId } from '../protocol/events.js';
import type { FileDiff, HunkDiff } from '../protocol/review.js';

export interface PendingHunk extends Omit<HunkDiff, 'same' | 'differently'> {
  /** The numbers of those of its changed lines that are still pending; absent: all are. */
  left?: number[];
}

/** A file of an apply of which something is neither accepted nor rejected yet. */
export interface PendingFile extends Omit<FileDiff, 'changedBy' | 'hunks'> {
  /** Numbered as in the apply's whole change, which is what is accepted and rejected. Empty: pending as a whole (binary, renamed, a link). */
  hunks: PendingHunk[];
  /** Nothing of it is accepted or rejected yet. */
  whole: boolean;
}

export interface Pending {
  apply: ApplyId;
  files: PendingFile[];
  /** The folder's tree as the apply left it: the hunks' new side. */
  after: TreeId;
  /** What stood before, with what was accepted: `after` less all that is rejected or pending. */
  settled: TreeId;
}

/** What is accepted or rejected with a pending file, or with one of its hunks: exactly what of it is still pending. */
export function selectionOf({ path, hunks, whole }: PendingFile, number?: number): Exclude<Selection, 'all'> {
  const chosen = hunks.filter((hunk) => number === undefined || hunk.number === number);
  if (hunks.length === 0 || (whole && chosen.length === hunks.length)) return [{ path }];
  return [{ path, hunks: chosen.map((hunk) => (hunk.left === undefined ? hunk.number : { hunk: hunk.number, lines: hunk.left })) }];
}
