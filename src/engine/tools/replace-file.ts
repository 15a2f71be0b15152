/** Puts content in a file's place in one step, so that nobody ever sees half of it. */
import type { Stats } from 'node:fs';
import { chmod, lstat, open, rm } from 'node:fs/promises';
import { renameOver, temporaryBeside } from '../process/rename-over.js';
import { codeOf } from './file-problem.js';
import { inParent } from './held.js';
import type { JailedPath } from './jail.js';

/**
 * Writes a new file beside it and renames that over it; its mode is kept. Missing parents are made.
 * Invariant: no existing file is opened for writing, so that neither a link swapped in nor another hard link of it is written through.
 */
export async function replaceFile(path: JailedPath, content: Uint8Array): Promise<void> {
  await inParent(path, true, async (file) => {
    const existing = await statOf(file);
    if (existing?.isDirectory() === true) throw Object.assign(new Error('is a folder'), { code: 'EISDIR' });
    const temporary = temporaryBeside(file);
    try {
      await writeNew(temporary, content);
      if (existing?.isFile() === true) await chmod(temporary, existing.mode & 0o7777);
      await renameOver(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  });
}

async function writeNew(file: string, content: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    await handle.writeFile(content);
  } finally {
    await handle.close();
  }
}

async function statOf(file: string): Promise<Stats | undefined> {
  try {
    return await lstat(file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
