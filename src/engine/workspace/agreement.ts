/** Whether two changes of one file do the same, place by place: pure, over the hunks that git found. */
import type { TextHunk } from './file-hunks.js';

/** Lines of the base that give way to others. Without lines of the base it stands before line `start`. */
interface Block {
  start: number;
  count: number;
  /** All lines with their signs. */
  text: string;
}

export type Agreement = 'same' | 'differently' | 'not-at-all';

/** The changed lines of a hunk with no unchanged line between them, in order. */
export function blocksOf(hunk: TextHunk): Block[] {
  const blocks: Block[] = [];
  let old = hunk.oldLines === 0 ? hunk.oldStart + 1 : hunk.oldStart;
  let block: { start: number; lines: string[] } | undefined;
  const close = (): void => {
    if (block) blocks.push({ start: block.start, count: old - block.start, text: block.lines.join('\n') });
    block = undefined;
  };
  for (const line of hunk.lines) {
    if (line.startsWith(' ')) {
      close();
      old++;
    } else if (block !== undefined || !line.startsWith('\\')) {
      block ??= { start: old, lines: [] };
      block.lines.push(line);
      if (line.startsWith('-')) old++;
    }
  }
  close();
  return blocks;
}

/**
 * What another change of the same base does at the place of these blocks. `same`: exactly that, and nothing else there.
 * `differently`: it changes some of the same lines, and not in the very same way all along. Both in order, as hunks are.
 */
export function agreement(blocks: readonly Block[], others: readonly Block[]): Agreement {
  const there: Block[] = [];
  let from = firstFrom(others, blocks[0]?.start ?? 0);
  for (const block of blocks) {
    for (let at = from; at < others.length; at++) {
      const other = others[at];
      if (other === undefined || other.start > block.start + block.count) break;
      // What ends before this block meets none of those behind it.
      if (other.start + other.count < block.start) from = at + 1;
      else if (meet(block, other) && there.at(-1) !== other) there.push(other);
    }
  }
  if (there.length === 0) return 'not-at-all';
  return there.length === blocks.length && blocks.every((block, index) => equal(block, there[index])) ? 'same' : 'differently';
}

/** The index of the first block that ends at this line or behind it. */
function firstFrom(blocks: readonly Block[], line: number): number {
  let [low, high] = [0, blocks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const block = blocks[middle];
    if (block !== undefined && block.start + block.count < line) low = middle + 1;
    else high = middle;
  }
  return low;
}

const equal = (a: Block, b: Block | undefined): boolean => a.start === b?.start && a.count === b.count && a.text === b.text;

/** Share lines of the base; what is only inserted meets what changes the line before or after it. */
function meet(a: Block, b: Block): boolean {
  if (a.count === 0 || b.count === 0) return a.start <= b.start + b.count && b.start <= a.start + a.count;
  return a.start < b.start + b.count && b.start < a.start + a.count;
}
