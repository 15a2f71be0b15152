/** Where the hunks of an apply are in a file as it now is, unsaved edits included: for fronts that mark them in an editor. Pure. */
import { diffArrays } from 'diff';
import type { PendingHunk } from './pending.js';

/** Neighbouring lines that a hunk changed, where they are now. */
export interface PlacedBlock {
  /** The first line, from 0. Where `count` is 0: the line before which lines were removed. */
  line: number;
  /** How many lines there are of it now. */
  count: number;
  /** What stood there before, without line ends. */
  removed: string[];
  /** Nothing of it is there any more: it was edited away, or what it removed was put back. */
  gone: boolean;
}

export interface PlacedHunk {
  number: number;
  /** The first line of what is there of it; of what is near where nothing is. */
  line: number;
  blocks: PlacedBlock[];
  gone: boolean;
}

/** Edits beyond this are not followed line by line: what lies between them is taken for edited away. Keeps typing fast in files that became others. */
const MOST_EDITS = 1_000;

/** `after`: the file as the apply left it, whose lines the hunks number. */
export function placeHunks(hunks: readonly PendingHunk[], after: string, now: string): PlacedHunk[] {
  const { lines: fresh, starts } = editorLines(after);
  const { lines } = editorLines(now);
  const where = lineMap(fresh, lines);
  return hunks.map((hunk) => {
    const blocks = blocksOf(hunk).map((block) => place(block, { where, starts, lines }));
    const there = blocks.filter((block) => !block.gone);
    return { number: hunk.number, line: (there[0] ?? blocks[0])?.line ?? 0, blocks, gone: there.length === 0 };
  });
}

interface Block {
  /** Of the file as the apply left it, from 0, as git counts lines. */
  start: number;
  count: number;
  removed: string[];
}

/** The neighbouring lines of a hunk that are still pending. */
function blocksOf({ lines, newStart, newLines, left }: PendingHunk): Block[] {
  const blocks: Block[] = [];
  let at = newLines === 0 ? newStart : newStart - 1;
  let number = 0;
  let open: Block | undefined;
  for (const line of lines) {
    const sign = line[0];
    if (sign === '\\') continue;
    if (sign !== ' ') number += 1;
    if (sign === ' ' || left?.includes(number) === false) open = undefined;
    else {
      if (open === undefined) {
        open = { start: at, count: 0, removed: [] };
        blocks.push(open);
      }
      if (sign === '+') open.count += 1;
      else open.removed.push(line.slice(1).replace(/\r$/, ''));
    }
    if (sign !== '-') at += 1;
  }
  return blocks;
}

interface Place {
  where: readonly (number | undefined)[];
  /** Where the lines that git counts begin among those that an editor counts. */
  starts: readonly number[];
  lines: readonly string[];
}

function place({ start, count, removed }: Block, { where, starts, lines }: Place): PlacedBlock {
  const first = starts[start] ?? where.length;
  const end = starts[start + count] ?? where.length;
  const kept = where.slice(first, end).filter((line) => line !== undefined);
  const [top] = kept;
  if (top !== undefined) return { line: top, count: (kept.at(-1) ?? top) - top + 1, removed, gone: false };
  const before = where.slice(0, first).findLast((line) => line !== undefined);
  const next = where.slice(end).find((line) => line !== undefined) ?? lines.length;
  const line = before === undefined ? 0 : before + 1;
  const isBack = removed.length <= next - line && removed.every((text, at) => lines[line + at] === text);
  return { line: Math.min(line, lines.length - 1), count: 0, removed, gone: count > 0 || isBack };
}

/** For each line where it is now; undefined for those that are not there any more. */
function lineMap(before: readonly string[], now: readonly string[]): (number | undefined)[] {
  const shorter = Math.min(before.length, now.length);
  let head = 0;
  while (head < shorter && before[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
  const where: (number | undefined)[] = before.map((_, at) => {
    if (at < head) return at;
    return at >= before.length - tail ? at + now.length - before.length : undefined;
  });
  const middle = diffArrays(before.slice(head, before.length - tail), now.slice(head, now.length - tail), { maxEditLength: MOST_EDITS });
  let from = head;
  let to = head;
  for (const { count, added, removed } of middle ?? []) {
    if (!added && !removed) for (let at = 0; at < count; at += 1) where[from + at] = to + at;
    if (!added) from += count;
    if (!removed) to += count;
  }
  return where;
}

/** Lines as an editor counts them, for which a lone carriage return ends one too, as it does not for git. */
function editorLines(text: string): { lines: string[]; starts: number[] } {
  const lines: string[] = [];
  const starts: number[] = [];
  for (const line of text.split('\n')) {
    starts.push(lines.length);
    lines.push(...line.replace(/\r$/, '').split('\r'));
  }
  return { lines, starts };
}
