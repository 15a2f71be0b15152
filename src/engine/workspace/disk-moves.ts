/** Single steps on the disk that leave a path whole at every moment, and never follow a link at its end. */
import { chmod, link, lstat, readlink, rm, rmdir, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { renameOver } from '../process/rename-over.js';
import { codeOf, isMissing, lstatOrNothing, openFile } from './disk.js';

/** A link that is to stand at `place` in the end: Windows has links to folders and links to files, and takes one that leads nowhere yet for the latter. */
export async function makeLink(text: Uint8Array, path: string, place = path): Promise<void> {
  const leads = resolve(dirname(place), Buffer.from(text).toString('utf8'));
  const toFolder = process.platform === 'win32' && (await lstatOrNothing(leads))?.isDirectory();
  return symlink(Buffer.from(text), path, toFolder ? 'dir' : 'file');
}

const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS'];

/** Keeps the file itself under a second name; a copy where the file system cannot do that. The original stays in its place. */
export async function setAside(target: string, backup: string): Promise<void> {
  if ((await lstat(target)).isSymbolicLink()) return makeLink(await readlink(target, { encoding: 'buffer' }), backup, target);
  try {
    await link(target, backup);
  } catch (error) {
    if (!['EXDEV', ...NO_LINKS].includes(codeOf(error) ?? '')) throw error;
    await copy(target, backup);
  }
}

/** Where a file is made beside its place, when it comes from another file system. */
export type Beside = (target: string) => Promise<string>;

type Move = (source: string, target: string) => Promise<void>;

/** Across file systems it copies beside the target first, so that what is seen there is whole at every moment. */
const orByCopy =
  (move: Move) =>
  async (source: string, target: string, beside: Beside): Promise<void> => {
    try {
      await move(source, target);
    } catch (error) {
      if (codeOf(error) !== 'EXDEV') throw error;
      await byCopy(source, target, beside, move);
    }
  };

/** Renames over what is there. */
export const put = orByCopy(renameOver);

/** The same where nothing is: throws EEXIST where something is by then, as far as the file system can tell in one step. */
export const putNew = orByCopy(appear);

async function appear(source: string, target: string): Promise<void> {
  if ((await lstat(source)).isSymbolicLink()) await makeLink(await readlink(source, { encoding: 'buffer' }), target);
  else {
    try {
      await link(source, target);
    } catch (error) {
      if (!NO_LINKS.includes(codeOf(error) ?? '')) throw error;
      return renameOver(source, target);
    }
  }
  await unlink(source);
}

async function byCopy(source: string, target: string, beside: Beside, move: Move): Promise<void> {
  const made = await beside(target);
  try {
    await copy(source, made);
    await move(made, target);
  } finally {
    await rm(made, { force: true });
  }
  await unlink(source);
}

/** Takes what is there, whatever it is, to `backup`. */
export async function takeAway(target: string, backup: string): Promise<void> {
  try {
    await renameOver(target, backup);
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    await copy(target, backup);
    await unlink(target);
  }
}

/** Of files and links; anything else is refused, as a pipe would have to be waited for. */
async function copy(source: string, target: string): Promise<void> {
  if ((await lstat(source)).isSymbolicLink()) return makeLink(await readlink(source, { encoding: 'buffer' }), target);
  await using file = await openFile(source);
  const stat = await file.stat();
  await writeFile(target, file.createReadStream({ autoClose: false }), { flag: 'wx' });
  await chmod(target, stat.mode & 0o7777);
  await utimes(target, stat.atime, stat.mtime);
}

/** A folder that holds something, or may not be removed, stays: it does no harm. */
export async function removedIfEmpty(absolute: string): Promise<boolean> {
  try {
    await rmdir(absolute);
    return true;
  } catch (error) {
    if (isMissing(error) || ['ENOTEMPTY', 'EEXIST', 'EACCES', 'EPERM', 'EBUSY'].includes(codeOf(error) ?? '')) return false;
    throw error;
  }
}
