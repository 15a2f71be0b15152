/** Stores and folders to test applying with. */
import { chmod, lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openStore } from '../../../src/engine/workspace/open-store.js';
import type { Store } from '../../../src/engine/workspace/store.js';
import { type Files, scratchFolder } from './scratch.js';

/** The store of a new folder, or of the one given; `prefix`: the open folder inside of it; `home`: where its `.massgen` really is. */
export async function scratchStore(options: { root?: string; prefix?: string; home?: string } = {}): Promise<Store> {
  const folder = join(options.root ?? (await scratchFolder()), options.prefix ?? '');
  await mkdir(folder, { recursive: true });
  if (options.home !== undefined) await symlink(options.home, join(folder, '.massgen'));
  return openStore(folder);
}

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
