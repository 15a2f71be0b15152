/** Names of the store's trees, which keep them from being pruned. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from './disk.js';
import { git } from './git.js';

/**
 * Without a process, and without git's lock, which would stay for ever where its maker dies: each of these names is given one
 * value only, so it does not matter who writes it last. What is being written has a name that git passes over.
 */
export async function setRef(gitDir: string, ref: string, id: string): Promise<void> {
  const file = join(gitDir, ref);
  if (!existsSync(join(gitDir, 'reftable')) && (await written(file, id))) return;
  await git(['update-ref', ref, id], { gitDir });
}

/** False where something is in the way: then git says what. */
async function written(file: string, id: string): Promise<boolean> {
  const fresh = `${file}.${randomBytes(4).toString('hex')}.lock`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(fresh, `${id}\n`, { flag: 'wx' });
    await rename(fresh, file);
    return true;
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    await rm(fresh, { force: true });
    return false;
  }
}
