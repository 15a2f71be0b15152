/** The person's index: what they track, and how ours begins with a copy of it, so that their unchanged files need not be read. */
import { open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { borrowLoose, borrowPacks, dropLoose, dropPacks, objectFolders, unreadableIn } from './borrow.js';
import { isMissing, lstatOrNothing } from './disk.js';
import { git, runGit } from './git.js';
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

export async function trackedBy(theirs: Theirs, root: string): Promise<Tracked> {
  const signature = await signatureOf(theirs.index);
  return trackedIn(signature, signature === '' ? [] : await rowsOf(theirs, root));
}

function trackedIn(signature: string, rows: readonly Row[]): Tracked {
  const files = rows.filter((row) => row.mode !== GITLINK);
  return {
    signature,
    paths: new Set(files.map((row) => row.path)),
    sparse: files.filter((row) => /^[Ss]$/.test(row.flag)).map((row) => row.path),
  };
}

const GITLINK = '160000';

/** Nothing where git cannot read the index: then all files are new. */
async function rowsOf(theirs: Theirs, root: string): Promise<Row[]> {
  const { gitDir, index } = theirs;
  const { code, out } = await runGit(['ls-files', '-v', '-s', '-z'], { gitDir, workTree: root, indexFile: index });
  if (code !== 0) return [];
  return fieldsOf(out).map((row) => {
    const tab = row.indexOf('\t');
    const [flag = '', mode = '', id = '', stage = ''] = row.slice(0, tab).split(' ');
    return { flag, mode, id, stage, path: row.slice(tab + 1) };
  });
}

/**
 * Makes our index from theirs. Every content that it names can be read from the store afterwards, or is read from the file itself:
 * partial, shallow and damaged clones cost the reading of files, no more.
 */
export async function seedIndex(at: Followed, theirs: Theirs, ours: (path: PathBytes) => boolean): Promise<Tracked> {
  const signature = await signatureOf(theirs.index);
  const rows = signature === '' ? [] : await rowsOf(theirs, at.workTree);
  if (rows.length === 0 || theirs.format !== at.format) {
    await rm(at.indexFile, { force: true });
    return trackedIn(signature, rows);
  }
  const own: Followed = { ...at, indexFile: `${at.indexFile}.seed` };
  const shared = await copySharedIndexes(theirs.gitDir, at.gitDir);
  try {
    await copyAsOf(theirs.index, own.indexFile);
    const files = rows.filter((row) => row.mode !== GITLINK && !ours(row.path));
    const lost = await borrow(at.gitDir, theirs, files);
    const zero = '0'.repeat(theirs.format === 'sha256' ? 64 : 40);
    const edits = [
      ...rows.filter((row) => row.mode === GITLINK || ours(row.path)).map((row) => `0 ${zero}\t${row.path}\0`),
      ...files.filter((row) => row.stage === '0' && lost.has(row.id)).map((row) => `${row.mode} ${row.id}\t${row.path}\0`),
    ];
    const args = ['update-index', '--index-version', '2', '--force-write-index', '-z', '--index-info'];
    await git(args, { ...gitOf(own), input: Buffer.from(edits.join(''), 'latin1') });
    await clearBits(own, files, lost);
    await rename(own.indexFile, at.indexFile);
  } finally {
    await Promise.all([own.indexFile, `${own.indexFile}.lock`, ...shared].map((file) => rm(file, { force: true })));
  }
  return trackedIn(signature, rows);
}

/** The objects that the store cannot read even then. */
async function borrow(gitDir: string, theirs: Theirs, files: readonly Row[]): Promise<Set<string>> {
  const folders = await objectFolders(join(theirs.commonDir, 'objects'));
  const packs = await borrowPacks(folders, gitDir);
  const ids = files.map((row) => row.id);
  let missing = await unreadableIn(gitDir, ids);
  if (missing.damaged) {
    await dropPacks(gitDir, packs);
    missing = await unreadableIn(gitDir, ids);
  }
  await borrowLoose(folders, gitDir, [...missing.ids]);
  const lost = await unreadableIn(gitDir, missing.ids);
  await dropLoose(gitDir, [...lost.ids]);
  return lost.ids;
}

/** Files that git was told not to look at are looked at again, but for those that a sparse checkout really left away. */
async function clearBits(own: Followed, files: readonly Row[], lost: ReadonlySet<string>): Promise<void> {
  const assumed = files.filter((row) => /^[a-z]$/.test(row.flag)).map((row) => row.path);
  const skipped = files.filter((row) => /^[Ss]$/.test(row.flag));
  // What is neither on disk nor to be had is gone.
  const seen = skipped.filter((row) => lost.has(row.id)).map((row) => row.path);
  for (const { path } of skipped) if (await isOnDisk(own.workTree, path)) seen.push(path);
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
 * count as unchanged. Read by one handle: git replaces an index, it never writes into one.
 */
async function copyAsOf(from: string, to: string): Promise<void> {
  await using file = await open(from, 'r');
  const { mtimeMs } = await file.stat();
  await writeFile(to, await file.readFile());
  // Rather a moment too old: then more is looked at, not less.
  await utimes(to, mtimeMs / 1000, Math.floor(mtimeMs) / 1000);
}

/** An index may be split in two; git looks for the other part in its own repository. */
async function copySharedIndexes(from: string, to: string): Promise<string[]> {
  const names = (await readdir(from)).filter((name) => /^sharedindex\.[0-9a-f]+$/.test(name));
  for (const name of names) await writeFile(join(to, name), await readFile(join(from, name)));
  return names.map((name) => join(to, name));
}
