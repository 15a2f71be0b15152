/** The least of a store that applying needs: captures a folder with real git. */
import { chmod, lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { git, gitText } from '../../../src/engine/workspace/git.js';
import type { Store } from '../../../src/engine/workspace/store.js';
import { type Files, scratchFolder } from './scratch.js';

const notHere = () => Promise.reject(new Error('not in this store'));

/** A store of a new folder, or of the one given; `prefix`: the open folder inside of it. */
export async function fakeStore(options: { root?: string; prefix?: string; home?: string } = {}): Promise<Store> {
  const root = options.root ?? (await scratchFolder());
  const prefix = options.prefix ?? '';
  const folder = join(root, prefix);
  const home = options.home ?? join(folder, '.massgen');
  const gitDir = join(home, 'store.git');
  await mkdir(home, { recursive: true });
  await writeFile(join(home, '.gitignore'), '*\n');
  await git(['init', '-q', '--bare', gitDir], {});
  await writeFile(join(gitDir, 'info/attributes'), '* -text -filter -ident -working-tree-encoding\n');
  const index = join(gitDir, 'capture.index');
  const kept: string[] = [];
  return {
    folder,
    root,
    prefix,
    home,
    gitDir,
    capture: async () => {
      const at = { gitDir, workTree: root, indexFile: index, cwd: root };
      await git(['-c', 'core.bare=false', 'add', '-A', '.'], at);
      return { tree: (await gitText(['write-tree'], at)).trim(), summary: { changed: 0, untracked: 0, refused: [] } };
    },
    keep: async (name, tree) => {
      kept.push(name);
      await git(['update-ref', `refs/massgen/${name}`, (await gitText(['commit-tree', '-m', name, tree], { gitDir, env: WHO })).trim()], {
        gitDir,
      });
    },
    fork: notHere,
    checkout: notHere,
    overlay: notHere,
    cleanUp: notHere,
    changes: notHere,
    diff: notHere,
    patch: notHere,
    similarity: notHere,
    read: notHere,
    putBlob: notHere,
    getBlob: notHere,
    has: notHere,
    size: notHere,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

const WHO = { GIT_AUTHOR_NAME: 't', GIT_AUTHOR_EMAIL: 't@t', GIT_COMMITTER_NAME: 't', GIT_COMMITTER_EMAIL: 't@t' };

/** Writes files into a folder. */
export async function put(root: string, files: Files): Promise<void> {
  for (const [path, spec] of Object.entries(files)) {
    const { content, mode } = typeof spec === 'string' || spec instanceof Uint8Array ? { content: spec, mode: 'file' as const } : spec;
    const target = join(root, path);
    await mkdir(dirname(target), { recursive: true });
    if (mode === 'link') await symlink(Buffer.from(content as Uint8Array), target);
    else await writeFile(target, content);
    if (mode === 'executable') await chmod(target, 0o755);
  }
}

/** Everything that a folder holds but our own `.massgen` and `.git`: contents (latin1), permissions, links, empty folders. */
export async function snapshotOf(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const walk = async (folder: string) => {
    for (const name of (await readdir(join(root, folder))).sort()) {
      if (name === '.massgen' || name === '.git') continue;
      const path = folder === '' ? name : `${folder}/${name}`;
      const stat = await lstat(join(root, path));
      if (stat.isSymbolicLink()) found[path] = `-> ${await readlink(join(root, path))}`;
      else if (stat.isDirectory()) {
        found[`${path}/`] = (stat.mode & 0o777).toString(8);
        await walk(path);
      } else found[path] = `${(stat.mode & 0o777).toString(8)} ${(await readFile(join(root, path))).toString('latin1')}`;
    }
  };
  await walk('');
  return found;
}
