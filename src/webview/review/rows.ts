/** Hunks as rows of known height: what a window over thousands of lines needs to draw only those that are seen. */
import type { CandidateId } from '../../protocol/events.js';
import type { HunkDiff } from '../../protocol/review.js';
import { lineNumbers } from './selection.js';

export interface Line {
  /** The number that a choice names it by; 0 where it cannot be chosen. */
  pick: number;
  sign: ' ' | '+' | '-' | '\\';
  text: string;
  old?: number;
  new?: number;
  /** The line that it takes the place of, or that takes its place: the words between them are marked. */
  other?: string;
}

export interface Group {
  candidate: CandidateId;
  hunks: readonly HunkDiff[];
  /** Another candidate's changes of the file that is shown: its hunks are behind a row that opens them. */
  aside?: { open: boolean };
}

export type Row =
  | { kind: 'hunk'; group: Group; hunk: HunkDiff; remarked: boolean }
  | { kind: 'line'; group: Group; hunk: HunkDiff; line: Line }
  | { kind: 'pair'; group: Group; hunk: HunkDiff; left?: Line; right?: Line }
  | { kind: 'aside'; group: Group };

export const LINE = 20;
const HUNK = 34;
const REMARK = 118;

const heightOf = (row: Row): number =>
  row.kind === 'line' || row.kind === 'pair' ? LINE : row.kind === 'hunk' && row.remarked ? HUNK + REMARK : HUNK;

export interface Rows {
  rows: Row[];
  /** Where each row begins, and one more: where the last one ends. */
  tops: Float64Array;
  /** Characters of the longest line, capped. */
  widest: number;
}

export interface Shape {
  mode: 'unified' | 'split';
  /** The hunk that a remark is being written on. */
  remark?: string | undefined;
}

export const hunkKey = (candidate: CandidateId, hunk: HunkDiff): string => `${candidate} ${hunk.number}`;

/** Lines longer than this are shown cut: nobody reads them, and drawing them takes long. */
export const LONGEST = 1000;

export function rowsOf(groups: readonly Group[], { mode, remark }: Shape): Rows {
  const rows: Row[] = [];
  let widest = 0;
  for (const group of groups) {
    if (group.aside !== undefined) rows.push({ kind: 'aside', group });
    if (group.aside?.open === false) continue;
    for (const hunk of group.hunks) {
      rows.push({ kind: 'hunk', group, hunk, remarked: remark === hunkKey(group.candidate, hunk) });
      const lines = linesOf(hunk);
      for (const line of lines) widest = Math.max(widest, line.text.length);
      if (mode === 'unified') for (const line of lines) rows.push({ kind: 'line', group, hunk, line });
      else for (const pair of pairsOf(lines)) rows.push({ kind: 'pair', group, hunk, ...pair });
    }
  }
  const tops = new Float64Array(rows.length + 1);
  let top = 0;
  for (const [at, row] of rows.entries()) {
    tops[at] = top;
    top += heightOf(row);
  }
  tops[rows.length] = top;
  return { rows, tops, widest: Math.min(widest, LONGEST) };
}

/** The lines of a hunk with their numbers; a removed line knows the added one in its place. */
export function linesOf(hunk: HunkDiff): Line[] {
  let old = hunk.oldStart;
  let fresh = hunk.newStart;
  const picks = lineNumbers(hunk);
  const lines = hunk.lines.map((raw, at): Line => {
    const sign = raw[0] === '+' || raw[0] === '-' || raw[0] === '\\' ? raw[0] : ' ';
    const line: Line = { pick: picks[at] ?? 0, sign, text: expand(raw.slice(1)) };
    if (sign === ' ' || sign === '-') line.old = old++;
    if (sign === ' ' || sign === '+') line.new = fresh++;
    return line;
  });
  for (const block of blocksOf(lines)) {
    const [removed, added] = [block.filter((line) => line.sign === '-'), block.filter((line) => line.sign === '+')];
    if (removed.length !== added.length) continue;
    for (const [at, one] of removed.entries()) {
      const other = added[at];
      if (other === undefined) continue;
      one.other = other.text;
      other.other = one.text;
    }
  }
  return lines;
}

const TAB = '    ';
const expand = (text: string): string => text.replaceAll('\t', TAB);

/** Runs of changed lines without a line between them that stayed. */
function blocksOf(lines: readonly Line[]): Line[][] {
  const blocks: Line[][] = [];
  let block: Line[] = [];
  for (const line of lines) {
    if (line.sign === '+' || line.sign === '-') block.push(line);
    else if (line.sign === ' ' && block.length > 0) {
      blocks.push(block);
      block = [];
    }
  }
  return block.length > 0 ? [...blocks, block] : blocks;
}

/** Side by side: what stayed on both, what was removed beside what was added. */
export function pairsOf(lines: readonly Line[]): { left?: Line; right?: Line }[] {
  const pairs: { left?: Line; right?: Line }[] = [];
  let removed: Line[] = [];
  let added: Line[] = [];
  const flush = (): void => {
    for (let at = 0; at < Math.max(removed.length, added.length); at += 1) {
      const [left, right] = [removed[at], added[at]];
      pairs.push({ ...(left && { left }), ...(right && { right }) });
    }
    removed = [];
    added = [];
  };
  for (const line of lines) {
    if (line.sign === '-') removed.push(line);
    else if (line.sign === '+') added.push(line);
    else if (line.sign === ' ') {
      flush();
      pairs.push({ left: line, right: line });
    }
  }
  flush();
  return pairs;
}

/** The rows that are seen between two heights, and some beyond them. */
export function windowOf(tops: Float64Array, from: number, to: number, beyond = 12): { first: number; last: number } {
  const count = tops.length - 1;
  const first = Math.max(0, rowAt(tops, from) - beyond);
  return { first, last: Math.min(count, rowAt(tops, to) + 1 + beyond) };
}

/** The row at a height, by halving. */
function rowAt(tops: Float64Array, height: number): number {
  let low = 0;
  let high = Math.max(0, tops.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((tops[middle] ?? 0) <= height) low = middle;
    else high = middle - 1;
  }
  return low;
}
