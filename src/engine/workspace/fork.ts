/** Makes workspaces and checkouts: whole or not at all, each with a repository of its own, byte for byte what the tree says. */
import { randomBytes } from 'node:crypto';
import { constants, existsSync, readFileSync, statSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TreeId } from '../../protocol/events.js';
import { fail } from '../../protocol/failure.js';
import { removeTree } from '../process/remove-tree.js';
import { renameOver, TEMPORARY } from '../process/rename-over.js';
import { allOver } from './all-over.js';
import type { Captured } from './capture.js';
import { type Installed, installedIn, linkDependencies } from './dependencies.js';
import { dropStaleLock, type Looker, lookerAt } from './folder-tree.js';
import { gitPaths } from './git.js';
import { layingOut, MINIMAL } from './lay-out.js';
import type { Layout } from './layout.js';
import { writeObject } from './objects.js';
import { bytesOf } from './path-bytes.js';
import type { Followed } from './scan.js';
import type { Checkout, Store, Workspace } from './store.js';
import type { TreeNode } from './tree-node.js';

type ForkOptions = Parameters<Store['fork']>[0];
type CheckoutOptions = NonNullable<Parameters<Store['checkout']>[2]>;
type Dependencies = NonNullable<ForkOptions['dependencies']>;

export interface Forks extends AsyncDisposable {
  /** Workspaces of this tree are to be made soon. */
  expect(captured: Promise<Captured>): void;
  /** Makes ready what can be before a tree is known. */
  ready(): void;
  fork(options: ForkOptions): Promise<Workspace>;
  forked: Store['forked'];
  checkout(tree: TreeId, to: string, options?: CheckoutOptions): Promise<Checkout>;
}

export function forking(layout: Layout): Forks {
  const layOut = layingOut(layout);
  const looking = new Map<Dependencies, Promise<Installed>>();

  /** Looked for once for all that ask meanwhile. */
  const installed = (mode: Dependencies): Promise<Installed> => {
    const { root: from, prefix } = layout;
    const found =
      looking.get(mode) ??
      installedIn({ from, prefix, mode, ignored: (paths) => ignoredOf(layout, paths) }).finally(() => looking.delete(mode));
    looking.set(mode, found);
    found.catch(() => undefined); // Whoever asked for it is told.
    return found;
  };

  const write = async (tree: TreeId, to: string, signal: AbortSignal | undefined) => {
    const laidOut = await layOut(tree, to, signal);
    if (layout.prefix !== '') await mkdir(join(to, layout.prefix), { recursive: true });
    return laidOut;
  };

  /** Invariant: it is made under another name and moved into place at the end, so that what is there is whole. */
  const make = async ({ tree, dependencies: mode = 'link', signal }: ForkOptions, root: string, own: string): Promise<Made> => {
    const making = `${root}.making-${randomBytes(4).toString('hex')}`;
    const found = installed(mode);
    try {
      // Before anything is under way: what throws here leaves no promise behind that nobody waits for.
      const commit = commitOf(layout, tree);
      // Its repository is made while its files are written; where one fails, the other must be at its end before all is removed.
      const [{ node, index }] = await allOver([
        write(tree, making, signal),
        ownRepository(layout, join(making, '.git'), commit),
        mkdir(dirname(own), { recursive: true }),
        removeTree(root),
      ]);
      const { linkedRoots, links } = await dependencies(layout, making, mode, { at: root, found, ...(signal && { signal }) });
      await known(layout, join(making, '.git'), { index, links });
      await copyFile(join(making, '.git/index'), `${own}.index`, constants.COPYFILE_FICLONE);
      await writeFile(`${own}.exclude`, asRules(links));
      await writeFile(`${own}.json`, JSON.stringify({ linkedRoots, folder: statSync(making).ino } satisfies Kept));
      await renameOver(making, root);
      return { node, linkedRoots };
    } catch (error) {
      await removeTree(making);
      throw error;
    }
  };

  return {
    expect: layOut.expect,
    ready: layOut.ready,
    async fork(options) {
      const { root, own } = placesOf(layout, options.session, options.name);
      const kept = keptOf(root, own);
      if (kept !== undefined) return workspace(layout, { root, own, linkedRoots: kept.linkedRoots, look: lookerAt() });
      const { node, linkedRoots } = await make(options, root, own);
      return workspace(layout, { root, own, linkedRoots, look: lookerAt(node) });
    },
    forked(session, name) {
      const { root, own } = placesOf(layout, session, name);
      return keptOf(root, own) !== undefined;
    },
    async checkout(tree, to, { dependencies: mode = 'none', signal } = {}) {
      await write(tree, to, signal);
      const { linkedRoots } = await dependencies(layout, to, mode, { found: installed(mode), ...(signal && { signal }) });
      return {
        root: to,
        cwd: join(to, layout.prefix),
        env: envOf(to),
        linkedRoots,
        [Symbol.asyncDispose]: () => removeTree(to),
      };
    },
    [Symbol.asyncDispose]: () => layOut[Symbol.asyncDispose](),
  };
}

const placesOf = (layout: Layout, session: string, name: string) => ({
  root: join(layout.home, 'workspaces', session, name),
  own: join(layout.gitDir, 'workspaces', session, name),
});

/** What a workspace keeps outside the agent's reach. */
interface Kept {
  linkedRoots: string[];
  /** The workspace's inode. */
  folder: number;
}

interface Made {
  node: TreeNode;
  linkedRoots: string[];
}

/**
 * Undefined where the workspace is not there or not whole: what is kept of it is written before it is moved into place.
 * Invariant: it is of this very folder. What came along with a copy may be anybody's, and would open any folder to an agent.
 */
function keptOf(root: string, own: string): Kept | undefined {
  const folder = statSync(root, { throwIfNoEntry: false })?.ino;
  if (folder === undefined || !existsSync(`${own}.exclude`)) return undefined;
  try {
    const kept = JSON.parse(readFileSync(`${own}.json`, 'utf8')) as Kept;
    return kept.folder === folder ? kept : undefined;
  } catch {
    // Without it, or with half of it, the workspace is made anew.
    return undefined;
  }
}

/** Invariant: no git that an agent runs finds a repository above its workspace. */
const envOf = (root: string): Record<string, string> => ({ GIT_CEILING_DIRECTORIES: dirname(root), GIT_TERMINAL_PROMPT: '0' });

/** `at`: where the workspace will be in the end. */
const dependencies = (
  layout: Layout,
  to: string,
  mode: Dependencies,
  { found, ...more }: { at?: string; found: Promise<Installed>; signal?: AbortSignal },
) => linkDependencies({ from: layout.root, to, prefix: layout.prefix, mode, ignored: (paths) => ignoredOf(layout, paths), ...more }, found);

/** Which of these paths git ignores in the person's folder. */
async function ignoredOf(layout: Layout, paths: readonly string[]): Promise<Set<string>> {
  if (paths.length === 0) return new Set();
  const at = { gitDir: layout.gitDir, workTree: layout.root, indexFile: join(layout.gitDir, 'capture.index') };
  return new Set(await gitPaths(['check-ignore', '-z', '--stdin'], { ...at, input: `${paths.join('\0')}\0`, okCodes: [0, 1] }));
}

/** Links to dependencies, and what a process that was killed in the midst of writing a file has left of it. */
const asRules = (links: readonly string[]): string => `${TEMPORARY}\n${rulesOf(links)}`;
const rulesOf = (links: readonly string[]): string => links.map((path) => `/${path.replace(/[\\*?[]/g, '\\$&')}\n`).join('');

const WHO = { name: 'MassGen', email: 'massgen@localhost' };

/** The one commit that a workspace begins with; the same for all workspaces of a tree. */
function commitOf({ gitDir, format }: Layout, tree: string): string {
  const who = `${WHO.name} <${WHO.email}> ${Date.UTC(2000, 0) / 1000} +0000`;
  const text = `tree ${tree}\nauthor ${who}\ncommitter ${who}\n\nThe folder as it was\n`;
  return writeObject(gitDir, format, 'commit', Buffer.from(text));
}

/** A repository by hand, as no process is needed for a handful of files. Its objects are the store's, to read. */
async function ownRepository(layout: Layout, gitDir: string, commit: string): Promise<void> {
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
    ...(layout.modes ? [] : ['\tfileMode = false']),
    ...(layout.links ? [] : ['\tsymlinks = false']),
    ...['ignorecase', 'precomposeunicode'].flatMap((key) => (layout.lookConfig.includes(`core.${key}=true`) ? [`\t${key} = true`] : [])),
    ...(sha256 ? ['[extensions]', '\tobjectFormat = sha256'] : []),
    // An agent's home has no configuration, and a commit needs an author.
    '[user]',
    `\tname = ${WHO.name}`,
    `\temail = ${WHO.email}`,
    '[gc]',
    '\tauto = 0',
    '',
  ].join('\n');
  await Promise.all([
    writeFile(join(gitDir, 'HEAD'), 'ref: refs/heads/main\n'),
    writeFile(join(gitDir, 'refs/heads/main'), `${commit}\n`),
    writeFile(join(gitDir, 'config'), config),
    writeFile(join(gitDir, 'objects/info/alternates'), `${join(layout.gitDir, 'objects')}\n`),
    writeFile(join(gitDir, 'info/attributes'), RAW),
  ]);
}

/** Has the repository know the files that were laid out, and which of them are not its own. */
async function known(layout: Layout, gitDir: string, { index, links }: { index: Uint8Array; links: readonly string[] }): Promise<void> {
  const excludes = await readFile(join(layout.gitDir, 'info', 'exclude'), 'utf8');
  await Promise.all([writeFile(join(gitDir, 'info/exclude'), `${excludes}${asRules(links)}`), writeFile(join(gitDir, 'index'), index)]);
}

/** Bytes stay as they are, whatever the folder's own attributes say. */
export const RAW = '* -text -filter -ident -working-tree-encoding\n';

function workspace(
  layout: Layout,
  { root, own, linkedRoots, look }: { root: string; own: string; linkedRoots: string[]; look: Looker },
): Workspace {
  // Invariant: the index that is snapshotted with is not the agent's, so that its commits and stashes confuse nothing.
  const at: Followed = {
    gitDir: layout.gitDir,
    format: layout.format,
    workTree: root,
    indexFile: `${own}.index`,
    modes: layout.modes,
    links: layout.links,
    config: [...layout.lookConfig, ...MINIMAL],
    excludes: `${own}.exclude`,
  };
  let last: Promise<unknown> = Promise.resolve();
  const folder = statSync(root).ino;
  /** Invariant: what was removed and made anew by somebody's writing in it is no workspace, and its tree would remove everything. */
  const requireSame = async (): Promise<void> => {
    if (statSync(root, { throwIfNoEntry: false })?.ino === folder) return;
    await rm(`${own}.json`, { force: true });
    throw fail('workspace', 'Its workspace was removed while it worked.', {
      retryable: true,
      hint: 'Leave .massgen/workspaces alone while a turn is under way.',
    });
  };
  return {
    root,
    cwd: join(root, layout.prefix),
    env: envOf(root),
    linkedRoots,
    // One at a time: two would write the same index.
    snapshot({ touched = [], signal } = {}) {
      const next = last.then(async () => {
        signal?.throwIfAborted();
        await requireSame();
        await dropStaleLock(at.indexFile);
        const now = () => look({ ...at, ...(signal && { signal }) }, { touched: touched.map(bytesOf) });
        const { tree } = await now().catch(async (error: unknown) => {
          signal?.throwIfAborted();
          // An index that cannot be used costs one reading of all files, no more.
          await rm(at.indexFile, { force: true });
          return now().catch(() => Promise.reject(error));
        });
        await requireSame();
        return tree;
      });
      last = next.catch(() => undefined); // Whoever asked for it is told.
      return next;
    },
    async [Symbol.asyncDispose]() {
      await last;
    },
  };
}
