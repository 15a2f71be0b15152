/** Single steps on the disk that leave a path whole at every moment, and never follow a link. */
import { chmod, copyFile, link, lstat, mkdir, readdir, readlink, rm, rmdir, symlink, unlink, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { renameOver, temporaryBeside } from '../process/rename-over.js';
import { codeOf, isMissing, lstatOrNothing } from './disk.js';

/** A link that is to stand at `place` in the end: Windows has links to folders and links to files, and takes one that leads nowhere yet for the latter. */
export async function makeLink(text: Uint8Array, path: string, place = path): Promise<void> {
  const leads = resolve(dirname(place), Buffer.from(text).toString('utf8'));
  const toFolder = process.platform === 'win32' && (await lstatOrNothing(leads))?.isDirectory();
  return symlink(Buffer.from(text), path, toFolder ? 'dir' : 'file');
}

/** Keeps the file itself under a second name; a copy where the file system cannot do that. The original stays in its place. */
export async function setAside(target: string, backup: string): Promise<void> {
  if ((await lstat(target)).isSymbolicLink()) return makeLink(await readlink(target, { encoding: 'buffer' }), backup, target);
  try {
    await link(target, backup);
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS'].includes(codeOf(error) ?? '')) throw error;
    await copy(target, backup);
  }
}

/** Renames; across file systems, copies beside the target first, so that what is seen there is whole at every moment. */
export async function put(source: string, target: string): Promise<void> {
  try {
    await renameOver(source, target);
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    const beside = temporaryBeside(target);
    try {
      await copy(source, beside);
      await renameOver(beside, target);
    } finally {
      await rm(beside, { force: true });
    }
    await unlink(source);
  }
}

async function copy(source: string, target: string): Promise<void> {
  const stat = await lstat(source);
  if (stat.isSymbolicLink()) return makeLink(await readlink(source, { encoding: 'buffer' }), target);
  await copyFile(source, target);
  await chmod(target, stat.mode & 0o7777);
  await utimes(target, stat.atime, stat.mtime);
}

/** Makes a folder again, with the permissions that it had. */
export async function remake(absolute: string, mode: number): Promise<void> {
  await mkdir(absolute, { recursive: true });
  await chmod(absolute, mode & 0o7777);
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

/** Removes a folder that holds nothing but such folders; a file that turns up in it makes this fail. */
export async function removeHollow(absolute: string): Promise<void> {
  for (const child of await readdir(absolute)) await removeHollow(join(absolute, child));
  await rmdir(absolute);
}
