/** Names of the store's trees, which keep them from being pruned. */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from './disk.js';
import { git } from './git.js';

/** As git does it, without a process: the new value is written into the lock, which then takes the name's place. */
export async function setRef(gitDir: string, ref: string, id: string): Promise<void> {
  const file = join(gitDir, ref);
  if (!existsSync(join(gitDir, 'reftable')) && (await written(file, id))) return;
  await git(['update-ref', ref, id], { gitDir });
}

/** False where it is locked, or something is in the way: then git says what. */
async function written(file: string, id: string): Promise<boolean> {
  const lock = `${file}.lock`;
  let locked = false;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(lock, `${id}\n`, { flag: 'wx' });
    locked = true;
    await rename(lock, file);
    return true;
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    if (locked) await rm(lock, { force: true });
    return false;
  }
}
