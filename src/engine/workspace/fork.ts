/** Makes workspaces and checkouts: whole or not at all, each with a repository of its own, byte for byte what the tree says. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { removeTree } from '../process/remove-tree.js';
import { linkDependencies } from './dependencies.js';
import { git, gitPaths, gitText } from './git.js';
import { bringUpToDate, type IndexOf, rehash, writeTree } from './index-files.js';
import type { Layout } from './layout.js';
import type { Checkout, Workspace } from './store.js';

type Dependencies = 'link' | 'copy' | 'none';

/** Invariant: no git that an agent runs finds a repository above its workspace. */
const envOf = (root: string): Record<string, string> => ({ GIT_CEILING_DIRECTORIES: dirname(root), GIT_TERMINAL_PROMPT: '0' });

const cwdIn = (root: string, prefix: string): string => (prefix === '' ? root : join(root, prefix));

/** Writes the files of `tree` below `to`; the index at `index` then knows them. */
async function writeFiles(layout: Layout, tree: string, to: string, index: string, signal?: AbortSignal): Promise<void> {
  const at = { gitDir: layout.gitDir, workTree: to, indexFile: index, ...(signal && { signal }) };
  await mkdir(to, { recursive: true });
  await git(['read-tree', tree], at);
  await git(['checkout-index', '-a', '-u', '-f'], at);
  if (layout.prefix !== '') await mkdir(join(to, layout.prefix), { recursive: true });
}

/** Which of these paths git ignores in the person's folder. */
async function ignoredOf(layout: Layout, paths: readonly string[]): Promise<Set<string>> {
  if (paths.length === 0) return new Set();
  const at = { gitDir: layout.gitDir, workTree: layout.root, indexFile: join(layout.gitDir, 'capture.index') };
  return new Set(await gitPaths(['check-ignore', '-z', '--stdin'], { ...at, input: `${paths.join('\0')}\0`, okCodes: [0, 1] }));
}

export async function checkout(
  layout: Layout,
  tree: string,
  to: string,
  options: { dependencies?: Dependencies; signal?: AbortSignal } = {},
): Promise<Checkout> {
  const index = join(layout.gitDir, `checkout-${randomBytes(6).toString('hex')}.index`);
  try {
    await writeFiles(layout, tree, to, index, options.signal);
  } finally {
    await rm(index, { force: true });
  }
  const { linkedRoots } = await dependencies(layout, to, options.dependencies ?? 'none');
  return {
    root: to,
    cwd: cwdIn(to, layout.prefix),
    env: envOf(to),
    linkedRoots,
    [Symbol.asyncDispose]: () => removeTree(to),
  };
}

const dependencies = (layout: Layout, to: string, mode: Dependencies) =>
  linkDependencies({ from: layout.root, to, prefix: layout.prefix, mode, ignored: (paths) => ignoredOf(layout, paths) });

export interface ForkOptions {
  session: string;
  name: string;
  tree: string;
  dependencies?: Dependencies;
  signal?: AbortSignal;
}

/** What a workspace keeps outside the agent's reach. */
interface Kept {
  linkedRoots: string[];
}

const keptIn = (layout: Layout, session: string): string => join(layout.gitDir, 'workspaces', session);

/** Invariant: it is made under another name and moved into place at the end, so that what is there is whole. */
export async function fork(layout: Layout, options: ForkOptions): Promise<Workspace> {
  const { session, name } = options;
  const root = join(layout.home, 'workspaces', session, name);
  const own = join(keptIn(layout, session), name);
  if (!existsSync(root)) await make(layout, options, root, own);
  const { linkedRoots } = JSON.parse(await readFile(`${own}.json`, 'utf8')) as Kept;
  return workspace(layout, root, own, linkedRoots);
}

async function make(layout: Layout, options: ForkOptions, root: string, own: string): Promise<void> {
  const making = `${root}.making-${randomBytes(4).toString('hex')}`;
  await mkdir(dirname(own), { recursive: true });
  try {
    const [, commit] = await Promise.all([
      writeFiles(layout, options.tree, making, `${own}.index`, options.signal),
      commitOf(layout, options.tree),
    ]);
    const { linkedRoots, links } = await dependencies(layout, making, options.dependencies ?? 'link');
    await ownRepository(layout, join(making, '.git'), commit, `${own}.index`, links);
    await writeFile(`${own}.exclude`, links.map((path) => `/${path}\n`).join(''));
    await writeFile(`${own}.json`, JSON.stringify({ linkedRoots: [...linkedRoots] } satisfies Kept));
    await rename(making, root);
    // Links between packages of the folder name the workspace by its path, which is known only now.
    if (links.length > 0) await relink(layout, making, root, links);
  } catch (error) {
    await removeTree(making);
    throw error;
  }
}

async function relink(layout: Layout, making: string, root: string, links: readonly string[]): Promise<void> {
  const { lstat, readdir, readlink, symlink, unlink } = await import('node:fs/promises');
  const visit = async (folder: string): Promise<void> => {
    if (!(await lstat(folder)).isDirectory()) return;
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) await visit(path);
      if (!entry.isSymbolicLink()) continue;
      const to = await readlink(path);
      if (!to.startsWith(making)) continue;
      await unlink(path);
      await symlink(root + to.slice(making.length), path);
    }
  };
  if (layout.root !== root) for (const path of links) if (existsSync(join(root, path))) await visit(join(root, path));
}

async function commitOf(layout: Layout, tree: string): Promise<string> {
  const who = { NAME: 'MassGen', EMAIL: 'massgen@localhost', DATE: '2000-01-01T00:00:00Z' };
  const env = Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((role) => Object.entries(who).map(([key, value]) => [`GIT_${role}_${key}`, value])),
  );
  return (await gitText(['commit-tree', tree, '-m', 'The folder as it was'], { gitDir: layout.gitDir, env })).trim();
}

/** A repository by hand, as no process is needed for a handful of files. Its objects are the store's, to read. */
async function ownRepository(layout: Layout, gitDir: string, commit: string, index: string, links: readonly string[]): Promise<void> {
  for (const folder of ['objects/info', 'objects/pack', 'refs/heads', 'refs/tags', 'info'])
    await mkdir(join(gitDir, folder), { recursive: true });
  const sha256 = layout.format === 'sha256';
  const config = [
    '[core]',
    `\trepositoryformatversion = ${sha256 ? 1 : 0}`,
    '\tbare = false',
    '\tautocrlf = false',
    '\tcheckStat = minimal',
    '\ttrustctime = false',
    ...(sha256 ? ['[extensions]', '\tobjectFormat = sha256'] : []),
    '[gc]',
    '\tauto = 0',
    '',
  ].join('\n');
  const excludes = await readFile(join(layout.gitDir, 'info', 'exclude'), 'utf8');
  await Promise.all([
    writeFile(join(gitDir, 'HEAD'), 'ref: refs/heads/main\n'),
    writeFile(join(gitDir, 'refs/heads/main'), `${commit}\n`),
    writeFile(join(gitDir, 'config'), config),
    writeFile(join(gitDir, 'objects/info/alternates'), `${join(layout.gitDir, 'objects')}\n`),
    writeFile(join(gitDir, 'info/attributes'), RAW),
    writeFile(join(gitDir, 'info/exclude'), `${excludes}${links.map((path) => `/${path}\n`).join('')}`),
    copyFile(index, join(gitDir, 'index')),
  ]);
}

/** Bytes stay as they are, whatever the folder's own attributes say. */
export const RAW = '* -text -filter -ident -working-tree-encoding\n';

function workspace(layout: Layout, root: string, own: string, linkedRoots: string[]): Workspace {
  let last: Promise<unknown> = Promise.resolve();
  return {
    root,
    cwd: cwdIn(root, layout.prefix),
    env: envOf(root),
    linkedRoots,
    // One at a time: two would write the same index.
    snapshot(options = {}) {
      const next = last.then(() => snapshot(layout, root, own, options));
      last = next.catch(() => undefined); // Whoever asked for it is told.
      return next;
    },
    async [Symbol.asyncDispose]() {
      await last;
    },
  };
}

/** Invariant: the index that is snapshotted with is not the agent's, so that its commits and stashes confuse nothing. */
async function snapshot(
  layout: Layout,
  root: string,
  own: string,
  { touched = [], signal }: { touched?: readonly string[]; signal?: AbortSignal },
): Promise<string> {
  const at: IndexOf = { gitDir: layout.gitDir, workTree: root, indexFile: `${own}.index`, ...(signal && { signal }) };
  await bringUpToDate(at, { excludes: `${own}.exclude` });
  await rehash(at, await inIndex(at, touched));
  return writeTree(at);
}

/** What tools wrote and git does not ignore. */
async function inIndex(at: IndexOf, touched: readonly string[]): Promise<string[]> {
  if (touched.length === 0) return [];
  const { gitDir, workTree, indexFile } = at;
  const args = ['--literal-pathspecs', 'ls-files', '-c', '-z', '--', ...new Set(touched)];
  return [...new Set(await gitPaths(args, { gitDir, workTree, indexFile }))];
}
