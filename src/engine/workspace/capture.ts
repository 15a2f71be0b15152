/** The folder as it is now, as a tree of the store: uncommitted and untracked files with it, nothing of the person's written. */
import { copyFile, mkdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { FailureError } from '../../protocol/failure.js';
import { borrowObjects } from './borrow.js';
import { isMissing } from './disk.js';
import { git, gitPaths, gitText } from './git.js';
import { included, looksLikeSecret, writeExcludes } from './ignored.js';
import { bringUpToDate, type IndexOf, writeTree } from './index-files.js';
import type { Layout } from './layout.js';
import type { Base } from './store.js';

export async function capture(layout: Layout, options: { signal?: AbortSignal; progress?: (message: string) => void } = {}): Promise<Base> {
  const { gitDir, root, theirs } = layout;
  const at: IndexOf = {
    gitDir,
    workTree: root,
    indexFile: join(gitDir, 'capture.index'),
    ...(options.signal && { signal: options.signal }),
  };
  await writeExcludes(layout);
  options.progress?.('Reading the folder');
  if (theirs !== undefined && (await isWhole(theirs))) await borrowObjects(join(theirs.commonDir, 'objects'), join(gitDir, 'objects'));
  const tracked = theirs === undefined ? [] : await trackedBy(layout, at);
  try {
    return await captured(layout, at, tracked);
  } catch (error) {
    // An index that cannot be used (another writer died in it, objects that are gone) costs one reading of all files, no more.
    if (!(error instanceof FailureError) || options.signal?.aborted) throw error;
    options.progress?.('Reading all files of the folder');
    await rm(at.indexFile, { force: true });
    await rm(`${at.indexFile}.lock`, { force: true });
    await startEmpty(at, tracked);
    return captured(layout, at, tracked);
  }
}

/** A partial or shallow clone has not all that its trees name. */
async function isWhole(theirs: NonNullable<Layout['theirs']>): Promise<boolean> {
  const promisor = await gitText(['config', '--get-regexp', '^(remote\\..*\\.promisor|extensions\\.partialclone)$'], {
    gitDir: theirs.gitDir,
    okCodes: [0, 1],
  });
  return promisor.trim() === '';
}

/** What the person's index names, sparse and assumed entries included; seeds ours with a copy of it the first time. */
async function trackedBy(layout: Layout, at: IndexOf): Promise<string[]> {
  const theirs = layout.theirs?.index ?? '';
  const copy = join(at.gitDir, 'theirs.index');
  try {
    await copyWithTimes(theirs, copy);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  const own = { gitDir: at.gitDir, workTree: at.workTree, indexFile: copy };
  const rows = await gitPaths(['ls-files', '-v', '-z'], { ...own, okCodes: [0, 128] });
  if (!(await exists(at.indexFile))) {
    await clearBits(own, rows);
    await copyWithTimes(copy, at.indexFile);
  }
  // A file that sparse checkouts left away stands as the person's index has it, until it is on disk.
  return rows.map((row) => row.slice(2));
}

/** Entries that git was told not to look at are looked at again, but for those that are not on disk on purpose. */
async function clearBits(own: { gitDir: string; workTree: string; indexFile: string }, rows: readonly string[]): Promise<void> {
  const assumed = rows.filter((row) => /^[a-z] /.test(row)).map((row) => row.slice(2));
  const skipped = rows.filter((row) => /^[Ss] /.test(row)).map((row) => row.slice(2));
  const there = await Promise.all(skipped.map((path) => exists(join(own.workTree, path))));
  const seen = skipped.filter((_, at) => there[at]);
  const clear = (bit: string, paths: string[]) =>
    paths.length === 0 ? undefined : git(['update-index', bit, '-z', '--stdin'], { ...own, input: `${paths.join('\0')}\0` });
  await clear('--no-assume-unchanged', assumed);
  await clear('--no-skip-worktree', seen);
}

/** Invariant: the copy has the index's own time, or git would not see what changed in the moment before it was written. */
async function copyWithTimes(from: string, to: string): Promise<void> {
  const { atime, mtime } = await stat(from);
  await copyFile(from, to);
  await utimes(to, atime, mtime);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function startEmpty(at: IndexOf, tracked: readonly string[]): Promise<void> {
  await mkdir(at.gitDir, { recursive: true });
  await addTracked(at, tracked);
}

/** What the person tracks although a rule ignores it. */
async function addTracked(at: IndexOf, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const there = await Promise.all(paths.map((path) => isFileOrLink(join(at.workTree, path))));
  const input = paths
    .filter((_, index) => there[index])
    .map((path) => `${path}\0`)
    .join('');
  const { gitDir, workTree, indexFile } = at;
  if (input !== '') await git(['update-index', '--add', '--remove', '-z', '--stdin'], { gitDir, workTree, indexFile, input });
}

async function isFileOrLink(path: string): Promise<boolean> {
  try {
    return !(await stat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return true;
    throw error;
  }
}

async function captured(layout: Layout, at: IndexOf, tracked: readonly string[]): Promise<Base> {
  const include = await included(layout.root);
  const refused = await bringUpToDate(at, { allowed: (path) => !looksLikeSecret(path) || include(path) });
  const { gitDir, workTree, indexFile } = at;
  const own = { gitDir, workTree, indexFile };
  const [ours, hidden] = await Promise.all([
    gitPaths(['ls-files', '-c', '-z'], own),
    gitPaths(['ls-files', '-c', '-i', '--exclude-standard', '-z'], own),
  ]);
  const theirs = new Set(tracked);
  const have = new Set(ours);
  await addTracked(
    at,
    tracked.filter((path) => !have.has(path)),
  );
  // What came in as untracked and is ignored by now goes again.
  const gone = [...hidden, ...ours.filter((path) => looksLikeSecret(path) && !include(path))].filter((path) => !theirs.has(path));
  if (gone.length > 0) await git(['update-index', '--force-remove', '-z', '--stdin'], { ...own, input: `${gone.join('\0')}\0` });
  const tree = await writeTree(at);
  const untracked = ours.filter((path) => !theirs.has(path) && !gone.includes(path)).length;
  return { tree, summary: { ...(await changedSince(layout, tree, theirs)), untracked, refused: [...new Set(refused)].sort() } };
}

/** How many tracked files differ from the last commit. */
async function changedSince(layout: Layout, tree: string, tracked: ReadonlySet<string>): Promise<{ changed: number }> {
  if (layout.theirs === undefined) return { changed: 0 };
  const head = await gitText(['rev-parse', '-q', '--verify', 'HEAD^{tree}'], { gitDir: layout.theirs.gitDir, okCodes: [0, 1, 128] });
  if (head.trim() === '') return { changed: 0 };
  const paths = await gitPaths(['diff-tree', '-r', '--name-only', '-z', head.trim(), tree], { gitDir: layout.gitDir, okCodes: [0, 128] });
  const deleted = await gitPaths(['diff-tree', '-r', '--diff-filter=D', '--name-only', '-z', head.trim(), tree], {
    gitDir: layout.gitDir,
    okCodes: [0, 128],
  });
  return { changed: new Set([...paths.filter((path) => tracked.has(path)), ...deleted]).size };
}
