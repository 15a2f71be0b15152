/**
 * The first look at a folder, before there is an index of ours: the person's own index, read here, and what is on disk. All questions
 * to git are asked side by side, as none needs what another found. What it does not know for sure it leaves to git (`their-index.ts`).
 */
import { open, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as pause } from 'node:timers/promises';
import type { BaseSummary } from '../../protocol/events.js';
import { FailureError } from '../../protocol/failure.js';
import { borrowPacks, objectFolders } from './borrow.js';
import { codeOf, isMissing } from './disk.js';
import { entryOnDisk } from './entry-on-disk.js';
import { isBefore, statFields } from './file-stat.js';
import { runGit } from './git.js';
import { type IndexEntry, makeIndex, readIndex, STAT_FIELDS, STATS } from './index-file.js';
import type { Theirs } from './layout.js';
import { fieldsOf, type PathBytes } from './path-bytes.js';
import { type Entry, rawChangeAt, sameEntry } from './raw.js';
import { diffFiles, type Followed, listUntracked } from './scan.js';
import { borrow, filteredIn, NOTHING_TRACKED, type Tracked } from './their-index.js';
import { editNode, entryAt, filesOf, foldersIn, isFolder, type TreeNode, treeOf, writeFolderObject } from './tree-node.js';

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

/** More is not read at once, but by git. */
const MOST_BYTES = 32 * 2 ** 20;
const MOST_FILES = 2000;
/** So long nothing else is held up. */
const AT_ONCE_MS = 8;
/** A file's times may be so much older than the moment in which it was written. */
const COARSE_MS = 100;

/** Undefined where git is to look: nothing but objects was written then. */
export async function firstLook(options: Options): Promise<FirstLook | undefined> {
  const { at, theirs, ready, isOurs, isRefused } = options;
  if (process.platform === 'win32' || !isPlain(at.config ?? [])) return undefined;
  const since = Date.now() - COARSE_MS;
  const [read, packs, simple] = await allOver([
    theirs ? readTheirs(theirs, at, isOurs) : NOTHING_READ,
    theirs ? borrowedPacks(theirs, at) : undefined,
    ready,
  ]);
  if (!read || !simple) return undefined;
  const seed = `${at.indexFile}.first`;
  try {
    await writeFile(seed, read.bytes);
    // Files that are not older than the index that says so may have changed since, and git reads them.
    await utimes(seed, read.time, read.time);
    const found = await ask(options, read, packs, { ...at, indexFile: seed });
    if (!isSimple(found)) return undefined;
    const admitted = found.untracked.filter((path) => !isOurs(path));
    const refused = admitted.filter(isRefused);
    const change = [...found.changed, ...admitted.filter((path) => !isRefused(path))];
    const taken = await taking(at, found.base, { change, gone: found.gone });
    if (!taken) return undefined;
    const node = editNode(at.gitDir, at.format, found.base, taken.edits);
    for (const folder of foldersIn(node)) if (!found.inStore.has(folder.id)) writeFolderObject(at.gitDir, at.format, folder);
    const seen = seenOf(node, read.entries, taken.stats, since);
    await writeFile(seed, makeIndex(node, seen.files, seen.stats, at.format));
    // Git reads whatever is not older than its index: all that may have changed while it was looked at.
    await utimes(seed, since / 1000, since / 1000);
    await rename(seed, at.indexFile);
    const counts = countsOf({ seen, tracked: read.tracked.paths, base: found.base, staged: found.staged, edits: taken.edits });
    return { seen, tracked: read.tracked, refused, counts };
  } catch (error) {
    at.signal?.throwIfAborted();
    // What cannot be read here, git may know how to; or it says what is wrong.
    if (codeOf(error) !== undefined || (error instanceof FailureError && error.failure.code === 'workspace')) return undefined;
    throw error;
  } finally {
    await rm(seed, { force: true });
  }
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
    if (!entries?.every(({ path, plain, stat }) => plain && stat[STAT_FIELDS.mode] !== GITLINK && !isOurs(path))) return undefined;
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
  changed: PathBytes[];
  gone: PathBytes[];
  untracked: PathBytes[];
  /** What their index has otherwise than their last commit: the commit's entries; undefined where there is no commit. */
  staged: ReadonlyMap<PathBytes, Entry | undefined> | undefined;
}

async function ask({ theirs, waiting }: Options, { entries, time }: TheirIndex, packs: Packs | undefined, at: Followed): Promise<Found> {
  const untracked = listUntracked(at);
  const staged = theirs && stagedIn(theirs, at);
  const base = treeOf(
    at.format,
    entries.map(({ path, id, stat }) => [path, { mode: (stat[STAT_FIELDS.mode] ?? 0).toString(8), id }]),
  );
  if (!theirs || !packs || entries.length === 0) {
    waiting?.();
    const [found, since] = await allOver([untracked, staged]);
    return { base, inStore: new Map(), changed: [], gone: [], untracked: found, staged: since };
  }
  const paths = entries.map(({ path }) => path);
  const ids = new Set([...entries.map(({ id }) => id), ...[...foldersIn(base)].map(({ id }) => id)]);
  const asked = [borrow(at.gitDir, packs, ids), filteredIn(theirs, at.workTree, paths), diffFiles(at), untracked, staged] as const;
  waiting?.();
  const [inStore, filtered, differing, found, since] = await allOver(asked);
  const gone = new Set(differing.gone);
  const young = (stat: Uint32Array) => Math.max(stat[STAT_FIELDS.ctime] ?? 0, stat[STAT_FIELDS.mtime] ?? 0) >= time;
  const isLost = ({ path, id, stat }: IndexEntry) => inStore.get(id) !== stat[STAT_FIELDS.size] || filtered.has(path) || young(stat);
  const lost = entries.filter((entry) => !gone.has(entry.path) && isLost(entry)).map(({ path }) => path);
  return { base, inStore, changed: [...new Set([...differing.changed, ...lost])], gone: differing.gone, untracked: found, staged: since };
}

/** Invariant: when one fails, it is told of once the others are over too, so that no process of theirs is left. */
async function allOver<T extends readonly unknown[]>(all: readonly [...{ [K in keyof T]: T[K] | Promise<T[K]> }]): Promise<T> {
  await Promise.allSettled(all);
  return Promise.all(all) as Promise<unknown> as Promise<T>;
}

/** Neither on disk nor in the last commit are repositories in the repository. */
const isSimple = ({ untracked, staged }: Found): boolean =>
  !untracked.some((path) => path.endsWith('/')) && ![...(staged?.values() ?? [])].some((entry) => entry?.mode === '160000');

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

interface Taken {
  edits: Map<PathBytes, Entry | undefined>;
  /** How the files were when they were read. */
  stats: Map<PathBytes, Uint32Array>;
}

/** Reads what changed into the store. Undefined where that is too much, or something cannot be read. */
async function taking(at: Followed, base: TreeNode, found: { change: PathBytes[]; gone: PathBytes[] }): Promise<Taken | undefined> {
  if (found.change.length > MOST_FILES) return undefined;
  const taken: Taken = { edits: new Map(found.gone.map((path) => [path, undefined])), stats: new Map() };
  let left = MOST_BYTES;
  let since = performance.now();
  for (const path of found.change) {
    if (performance.now() - since > AT_ONCE_MS) {
      await pause();
      since = performance.now();
      at.signal?.throwIfAborted();
    }
    const old = entryAt(base, path);
    const oldFile = isFolder(old) ? undefined : old;
    const before = statFields(at.workTree, path);
    const read = await entryOnDisk(at, path, oldFile, left);
    if (read === 'too-large' || read === 'unreadable') return undefined;
    if (read === 'folder' && isFolder(old)) continue;
    if (read === 'folder' || read === undefined) {
      taken.edits.set(path, undefined);
      continue;
    }
    taken.edits.set(path, read.entry);
    left -= read.size;
    const after = statFields(at.workTree, path);
    if (before && after?.every((value, field) => value === before[field])) taken.stats.set(path, after);
  }
  return taken;
}

/** Files whose times are not known for sure have none: git reads them before it trusts them. */
function seenOf(node: TreeNode, entries: readonly IndexEntry[], read: ReadonlyMap<PathBytes, Uint32Array>, since: number): Seen {
  const files = [...filesOf(node)];
  const stats = new Uint32Array(STATS * files.length);
  const known = new Map(entries.map(({ path, stat }) => [path, stat]));
  for (const [number, [path, { mode }]] of files.entries()) {
    const stat = read.get(path) ?? known.get(path);
    if (stat && isBefore(stat, since)) stats.set(stat, number * STATS);
    stats[number * STATS + STAT_FIELDS.mode] = Number.parseInt(mode, 8);
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
  const fileAt = (node: TreeNode, path: PathBytes): Entry | undefined => {
    const found = entryAt(node, path);
    return isFolder(found) ? undefined : found;
  };
  let [changed, untracked] = [0, 0];
  for (const path of new Set([...staged.keys(), ...edits.keys()])) {
    const before = staged.has(path) ? staged.get(path) : fileAt(base, path);
    if (sameEntry(before, fileAt(seen.node, path))) continue;
    if (before === undefined && !tracked.has(path)) untracked++;
    else changed++;
  }
  return { changed, untracked };
}
