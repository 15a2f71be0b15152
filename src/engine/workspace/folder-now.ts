/** What a capture of the folder does not tell: ignored files, and what else is in the way of a change. */
import { constants } from 'node:fs';
import { access, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { TreeId } from '../../protocol/events.js';
import { brokenFolder, fileBelow, isClosed, lstatOrNothing } from './disk.js';
import type { MergeConflict } from './merge.js';
import { type Entry, type RawChange, rawChanges } from './raw.js';
import { isRespelled } from './spelling.js';
import type { Store } from './store.js';
import { editTree, foldersOf, writeBlob } from './trees.js';

/**
 * The captured tree with those files of `base` that `theirs` changes and that are on the disk, but ignored by now: without them they
 * would count as deleted, and an undo would leave them.
 */
export async function withIgnored(store: Store, captured: TreeId, base: TreeId, theirs: TreeId): Promise<TreeId> {
  const [ours, wanted] = await Promise.all([
    rawChanges(store.gitDir, base, captured, { renames: false }),
    rawChanges(store.gitDir, base, theirs, { renames: false }),
  ]);
  const touched = new Set(wanted.flatMap((change) => (change.old ? [change.path] : [])));
  const missing = ours.filter((change) => change.status === 'D' && touched.has(change.path));
  const edits = new Map<string, Entry>();
  for (const { path } of missing) {
    const entry = await stored(store, path);
    if (entry) edits.set(path, entry);
  }
  return editTree(store.gitDir, captured, edits);
}

/** Puts the file at `path` into the store; undefined where there is none. */
async function stored(store: Store, path: string): Promise<Entry | undefined> {
  const absolute = join(store.root, path);
  if (await brokenFolder(store.root, path)) return undefined;
  const stat = await lstatOrNothing(absolute);
  if (stat?.isSymbolicLink())
    return { mode: '120000', id: await writeBlob(store.gitDir, await readlink(absolute, { encoding: 'buffer' })) };
  if (!stat?.isFile()) return undefined;
  const mode = (stat.mode & 0o100) !== 0 ? '100755' : '100644';
  return { mode, id: await writeBlob(store.gitDir, await readFile(absolute)) };
}

/** What stands where a change would make a new file: ignored files, links on the way, folders that hold something. */
export async function obstacles(root: string, changes: readonly RawChange[]): Promise<MergeConflict[]> {
  const gone = new Set(changes.flatMap((change) => (change.new ? [] : [change.path])));
  const conflicts: MergeConflict[] = [];
  for (const change of changes) {
    const what = (await closedFolder(root, change.path)) ?? (change.old ? undefined : await obstacle(root, change.path, gone));
    if (what !== undefined) conflicts.push({ path: change.path, clash: { kind: 'in-the-way', what }, marked: false });
  }
  return conflicts;
}

/** What cannot even be looked at is not written. */
async function closedFolder(root: string, path: string): Promise<string | undefined> {
  try {
    await lstatOrNothing(join(root, path));
    return undefined;
  } catch (error) {
    if (!isClosed(error)) throw error;
  }
  const folders = foldersOf(path);
  const closed = await Promise.all(folders.map((folder) => access(join(root, folder), constants.X_OK).then(() => false, isClosed)));
  return keptOut(folders[closed.indexOf(true)] ?? path);
}

const keptOut = (folder: string): string => `your folder ${folder}, whose permissions keep you out,`;

async function obstacle(root: string, path: string, gone: ReadonlySet<string>): Promise<string | undefined> {
  const broken = await brokenFolder(root, path);
  if (broken) {
    if (gone.has(broken.path)) return undefined;
    return broken.is === 'link' ? `the symbolic link ${broken.path}, which is not followed,` : `your file ${broken.path}`;
  }
  const stat = await lstatOrNothing(join(root, path));
  if (!stat || (await isRespelled(root, path, gone))) return undefined;
  if (!stat.isDirectory()) return 'an untracked or ignored file of yours';
  try {
    const left = await fileBelow(root, path, gone);
    return left === undefined ? undefined : `your file ${left}`;
  } catch (error) {
    if (isClosed(error)) return keptOut(path);
    throw error;
  }
}
