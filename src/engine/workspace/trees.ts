/** Reads and makes trees of the store without touching any folder. */
import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobId } from '../../protocol/content.js';
import type { TreeId } from '../../protocol/events.js';
import { signalled } from '../process/process-info.js';
import { damagedStore, git, gitText } from './git.js';
import { readLoose } from './loose.js';
import { type Entry, splitZ } from './raw.js';

/** A path and what it shall hold; `undefined` removes it. */
export type Edits = ReadonlyMap<string, Entry | undefined>;

/**
 * `tree` with `edits` made to it, through an index of its own that is gone afterwards.
 * The edits may not make a path a file and a folder at once (see `collisions`).
 */
export async function editTree(gitDir: string, tree: TreeId, edits: Edits): Promise<TreeId> {
  if (edits.size === 0) return tree;
  const indexFile = join(gitDir, `edit-${process.pid}-${randomBytes(6).toString('hex')}.index`);
  const zero = '0'.repeat(tree.length);
  const removals = [...edits].flatMap(([path, entry]) => (entry ? [] : [`0 ${zero}\t${path}\0`]));
  const additions = [...edits].flatMap(([path, entry]) => (entry ? [`${entry.mode} ${entry.id}\t${path}\0`] : []));
  try {
    await git(['read-tree', tree], { gitDir, indexFile });
    await git(['update-index', '-z', '--index-info'], { gitDir, indexFile, input: removals.join('') + additions.join('') });
    return (await gitText(['write-tree'], { gitDir, indexFile })).trim();
  } finally {
    await rm(indexFile, { force: true });
    await rm(`${indexFile}.lock`, { force: true });
  }
}

/** Removes what processes have left that died in the midst of it. */
export async function dropEdits(gitDir: string): Promise<void> {
  const edits = (await readdir(gitDir)).flatMap((name) => {
    const [, pid] = /^edit-(\d+)-[0-9a-f]+\.index(\.lock)?$/.exec(name) ?? [];
    return pid !== undefined && signalled(Number(pid)) === 'ESRCH' ? [name] : [];
  });
  for (const name of edits) await rm(join(gitDir, name), { force: true });
}

/** So many paths are given to git by name; of more it lists everything. */
const NAMED = 500;

/** Every path of a tree; `only`: at least those of these paths that it has. */
export async function listTree(gitDir: string, tree: TreeId, only: readonly string[] = []): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  const named = only.length > 0 && only.length <= NAMED ? ['--', ...only] : [];
  for (const line of splitZ(await git(['--literal-pathspecs', 'ls-tree', '-r', '-z', '--full-tree', tree, ...named], { gitDir }))) {
    const tab = line.indexOf('\t');
    const [mode = '', , id = ''] = line.slice(0, tab).split(' ');
    entries.set(line.slice(tab + 1), { mode, id });
  }
  return entries;
}

/** So many are looked for here. */
const FEW = 64;

/** The contents of many blobs, read by one process where it takes one. */
export async function readBlobs(gitDir: string, ids: Iterable<BlobId>): Promise<Map<BlobId, Uint8Array>> {
  const blobs = new Map<BlobId, Uint8Array>();
  const wanted: BlobId[] = [];
  for (const [number, id] of [...new Set(ids)].entries()) {
    const bytes = number < FEW ? readLoose(gitDir, 'blob', id) : undefined;
    if (bytes === undefined) wanted.push(id);
    else blobs.set(id, bytes);
  }
  if (wanted.length === 0) return blobs;
  const out = await git(['cat-file', '--batch'], { gitDir, input: `${wanted.join('\n')}\n` });
  let at = 0;
  for (const id of wanted) {
    const end = out.indexOf(0x0a, at);
    const head = Buffer.from(out.subarray(at, end)).toString('latin1');
    const match = /^[0-9a-f]+ blob (\d+)$/.exec(head);
    if (!match) throw damagedStore(gitDir, head === '' ? `nothing can be read of ${id}` : head);
    const size = Number(match[1]);
    blobs.set(id, out.subarray(end + 1, end + 1 + size));
    at = end + 1 + size + 1;
  }
  return blobs;
}

export async function readBlob(gitDir: string, id: BlobId): Promise<Uint8Array> {
  return (await readBlobs(gitDir, [id])).get(id) ?? new Uint8Array();
}

export async function writeBlob(gitDir: string, bytes: Uint8Array): Promise<BlobId> {
  return (await gitText(['hash-object', '-w', '--no-filters', '--stdin'], { gitDir, input: bytes })).trim();
}

/** The folders that `path` is in, outermost first. */
export function foldersOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Paths of `edits` that would be both a file and a folder in `entries` once the edits are made, with what they collide with. */
export function collisions(entries: ReadonlyMap<string, Entry>, edits: Edits): { path: string; with: string }[] {
  const added = [...edits].flatMap(([path, entry]) => (entry && !entries.has(path) ? [path] : []));
  if (added.length === 0) return [];
  const files = new Set([...entries.keys()].filter((path) => !edits.has(path) || edits.get(path)));
  for (const path of added) files.add(path);
  const addedSet = new Set(added);
  const found: { path: string; with: string }[] = [];
  for (const path of files) {
    for (const folder of foldersOf(path)) {
      if (!files.has(folder)) continue;
      if (addedSet.has(path)) found.push({ path, with: folder });
      else if (addedSet.has(folder)) found.push({ path: folder, with: path });
    }
  }
  return found;
}
