/** What of a document is pending, as marks: which lines, of which kind, and what stood there before. Pure. */
import type { PlacedBlock, PlacedHunk } from '../../engine/placing.js';
import type { Entry } from './model.js';

export interface PlacedEntry {
  entry: Entry;
  hunks: PlacedHunk[];
}

export type Kind = 'added' | 'changed' | 'removed';

/** Lines from 0; `last` is the line itself where only the place between two lines is marked. */
export interface Mark {
  kind: Kind;
  first: number;
  last: number;
  removed: string[];
}

export interface Spot {
  entry: Entry;
  hunk: PlacedHunk;
}

/** What is gone is not marked. */
export function marksOf(placed: readonly PlacedEntry[]): Mark[] {
  return placed.flatMap(({ hunks }) => hunks.flatMap(({ blocks }) => blocks.filter(({ gone }) => !gone).map(markOf)));
}

function markOf({ line, count, removed }: PlacedBlock): Mark {
  const kind = count === 0 ? 'removed' : removed.length === 0 ? 'added' : 'changed';
  return { kind, first: line, last: line + Math.max(count, 1) - 1, removed };
}

/** All hunks of a document, from top to bottom. */
export const spotsOf = (placed: readonly PlacedEntry[]): Spot[] =>
  placed
    .flatMap(({ entry, hunks }) => hunks.map((hunk) => ({ entry, hunk })))
    .sort((a, b) => a.hunk.line - b.hunk.line || a.hunk.number - b.hunk.number);

/** The hunk that the lines touch, else the nearest one. */
export function spotAt(spots: readonly Spot[], first: number, last = first): Spot | undefined {
  const far = ({ hunk }: Spot): number =>
    Math.min(
      ...hunk.blocks.map(({ line, count }) => Math.max(0, first - (line + Math.max(count, 1) - 1), line - last)),
      ...(hunk.blocks.length === 0 ? [Math.abs(hunk.line - first)] : []),
    );
  let best: { spot: Spot; distance: number } | undefined;
  for (const spot of spots) {
    const distance = far(spot);
    if (best === undefined || distance < best.distance) best = { spot, distance };
  }
  return best?.spot;
}

/** The next hunk below a line, or above it; undefined at the end of the document. */
export const spotBeyond = (spots: readonly Spot[], line: number, step: 1 | -1): Spot | undefined =>
  step === 1 ? spots.find(({ hunk }) => hunk.line > line) : spots.findLast(({ hunk }) => hunk.line < line);

/** What is shown of removed lines behind a line. */
const LONGEST = 100;

export function removedText(removed: readonly string[]): string {
  const text = removed
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ⏎ ');
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
