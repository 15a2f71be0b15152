/**
 * The first look at a folder, before there is an index of ours: the person's own index, read here, and what is on disk. All questions
 * to git are asked side by side, as none needs what another found. What it does not know for sure it leaves to git (`their-index.ts`).
 */
import { open, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BaseSummary } from '../../protocol/events.js';
import { FailureError } from '../../protocol/failure.js';
import { allOver } from './all-over.js';
import { borrowPacks, objectFolders } from './borrow.js';
import { codeOf, isMissing } from './disk.js';
import { isBefore } from './file-stat.js';
import { runGit } from './git.js';
import { type IndexEntry, MODES, makeIndex, readIndex, STAT_FIELDS, STATS } from './index-file.js';
import type { Theirs } from './layout.js';
import { fieldsOf, isUnsafePath, type PathBytes } from './path-bytes.js';
import { type Entry, rawChangeAt, sameEntry } from './raw.js';
import { diffFiles, type Followed, listUntracked } from './scan.js';
import { ignoresCase } from './spelling.js';
import { type TakenIn, takingIn } from './take-in.js';
import { borrow, filteredIn, NOTHING_TRACKED, type Tracked } from './their-index.js';
import { editNode, fileAt, filesOf, foldersIn, type TreeNode, treeOf, writeFolderObject } from './tree-node.js';

export interface Options {
  at: Followed;
  theirs: Theirs | undefined;
  /** Once the rules of what is ignored are written; whether nothing that is tracked is left out by them. */
  ready: Promise<boolean>;
  /** Called when git was asked and nothing is left but to wait. */
  waiting?(): void;
  /** What is never captured. */
  isOurs(path: PathBytes): boolean;
  /** Which of the files that nobody tracks are left out. */
  isRefused(path: PathBytes): boolean;
}

/** A folder as it was looked at: what a tree of it has on disk. */
export interface Seen {
  node: TreeNode;
  files: (readonly [PathBytes, Entry])[];
  /** For each file ten numbers, as an index has them. Invariant: a file with these times and this inode has that content. */
  stats: Uint32Array;
}

export interface FirstLook {
  seen: Seen;
  tracked: Tracked;
  refused: PathBytes[];
  counts: Pick<BaseSummary, 'changed' | 'untracked'>;
}

/** A file's times may be so much older than the moment in which it was written: clocks of file systems tick. */
const COARSE_MS = 20;

/** Undefined where git is to look: nothing but objects was written then. */
export async function firstLook(options: Options): Promise<FirstLook | undefined> {
  const { at, theirs, ready, isOurs } = options;
  if (process.platform === 'win32' || ignoresCase(at.config) || !isPlain(at.config ?? [])) return undefined;
  const seed = `${at.indexFile}.first`;
  const [since, read, packs, simple] = await allOver([
    nowOnDisk(seed),
    theirs ? readTheirs(theirs, at, isOurs) : NOTHING_READ,
    theirs ? borrowedPacks(theirs, at) : undefined,
    ready,
  ]);
  try {
    if (!read || !simple) return undefined;
    await writeFile(seed, read.bytes);
    // Files that are not older than the index that says so may have changed since, and git reads them.
    await utimes(seed, read.time, read.time);
    const found = await ask(options, read, packs, { ...at, indexFile: seed });
    if (!found) return undefined;
    const { edits, stats } = found.taken;
    const node = editNode(at.gitDir, at.format, found.base, edits);
    for (const folder of foldersIn(node)) if (!found.inStore.has(folder.id)) writeFolderObject(at.gitDir, at.format, folder);
    const seen = seenOf(node, read.entries, { edits, stats }, since);
    await writeFile(seed, makeIndex(node, seen.files, seen.stats, at.format));
    // Git reads whatever is not older than its index: all that may have changed while it was looked at.
    await utimes(seed, since / 1000, since / 1000);
    await rename(seed, at.indexFile);
    const counts = countsOf({ seen, tracked: read.tracked.paths, base: found.base, staged: found.staged, edits });
    return { seen, tracked: read.tracked, refused: found.refused, counts };
  } catch (error) {
    at.signal?.throwIfAborted();
    // What cannot be read here, git may know how to; or it says what is wrong.
    if (codeOf(error) !== undefined || (error instanceof FailureError && error.failure.code === 'workspace')) return undefined;
    throw error;
  } finally {
    await rm(seed, { force: true });
  }
}

/** By the file system's own clock, in whole milliseconds. */
async function nowOnDisk(file: string): Promise<number> {
  await writeFile(file, '');
  return Math.floor((await stat(file)).mtimeMs) - COARSE_MS;
}

/** Whether times are to be believed there, and links are links. */
const isPlain = (config: readonly string[]): boolean =>
  config.every((arg) => !/^core\.(checkstat|trustctime|symlinks)=/i.test(arg) || /=(true|default)$/i.test(arg));

interface TheirIndex {
  bytes: Uint8Array;
  entries: IndexEntry[];
  /** In seconds. */
  time: number;
  tracked: Tracked;
}

const EMPTY = Buffer.from('4449524300000002000000000000000000000000000000000000000000000000', 'hex');
const NOTHING_READ: TheirIndex = { bytes: EMPTY, entries: [], time: 0, tracked: NOTHING_TRACKED };
const GITLINK = 0o160000;

/** Undefined where there is more in it than files that are as they are. */
async function readTheirs({ index, format }: Theirs, at: Followed, isOurs: Options['isOurs']): Promise<TheirIndex | undefined> {
  if (format !== at.format) return undefined;
  try {
    await using file = await open(index, 'r');
    const { ino, size, mtimeNs } = await file.stat({ bigint: true });
    const bytes = await file.readFile();
    const entries = readIndex(bytes, format);
    // Git refuses names that lead elsewhere when an index is made of them: files there are not the folder's.
    const isAsIs = ({ path, plain, stat }: IndexEntry) =>
      plain && stat[STAT_FIELDS.mode] !== GITLINK && !isOurs(path) && !isUnsafePath(path);
    if (!entries?.every(isAsIs)) return undefined;
    const tracked = { signature: `${ino} ${size} ${mtimeNs}`, paths: new Set(entries.map(({ path }) => path)), sparse: [] };
    return { bytes, entries, time: Number(mtimeNs / 1000000000n), tracked };
  } catch (error) {
    if (isMissing(error)) return NOTHING_READ;
    throw error;
  }
}

type Packs = Parameters<typeof borrow>[1];

async function borrowedPacks({ commonDir }: Theirs, { gitDir }: Followed): Promise<Packs> {
  const folders = await objectFolders(join(commonDir, 'objects'));
  return { folders, fresh: await borrowPacks(folders, gitDir) };
}

interface Found {
  base: TreeNode;
  /** What of the index the store has, files and folders. */
  inStore: ReadonlyMap<string, number>;
  taken: TakenIn;
  /** What their index has otherwise than their last commit: the commit's entries; undefined where there is no commit. */
  staged: ReadonlyMap<PathBytes, Entry | undefined> | undefined;
  refused: PathBytes[];
}

async function ask(
  { theirs, waiting, isOurs, isRefused }: Options,
  { entries, time }: TheirIndex,
  packs: Packs | undefined,
  at: Followed,
): Promise<Found | undefined> {
  const known = theirs && packs && entries.length > 0;
  // First what gives files to read: they are read while git answers the rest.
  const differing = known ? diffFiles(at) : undefined;
  const untracked = listUntracked(at);
  const staged = theirs && stagedIn(theirs, at);
  const base = treeOf(
    at.format,
    entries.map(({ path, id, stat }) => [path, { mode: (stat[STAT_FIELDS.mode] ?? 0).toString(8), id }]),
  );
  const { taken, take } = takingIn(at, base);
  // What is known to have changed is read while the rest is found out.
  const admitted = untracked.then(async (paths) => {
    const admitted = paths.filter((path) => !isOurs(path));
    await take(admitted.filter((path) => !path.endsWith('/') && !isRefused(path)));
    return admitted;
  });
  const asked = [
    admitted,
    staged,
    known ? lostOf({ theirs, packs, entries, base, time, at }) : { inStore: new Map<string, number>(), lost: [] },
    differing ? differing.then(({ changed, gone }) => take(changed).then(() => gone)) : [],
  ] as const;
  waiting?.();
  const [fresh, since, { inStore, lost }, gone] = await allOver(asked);
  const repositories = fresh.some((path) => path.endsWith('/')) || [...(since?.values() ?? [])].some((entry) => entry?.mode === '160000');
  if (repositories) return undefined;
  const left = new Set(gone);
  await take(lost.filter((path) => !left.has(path)));
  if (taken.incomplete) return undefined;
  for (const path of gone) if (!taken.edits.has(path)) taken.edits.set(path, undefined);
  return { base, inStore, taken, staged: since, refused: fresh.filter(isRefused) };
}

/** Files of the index whose content cannot be taken from the person's objects, as `forget` in `their-index.ts` has it. */
async function lostOf(what: {
  theirs: Theirs;
  packs: Packs;
  entries: readonly IndexEntry[];
  base: TreeNode;
  time: number;
  at: Followed;
}): Promise<{ inStore: Map<string, number>; lost: PathBytes[] }> {
  const { theirs, packs, entries, base, time, at } = what;
  const ids = new Set([...entries.map(({ id }) => id), ...[...foldersIn(base)].map(({ id }) => id)]);
  const paths = entries.map(({ path }) => path);
  const [inStore, filtered] = await allOver([borrow(at.gitDir, packs, ids), filteredIn(theirs, at.workTree, paths)]);
  const young = (stat: Uint32Array) => Math.max(stat[STAT_FIELDS.ctime] ?? 0, stat[STAT_FIELDS.mtime] ?? 0) >= time;
  const isLost = ({ path, id, stat }: IndexEntry) => inStore.get(id) !== stat[STAT_FIELDS.size] || filtered.has(path) || young(stat);
  return { inStore, lost: entries.filter(isLost).map(({ path }) => path) };
}

async function stagedIn({ gitDir }: Theirs, at: Followed): Promise<Found['staged']> {
  const args = ['diff-index', '--cached', '--raw', '-z', '--no-renames', '--no-abbrev', '--ignore-submodules=none', 'HEAD'];
  const { code, out } = await runGit(args, {
    gitDir,
    workTree: at.workTree,
    indexFile: at.indexFile,
    ...(at.signal && { signal: at.signal }),
  });
  if (code !== 0) return undefined;
  const fields = fieldsOf(out);
  const staged = new Map<PathBytes, Entry | undefined>();
  for (let field = 0; field + 1 < fields.length; ) {
    const { change, next } = rawChangeAt(fields, field);
    staged.set(change.path, change.old);
    field = next;
  }
  return staged;
}

/** Files whose times are not known for sure have none: git reads them before it trusts them. */
function seenOf(node: TreeNode, entries: readonly IndexEntry[], taken: Pick<TakenIn, 'edits' | 'stats'>, since: number): Seen {
  const files = [...filesOf(node)];
  const stats = new Uint32Array(STATS * files.length);
  // Both are in the same order.
  let next = 0;
  for (const [number, [path, { mode }]] of files.entries()) {
    while ((entries[next]?.path ?? path) < path) next++;
    const entry = entries[next];
    const stat = taken.edits.has(path) ? taken.stats.get(path) : entry?.path === path ? entry.stat : undefined;
    if (stat && isBefore(stat, since)) stats.set(stat, number * STATS);
    stats[number * STATS + STAT_FIELDS.mode] = MODES[mode] ?? 0;
  }
  return { node, files, stats };
}

function countsOf(what: {
  seen: Seen;
  tracked: ReadonlySet<PathBytes>;
  base: TreeNode;
  staged: Found['staged'];
  edits: ReadonlyMap<PathBytes, Entry | undefined>;
}): FirstLook['counts'] {
  const { seen, tracked, base, staged, edits } = what;
  if (!staged) {
    const changed = seen.files.filter(([path]) => tracked.has(path)).length;
    return { changed, untracked: seen.files.length - changed };
  }
  let [changed, untracked] = [0, 0];
  for (const path of new Set([...staged.keys(), ...edits.keys()])) {
    const before = staged.has(path) ? staged.get(path) : fileAt(base, path);
    if (sameEntry(before, fileAt(seen.node, path))) continue;
    if (before === undefined && !tracked.has(path)) untracked++;
    else changed++;
  }
  return { changed, untracked };
}
