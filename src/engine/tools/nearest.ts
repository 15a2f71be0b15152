/** What a file has that is nearest to text that was not found in it, for a model to correct itself by. */
import { capLine } from './cap.js';
import { linesOf } from './text-file.js';

const maxLines = 20_000;
const shownLines = 12;

/** Says where the text stands but for white space, or which lines are most like it. */
export function nearest(text: string, wanted: string): string {
  const lines = linesOf(text).slice(0, maxLines);
  const looked = linesOf(wanted);
  const spaced = findWithoutSpaces(lines, looked);
  if (spaced !== undefined)
    return `It differs in white space from lines ${spaced + 1}-${spaced + looked.length}:\n${show(lines, spaced, looked.length)}`;
  const best = mostAlike(lines, looked);
  if (best === undefined) return 'Nothing in the file is like it; read the file again.';
  return `Most like it are lines ${best + 1}-${Math.min(lines.length, best + looked.length)}:\n${show(lines, best, looked.length)}`;
}

const squeezed = (line: string): string => line.replace(/\s+/g, '');

function findWithoutSpaces(lines: readonly string[], looked: readonly string[]): number | undefined {
  const wanted = looked.map(squeezed);
  if (wanted.every((line) => line === '')) return undefined;
  const bare = lines.map(squeezed);
  const at = bare.findIndex((_, start) => wanted.every((line, offset) => bare[start + offset] === line));
  return at < 0 ? undefined : at;
}

/** Where the first line that says something is most like a line of the file. */
function mostAlike(lines: readonly string[], looked: readonly string[]): number | undefined {
  const anchor = looked.findIndex((line) => line.trim().length > 2);
  const wanted = pairsOf(looked[anchor] ?? '');
  if (anchor < 0 || wanted.size === 0) return undefined;
  let best = { score: 0.5, at: -1 };
  lines.forEach((line, at) => {
    const score = alike(wanted, pairsOf(line));
    if (score > best.score) best = { score, at };
  });
  return best.at < 0 ? undefined : Math.max(0, best.at - anchor);
}

function pairsOf(line: string): Set<string> {
  const bare = squeezed(line).slice(0, 300);
  const pairs = new Set<string>();
  for (let at = 0; at + 1 < bare.length; at += 1) pairs.add(bare.slice(at, at + 2));
  return pairs;
}

function alike(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const pair of a) if (b.has(pair)) shared += 1;
  return a.size + b.size === 0 ? 0 : (2 * shared) / (a.size + b.size);
}

const show = (lines: readonly string[], from: number, count: number): string =>
  lines
    .slice(from, from + Math.min(count, shownLines))
    .map((line) => capLine(line, 300))
    .join('\n');
