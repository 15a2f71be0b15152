/** How alike two changes of one base are: 1 for the same change, 0 for changes with no line in common. */
import type { TreeId } from '../../protocol/events.js';
import { lineEnd, type Patch, type PatchFile } from './patch.js';
import { remembering } from './remember.js';

/** A change as a set of hashes of what it does: (path, sign, line) for each line; a few more for renames, modes and binary files. */
interface Sketch {
  hashes: Set<number>;
  /** Only hashes divisible by 2^level are kept: an even sample of a change with more lines than `MOST`. */
  level: number;
}

/** Lines of a change that are compared; of more, a sample. */
const MOST = 100_000;
/** Changes that are remembered. */
const REMEMBERED = 64;

export type Similarity = (base: TreeId, a: TreeId, b: TreeId) => Promise<number>;

/**
 * A function that compares changes and remembers each one's sketch, so that N candidates cost N diffs.
 * Equal trees are 1 without any diff; two changes that change nothing are alike, one that does is unlike one that does not.
 * Whole files that are equal on both sides need no stage of their own: all their lines are.
 */
export function similarityIn(patchOf: (base: TreeId, tree: TreeId) => Promise<Patch>, most = MOST): Similarity {
  const sketches = remembering<Sketch>(REMEMBERED);
  const sketchOf = (base: TreeId, tree: TreeId): Promise<Sketch> =>
    sketches(`${base} ${tree}`, async () => sketchFrom(await patchOf(base, tree), most));
  return async (base, a, b) => {
    if (a === b) return 1;
    if (a === base || b === base) return 0;
    const [one, other] = await Promise.all([sketchOf(base, a), sketchOf(base, b)]);
    return jaccard(one, other);
  };
}

/** Shared of all; both sides thinned to the same sample first, so that it is symmetric whatever their sizes. */
function jaccard(one: Sketch, other: Sketch): number {
  const level = Math.max(one.level, other.level);
  const a = sampled(one.hashes, level);
  const b = sampled(other.hashes, level);
  let shared = 0;
  for (const hash of a) if (b.has(hash)) shared++;
  const all = a.size + b.size - shared;
  return all === 0 ? 0 : shared / all;
}

function sketchFrom(patch: Patch, most: number): Sketch {
  const sketch: Sketch = { hashes: new Set(), level: 0 };
  for (const file of patch.files) {
    for (const item of itemsOf(file, patch.text)) add(sketch, item, most);
  }
  return sketch;
}

function add(sketch: Sketch, item: string, most: number): void {
  const hash = hashOf(item);
  if (hash % 2 ** sketch.level !== 0) return;
  sketch.hashes.add(hash);
  while (sketch.hashes.size > most && sketch.level < 32) {
    sketch.level++;
    sketch.hashes = sampled(sketch.hashes, sketch.level);
  }
}

function sampled(hashes: Set<number>, level: number): Set<number> {
  return level === 0 ? hashes : new Set([...hashes].filter((hash) => hash % 2 ** level === 0));
}

/** What one file's change consists of, as strings. */
function* itemsOf(file: PatchFile, text: string): Generator<string> {
  const mode = file.old?.mode === file.new?.mode ? '' : (file.new?.mode ?? 'none');
  if (file.status !== 'M' || mode !== '') yield `${file.path}\0${file.status}\0${file.from ?? ''}\0${mode}`;
  if (file.binary) yield `${file.path}\0${file.new?.id ?? ''}`;
  for (const hunk of file.hunks) {
    for (let at = hunk.body.start; at < hunk.body.end; ) {
      const end = lineEnd(text, at);
      // What stands around a change is no part of it.
      if (text[at] === '-' || text[at] === '+') yield `${file.path}\0${text.slice(at, text[end - 1] === '\n' ? end - 1 : end)}`;
      at = end;
    }
  }
}

/** A 53-bit hash that mixes well in its low bits (cyrb53, public domain). */
function hashOf(text: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}
