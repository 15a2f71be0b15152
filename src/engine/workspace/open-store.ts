/** Opens the shadow store of a folder: `.massgen/store.git`, made where it is not there yet. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TreeId } from '../../protocol/events.js';
import { removeTree } from '../process/remove-tree.js';
import { bytesBelow } from './bytes-below.js';
import { capturer } from './capture.js';
import { changes, diff, patch, sizeOf } from './changes.js';
import { collect } from './collect.js';
import { homeFailure, unlessFull } from './disk-failure.js';
import { forking, RAW } from './fork.js';
import { git, gitText } from './git.js';
import { fileSystemOf, type Layout, layoutOf, type MadeFor, madeForFile } from './layout.js';
import { requireOwnHome } from './own-places.js';
import { type Patch, patchOf, readable } from './patch.js';
import { bytesOf } from './path-bytes.js';
import { isFile, isLink } from './raw.js';
import { setRef } from './refs.js';
import { remembering } from './remember.js';
import { similarityIn } from './similarity.js';
import type { Base, Store } from './store.js';
import { fileAt, type TreeNode } from './tree-node.js';
import { editTree, listTree, readBlob, readBlobs, writeBlob } from './trees.js';

import { lockWhenFree } from './turn-taking.js';

/** As many as a team has answers, and some before them. */
const PATCHES_REMEMBERED = 16;

export async function openStore(folder: string): Promise<Store> {
  const first = await layoutOf(folder);
  await makeStore(first).catch(async (error: unknown) => {
    throw await homeFailure(first.home, error);
  });
  const layout: Layout = { ...first, ...(await fileSystemOf(first)) };
  const { gitDir, home } = layout;
  // Every voter is shown the same diffs, and what answers are compared by is in them.
  const patches = remembering<Patch>(PATCHES_REMEMBERED);
  const patchBetween = (from: TreeId, to: TreeId) => patches(`${from} ${to}`, () => patchOf(gitDir, from, to));
  const capture = capturer(layout);
  const forks = forking(layout);
  /** The tree of the last capture, where it is known here. */
  let captured: TreeNode | undefined;
  let capturing: Promise<unknown> = Promise.resolve();
  return {
    folder: layout.folder,
    root: layout.root,
    prefix: layout.prefix,
    gitDir,
    home,
    // One at a time: two would write the same index.
    capture(options) {
      const next = capturing
        .then(() => capture({ ...options, ...(options?.forked && { waiting: forks.ready }) }))
        .catch(async (error: unknown) => {
          throw await unlessFull(home, error);
        });
      if (options?.forked) forks.expect(next);
      capturing = next.catch(() => undefined); // Whoever asked for it is told.
      return next.then(({ tree, summary, seen }): Base => {
        captured = seen?.node ?? captured;
        return { tree, summary };
      });
    },
    fork: forks.fork,
    forked: forks.forked,
    checkout: forks.checkout,
    overlay: (tree, other, paths) => overlay(gitDir, tree, other, paths),
    async cleanUp(session) {
      await removeTree(join(home, 'workspaces', session));
      await removeTree(join(gitDir, 'workspaces', session));
    },
    changes: (from, to, options) => changes(gitDir, from, to, options),
    diff: async (from, to, options) => (options === undefined ? readable(await patchBetween(from, to)) : diff(gitDir, from, to, options)),
    patch: (from, to, options) => patch(gitDir, from, to, options),
    similarity: similarityIn(patchBetween),
    read: (tree, paths) => read({ gitDir, tree, paths, ...(captured?.id === tree && { node: captured }) }),
    sizeOf: async (from, to) => sizeOf(await patchBetween(from, to)),
    putBlob: (bytes) => writeBlob(gitDir, typeof bytes === 'string' ? Buffer.from(bytes) : bytes),
    getBlob: (id) => readBlob(gitDir, id),
    has: (tree) => has(gitDir, tree),
    async keep(name, tree) {
      await setRef(gitDir, refOf(name), tree);
    },
    collect: (ids, options) => collect({ gitDir, home }, ids, options),
    async size() {
      const [store, workspaces] = await Promise.all([bytesBelow(gitDir), bytesBelow(join(home, 'workspaces'))]);
      return { store, workspaces };
    },
    async [Symbol.asyncDispose]() {
      await capturing;
      await forks[Symbol.asyncDispose]();
    },
  };
}

/** A name as git allows it for a ref. */
function refOf(name: string): string {
  const parts = name.split('/').map((part) => part.replace(/[^A-Za-z0-9_-]/g, '-'));
  return ['refs/massgen', ...parts.filter((part) => part !== '')].join('/');
}

/** `.massgen/` ignores itself. What an older MassGen keeps in it is left as it is. */
async function makeStore({ home, gitDir, format, prefix, modes, links }: Layout): Promise<void> {
  requireOwnHome(home);
  await mkdir(home, { recursive: true });
  if (!existsSync(join(home, '.gitignore'))) await writeFile(join(home, '.gitignore'), '*\n');
  if (!isWhole(gitDir)) {
    await using _lock = await lockWhenFree(join(gitDir, 'making.lock'), 'making the store');
    // What git would take for its own and cannot read is written anew; objects are never touched.
    await Promise.all(['HEAD', 'config', COMMON].map((name) => rm(join(gitDir, name), { force: true })));
    await git(['init', '-q', '--bare', '--template=', `--object-format=${format}`, gitDir], { cwd: home });
    if (!modes) await git(['config', 'core.fileMode', 'false'], { gitDir });
    if (!links) await git(['config', 'core.symlinks', 'false'], { gitDir });
    await mkdir(join(gitDir, 'info'), { recursive: true });
    // The last thing that is written: what has it is whole.
    await writeFile(madeForFile(gitDir), JSON.stringify({ prefix, format } satisfies MadeFor));
  }
  await writeFile(join(gitDir, 'info', 'attributes'), RAW);
}

/** Whether git can take it for a repository, and finds nothing to do there that is not ours. */
function isWhole(gitDir: string): boolean {
  const isAs = (name: string, test: (text: string) => boolean): boolean =>
    existsSync(join(gitDir, name)) && test(readFileSync(join(gitDir, name), 'utf8'));
  const has = ['objects', 'refs', 'info'].every((name) => existsSync(join(gitDir, name))) && !existsSync(join(gitDir, COMMON));
  return has && existsSync(madeForFile(gitDir)) && isAs('HEAD', (text) => text.includes('ref: refs/')) && isAs('config', isOwnConfig);
}

/** Where it is, git reads the configuration of the repository that it names. */
const COMMON = 'commondir';

/** All that git writes of itself where it makes a repository. */
const OWN_LINE =
  /^(?:\[(?:core|extensions)\]|(?:repositoryformatversion|filemode|bare|symlinks|ignorecase|precomposeunicode|objectformat|refstorage) = \w+|)$/i;

/**
 * Invariant: what a store's configuration says beside that is not obeyed: it could name programs to run, and a store may have come along with a
 * folder.
 */
const isOwnConfig = (text: string): boolean =>
  text.includes('repositoryformatversion') && text.split('\n').every((line) => OWN_LINE.test(line.trim()));

async function overlay(gitDir: string, tree: TreeId, other: TreeId, paths: readonly string[]): Promise<TreeId> {
  const theirs = await listTree(gitDir, other);
  return editTree(gitDir, tree, new Map(paths.map((path) => [path, theirs.get(path)])));
}

/** `node`: the tree, where it is known. */
async function read(what: { gitDir: string; tree: TreeId; paths: readonly string[]; node?: TreeNode }): Promise<Map<string, Uint8Array>> {
  const { gitDir, tree, paths, node } = what;
  if (paths.length === 0) return new Map();
  const entries = node ? new Map(paths.map((path) => [path, fileAt(node, bytesOf(path))])) : await listTree(gitDir, tree, paths);
  const files = paths.flatMap((path) => {
    const entry = entries.get(path);
    return entry !== undefined && (isFile(entry) || isLink(entry)) ? [{ path, id: entry.id }] : [];
  });
  const blobs = await readBlobs(
    gitDir,
    files.map(({ id }) => id),
  );
  return new Map(files.map(({ path, id }) => [path, blobs.get(id) ?? new Uint8Array()]));
}

/** Deep: every tree and every file in it can be read. */
async function has(gitDir: string, tree: TreeId): Promise<boolean> {
  const whole = await git(['rev-list', '--objects', '--quiet', tree], { gitDir }).then(
    () => true,
    () => false, // What cannot be walked is not there.
  );
  if (!whole) return false;
  const type = await gitText(['cat-file', '-t', tree], { gitDir, okCodes: [0, 1, 128] });
  return type.trim() === 'tree';
}
