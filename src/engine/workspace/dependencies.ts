/** Brings what the checks need and git ignores into a workspace: links to the person's own, made so that nothing is written through them. */
import { constants } from 'node:fs';
import { cp, lstat, mkdir, readdir, readlink, realpath, symlink } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { isMissing } from './disk.js';
import { included } from './ignored.js';

export interface DependencyOptions {
  /** The root of what was captured. */
  from: string;
  /** The root of the workspace. */
  to: string;
  /** The open folder in it. */
  prefix: string;
  mode: 'link' | 'copy' | 'none';
  /** Which of these paths git ignores in `from`. */
  ignored(paths: readonly string[]): Promise<Set<string>>;
}

/** Folders of installed packages, and what is linked as a whole. Build caches are written by checks, so they stay away. */
const PACKAGES = 'node_modules';
const WHOLE = ['.venv', 'venv', 'vendor'];
const SKIPPED = new Set(['.git', '.massgen', PACKAGES, ...WHOLE]);
/** Caches: tools make them anew, and write to them. */
const CACHES = new Set(['.cache', '.vite', '.vitest', '.turbo']);
const DEPTH = 3;

export interface Linked {
  /** Absolute real folders outside the workspace that links lead to. */
  linkedRoots: string[];
  /** Paths in the workspace, relative to its root, that are not the workspace's own. */
  links: string[];
}

export async function linkDependencies(options: DependencyOptions): Promise<Linked> {
  const { from, to, mode, ignored } = options;
  await copyIncluded(options);
  if (mode === 'none') return { linkedRoots: [], links: [] };
  const found = await foldersIn(from, '', DEPTH);
  const wanted = [...(found.length === 0 ? [] : await ignored(found))];
  const roots: string[] = [];
  for (const path of wanted) {
    const [source, target] = [join(from, path), join(to, path)];
    // A package's folder that the candidate removed gets no dependencies.
    if (!(await isFolder(dirname(target)))) continue;
    if (mode === 'copy') await cp(source, target, { recursive: true, mode: constants.COPYFILE_FICLONE, verbatimSymlinks: true });
    else if (path.endsWith(PACKAGES)) await linkPackages(source, target, options);
    else await linkOnce(source, target);
    if (mode === 'link') roots.push(await realpath(source));
  }
  return { linkedRoots: roots, links: wanted };
}

async function foldersIn(from: string, folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(join(from, folder), { withFileTypes: true }).catch(() => []); // What cannot be read brings nothing.
  const named = entries.filter((entry) => entry.name === PACKAGES || WHOLE.includes(entry.name));
  const below = depth === 0 ? [] : entries.filter((entry) => entry.isDirectory() && !SKIPPED.has(entry.name));
  const deeper = await Promise.all(below.map((entry) => foldersIn(from, pathOf(folder, entry.name), depth - 1)));
  return [...named.map((entry) => pathOf(folder, entry.name)), ...deeper.flat()];
}

const pathOf = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** A real folder of links: what is added to it stays in the workspace. */
async function linkPackages(source: string, target: string, options: DependencyOptions): Promise<void> {
  await mkdir(target, { recursive: true });
  const entries = await readdir(source, { withFileTypes: true });
  for (const entry of entries) {
    if (CACHES.has(entry.name)) continue;
    const [one, other] = [join(source, entry.name), join(target, entry.name)];
    if (entry.isDirectory() && (entry.name.startsWith('@') || entry.name === '.bin')) await linkPackages(one, other, options);
    else if (entry.isSymbolicLink()) await linkAgain(one, other, options);
    else await linkOnce(one, other);
  }
}

/** Invariant: a link between packages of the folder leads to the workspace's copy, or its checks would run the person's code. */
async function linkAgain(source: string, target: string, { from, to }: DependencyOptions): Promise<void> {
  const real = await realpath(source).catch(() => undefined); // A dangling link is carried over as it is.
  if (real === undefined) return linkOnce(await readlink(source), target);
  const inside = relative(from, real);
  const isOurs = inside !== '' && !inside.startsWith('..') && !inside.split(sep).some((part) => part === PACKAGES);
  await linkOnce(isOurs ? join(to, inside) : real, target);
}

async function linkOnce(source: string, target: string): Promise<void> {
  try {
    await symlink(source, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** What `.worktreeinclude` names is copied, never linked. */
async function copyIncluded({ from, to, ignored }: DependencyOptions): Promise<void> {
  const include = await included(from);
  const entries = await readdir(from, { withFileTypes: true });
  const named = entries.map((entry) => entry.name).filter((name) => include(name) && !SKIPPED.has(name));
  if (named.length === 0) return;
  for (const name of await ignored(named))
    await cp(join(from, name), join(to, name), { recursive: true, verbatimSymlinks: true, force: false });
}
