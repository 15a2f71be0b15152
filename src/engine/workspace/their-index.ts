/** The person's index: what they track, and how ours begins with a copy of it, so that their unchanged files need not be read. */
import { open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { alternates, borrowLoose, borrowPacks, dropLoose, dropPacks, objectFolders, sizesIn } from './borrow.js';
import { isMissing, lstatOrNothing } from './disk.js';
import { git, runGit } from './git.js';
import { readIndex, STAT_FIELDS } from './index-file.js';
import type { Theirs } from './layout.js';
import { fieldsOf, inFolder, linesOf, type PathBytes } from './path-bytes.js';
import { type Followed, gitOf } from './scan.js';

export interface Tracked {
  /** Changes whenever the index does. */
  signature: string;
  /** Without repositories in the repository. */
  paths: ReadonlySet<PathBytes>;
  /** Those that a sparse checkout left away, though some of them may be on disk. */
  sparse: readonly PathBytes[];
}

interface Row {
  /** `git ls-files -v`: lower case is assumed to be unchanged, S is skipped by a sparse checkout. */
  flag: string;
  mode: string;
  id: string;
  stage: string;
  path: PathBytes;
}

export const NOTHING_TRACKED: Tracked = { signature: '', paths: new Set(), sparse: [] };

/** The index as a point in time; '' where there is none. */
export async function signatureOf(index: string): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(index, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch (error) {
    if (isMissing(error)) return '';
    throw error;
  }
}

/** Nothing where git cannot read the index: then all files are new. */
export async function trackedBy({ gitDir, index }: Theirs, root: string): Promise<Tracked> {
  const signature = await signatureOf(index);
  if (signature === '') return NOTHING_TRACKED;
  const { code, out } = await runGit(['ls-files', '-v', '-s', '-z'], { gitDir, workTree: root, indexFile: index });
  const files = code === 0 ? rowsIn(out).filter((row) => row.mode !== GITLINK) : [];
  return { signature, paths: new Set(files.map((row) => row.path)), sparse: files.filter(isSkipped).map((row) => row.path) };
}

const GITLINK = '160000';

function rowsIn(out: Uint8Array): Row[] {
  return fieldsOf(out).map((row) => {
    const tab = row.indexOf('\t');
    const [flag = '', mode = '', id = '', stage = ''] = row.slice(0, tab).split(' ');
    return { flag, mode, id, stage, path: row.slice(tab + 1) };
  });
}

/**
 * Makes our index from theirs. Every content that it names can be read from the store afterwards and is what the file has, byte for byte,
 * or is read from the file itself: partial, shallow and damaged clones and filtered files cost the reading of files, no more.
 */
export async function seedIndex(at: Followed, theirs: Theirs, ours: (path: PathBytes) => boolean): Promise<Tracked> {
  const tracked = await trackedBy(theirs, at.workTree);
  if (tracked.paths.size === 0 || theirs.format !== at.format) {
    await rm(at.indexFile, { force: true });
    return tracked;
  }
  const folders = await objectFolders(join(theirs.commonDir, 'objects'));
  const own: Followed = { ...at, indexFile: `${at.indexFile}.seed` };
  // A sparse index names folders, which are read from where they are.
  const options = { ...gitOf(own), env: alternates(folders) };
  const shared = await copySharedIndexes(theirs.gitDir, at.gitDir);
  try {
    const since = await copyAsOf(theirs.index, own.indexFile);
    const rows = rowsIn(await git(['ls-files', '-v', '-s', '-z'], options));
    const none = '0'.repeat(at.format === 'sha256' ? 64 : 40);
    const removed = rows.filter((row) => row.mode === GITLINK || ours(row.path)).map((row) => `0 ${none}\t${row.path}\0`);
    const rewrite = ['update-index', '--index-version', '2', '--force-write-index', '-z', '--index-info'];
    await git(rewrite, { ...options, input: Buffer.from(removed.join(''), 'latin1') });
    const files = rows.filter((row) => row.mode !== GITLINK && !ours(row.path));
    const lost = await forget({ own, theirs, folders, files, since });
    await clearBits(own, files, lost);
    await rename(own.indexFile, at.indexFile);
  } finally {
    await Promise.all([own.indexFile, `${own.indexFile}.lock`, ...shared].map((file) => rm(file, { force: true })));
  }
  return tracked;
}

/**
 * Has the index forget the times of files whose content cannot be taken from the person's objects: they are read. Those are objects that
 * cannot be read (whose ids it gives); files that are not as they are committed, because of line ends, filters or encodings; and files
 * that were touched in the second in which their index was written, or later.
 */
async function forget(options: {
  own: Followed;
  theirs: Theirs;
  folders: readonly string[];
  files: readonly Row[];
  since: number;
}): Promise<ReadonlySet<string>> {
  const { own, theirs, folders, files, since } = options;
  const fresh = await borrowPacks(folders, own.gitDir);
  const [sizes, filtered] = await Promise.all([
    borrow(own.gitDir, { folders, fresh }, new Set(files.map((row) => row.id))),
    filteredIn(
      theirs,
      own.workTree,
      files.map((row) => row.path),
    ),
  ]);
  const entries = readIndex(await readFile(own.indexFile), own.format) ?? [];
  const young = (stat: Uint32Array) => Math.max(stat[STAT_FIELDS.ctime] ?? 0, stat[STAT_FIELDS.mtime] ?? 0) >= since;
  const read = entries.filter(
    ({ path, id, stat }) => sizes.get(id) !== stat[STAT_FIELDS.size] || filtered.has(path) || (young(stat) && !sparse(stat)),
  );
  const merged = new Set(files.filter((row) => row.stage === '0' && !isSkipped(row)).map((row) => row.path));
  const lostSkipped = new Set(files.filter((row) => isSkipped(row) && !sizes.has(row.id)).map((row) => row.path));
  const lines = read
    .filter(({ path }) => merged.has(path) || lostSkipped.has(path))
    .map(({ path, id, stat }) => `${(stat[STAT_FIELDS.mode] ?? 0).toString(8)} ${id}\t${path}\0`);
  if (lines.length > 0) await git(['update-index', '-z', '--index-info'], { ...gitOf(own), input: Buffer.from(lines.join(''), 'latin1') });
  return new Set(files.map((row) => row.id).filter((id) => !sizes.has(id)));
}

const sparse = (stat: Uint32Array): boolean => stat.every((value, field) => field === STAT_FIELDS.mode || value === 0);
const isSkipped = (row: Row): boolean => /^[Ss]$/.test(row.flag);

/**
 * The sizes of the objects that the store can read now, single ones of these folders brought for it.
 * `fresh`: packs that were brought just now; they go again if they turn out to be damaged.
 */
export async function borrow(
  gitDir: string,
  { folders, fresh }: { folders: readonly string[]; fresh: readonly string[] },
  ids: ReadonlySet<string>,
): Promise<Map<string, number>> {
  const found = await sizesIn(gitDir, ids);
  if (found.damaged) {
    await dropPacks(gitDir, fresh);
    found.sizes = (await sizesIn(gitDir, ids)).sizes;
  }
  const missing = [...ids].filter((id) => !found.sizes.has(id));
  if (missing.length === 0) return found.sizes;
  await borrowLoose(folders, gitDir, missing);
  const more = (await sizesIn(gitDir, missing)).sizes;
  await dropLoose(
    gitDir,
    missing.filter((id) => !more.has(id)),
  );
  return new Map([...found.sizes, ...more]);
}

/** Those of these files that may be made other bytes of when they are checked out, whatever their size. */
export async function filteredIn(theirs: Theirs, root: string, paths: readonly PathBytes[]): Promise<Set<PathBytes>> {
  const args = ['-c', 'core.fsmonitor=false', 'ls-files', '-c', '-z', '--', ':(exclude,attr:!filter !working-tree-encoding)'];
  // With the person's own configuration, as it may name a file of attributes; it only asks.
  const { code, out } = await runGit(args, { gitDir: theirs.gitDir, workTree: root, indexFile: theirs.index, ownConfig: true });
  return new Set(code === 0 ? fieldsOf(out) : paths);
}

/** Files that git was told not to look at are looked at again, but for those that a sparse checkout really left away. */
async function clearBits(own: Followed, files: readonly Row[], lost: ReadonlySet<string>): Promise<void> {
  const assumed = files.filter((row) => /^[a-z]$/.test(row.flag)).map((row) => row.path);
  // What is neither on disk nor to be had is gone.
  const seen: PathBytes[] = [];
  for (const { path, id } of files.filter(isSkipped)) if (lost.has(id) || (await isOnDisk(own.workTree, path))) seen.push(path);
  const clear = (bit: string, paths: readonly PathBytes[]) =>
    paths.length > 0 && git(['update-index', bit, '-z', '--stdin'], { ...gitOf(own), input: linesOf(paths) });
  await clear('--no-assume-unchanged', assumed);
  await clear('--no-skip-worktree', seen);
}

export async function isOnDisk(root: string, path: PathBytes): Promise<boolean> {
  const stat = await lstatOrNothing(inFolder(root, path));
  return stat !== undefined && !stat.isDirectory();
}

/**
 * Invariant: the copy has the time of what was copied, or a file that was changed in the second in which the index was written would
 * count as unchanged. Read by one handle: git replaces an index, it never writes into one. Gives that time in seconds.
 */
async function copyAsOf(from: string, to: string): Promise<number> {
  await using file = await open(from, 'r');
  const { mtimeMs } = await file.stat();
  await writeFile(to, await file.readFile());
  // Rather a moment too old: then more is looked at, not less.
  await utimes(to, mtimeMs / 1000, Math.floor(mtimeMs) / 1000);
  return Math.floor(mtimeMs / 1000);
}

/** An index may be split in two; git looks for the other part in its own repository. */
async function copySharedIndexes(from: string, to: string): Promise<string[]> {
  const names = (await readdir(from)).filter((name) => /^sharedindex\.[0-9a-f]+$/.test(name));
  for (const name of names) await writeFile(join(to, name), await readFile(join(from, name)));
  return names.map((name) => join(to, name));
}
