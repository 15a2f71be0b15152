/** Brings an index up to what is on disk, without filters and without following anything out of the folder. */
import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from './disk.js';
import { type GitOptions, git, gitPaths, gitText } from './git.js';

export interface IndexOf {
  gitDir: string;
  workTree: string;
  indexFile: string;
  signal?: AbortSignal;
}

/** Files that are new and not ignored, with `allowed` deciding which of them come in. Gives those that were kept out. */
export async function bringUpToDate(at: IndexOf, more: { allowed?: (path: string) => boolean; excludes?: string } = {}): Promise<string[]> {
  const { allowed = () => true, excludes } = more;
  const own = excludes === undefined ? [] : ['--exclude-from', excludes];
  const [, fresh] = await Promise.all([git(['add', '-u', '--', '.'], options(at)), untracked(at, own)]);
  const refused = fresh.filter((path) => !allowed(path));
  const wanted = fresh.filter((path) => allowed(path));
  await add(at, wanted);
  return refused;
}

const options = ({ gitDir, workTree, indexFile, signal }: IndexOf): GitOptions => ({
  gitDir,
  workTree,
  indexFile,
  ...(signal && { signal }),
});

/** A repository inside the folder ends in a slash: its files come in as files, without its `.git`. */
async function untracked(at: IndexOf, own: readonly string[]): Promise<string[]> {
  // A copy of nothing: reading the index while `add -u` replaces it is safe, as git replaces it whole.
  const found = await gitPaths(['ls-files', '-o', '--exclude-standard', ...own, '-z'], options(at));
  const nested = found.filter((path) => path.endsWith('/'));
  const inside = await Promise.all(nested.map((path) => filesOfNested(at, path)));
  return [...found.filter((path) => !path.endsWith('/')), ...inside.flat()];
}

async function filesOfNested(at: IndexOf, path: string): Promise<string[]> {
  const cwd = join(at.workTree, path);
  const files = await gitPaths(['ls-files', '-c', '-o', '--exclude-standard', '-z'], { cwd, okCodes: [0, 128] });
  const there = await Promise.all(files.map((file) => exists(join(cwd, file))));
  return files.filter((file, index) => there[index] && !file.endsWith('/')).map((file) => `${path}${file}`);
}

async function exists(path: string): Promise<boolean> {
  try {
    return !(await lstat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Files that vanish meanwhile are left out: `--remove` takes a path that is not there for gone. */
async function add(at: IndexOf, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  await git(['update-index', '--add', '--remove', '-z', '--stdin'], { ...options(at), input: `${paths.join('\0')}\0` });
}

/** Hashes files by name, whatever their times say. */
export async function rehash(at: IndexOf, paths: readonly string[]): Promise<void> {
  const lines = await Promise.all(paths.map((path) => lineFor(at, path)));
  const input = lines.filter((line) => line !== '').join('');
  if (input !== '') await git(['update-index', '-z', '--index-info'], { ...options(at), input });
}

async function lineFor(at: IndexOf, path: string): Promise<string> {
  const absolute = join(at.workTree, path);
  try {
    const stats = await lstat(absolute);
    if (stats.isSymbolicLink()) return `120000 ${await hash(at, ['--stdin'], await readlink(absolute, 'buffer'))}\t${path}\0`;
    if (!stats.isFile()) return '';
    return `${stats.mode & 0o100 ? '100755' : '100644'} ${await hash(at, ['--', absolute])}\t${path}\0`;
  } catch (error) {
    if (isMissing(error)) return '';
    throw error;
  }
}

async function hash(at: IndexOf, what: readonly string[], input?: Uint8Array): Promise<string> {
  return (await gitText(['hash-object', '-w', '--no-filters', ...what], { ...options(at), ...(input && { input }) })).trim();
}

export async function writeTree(at: IndexOf): Promise<string> {
  return (await gitText(['write-tree'], options(at))).trim();
}
