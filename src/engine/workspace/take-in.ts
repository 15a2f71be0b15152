/** Reads files that changed into the store, here and as they become known, and remembers how they were on disk. */
import { setImmediate as pause } from 'node:timers/promises';
import { entryOnDisk } from './entry-on-disk.js';
import { statFields } from './file-stat.js';
import type { PathBytes } from './path-bytes.js';
import type { Entry } from './raw.js';
import type { Followed } from './scan.js';
import { entryAt, isFolder, type TreeNode } from './tree-node.js';

/** More is not read here. */
const MOST_BYTES = 32 * 2 ** 20;
const MOST_FILES = 2000;
/** So long nothing else is held up. */
const AT_ONCE_MS = 8;

export interface TakenIn {
  edits: Map<PathBytes, Entry | undefined>;
  /** Of those of these files that were the same after they had been read as before. */
  stats: Map<PathBytes, Uint32Array>;
  /** Something was too much, or cannot be read. */
  incomplete: boolean;
}

/** Beside `base`. Each path is read once. */
export function takingIn(at: Followed, base: TreeNode): { taken: TakenIn; take(paths: readonly PathBytes[]): Promise<void> } {
  const taken: TakenIn = { edits: new Map(), stats: new Map(), incomplete: false };
  const begun = new Set<PathBytes>();
  let left = MOST_BYTES;

  const takeOne = async (path: PathBytes): Promise<void> => {
    const old = entryAt(base, path);
    const before = statFields(at.workTree, path);
    const read = await entryOnDisk(at, path, isFolder(old) ? undefined : old, left);
    if (read === 'too-large' || read === 'unreadable') taken.incomplete = true;
    else if (read === undefined || (read === 'folder' && !isFolder(old))) taken.edits.set(path, undefined);
    else if (read !== 'folder') {
      taken.edits.set(path, read.entry);
      left -= read.size;
      const after = statFields(at.workTree, path);
      if (before && after?.every((value, field) => value === before[field])) taken.stats.set(path, after);
    }
  };
  const take = async (paths: readonly PathBytes[]): Promise<void> => {
    let since = performance.now();
    for (const path of paths) {
      if (begun.has(path)) continue;
      begun.add(path);
      if (begun.size > MOST_FILES) taken.incomplete = true;
      if (taken.incomplete) return;
      await takeOne(path);
      if (performance.now() - since < AT_ONCE_MS) continue;
      await pause();
      at.signal?.throwIfAborted();
      since = performance.now();
    }
  };
  return { taken, take };
}
