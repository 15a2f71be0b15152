/** Errors of the file system as a person reads them. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, open, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail } from '../../protocol/failure.js';
import { codeOf, isMissing, lstatOrNothing } from './disk.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'it may not be written',
  EPERM: 'it may not be written',
  EROFS: 'the file system is read-only',
  EBUSY: 'something else uses it',
  ENAMETOOLONG: 'its name is too long here',
};

export const reasonOf = (code: string): string => REASONS[code] ?? code;

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'Make room, or make .massgen a link to a folder on another disk.',
  EDQUOT: 'Make room, or make .massgen a link to a folder on another disk.',
  EACCES: 'Its owner can let you write there (chmod u+w); or work in a copy of the folder.',
  EPERM: 'Its owner can let you write there (chmod u+w); or work in a copy of the folder.',
  EROFS: 'Work in a copy of the folder on a disk that can be written.',
};

/** What went wrong where our own folder `home` is written; anything else as it is. */
export async function homeFailure(home: string, error: unknown): Promise<unknown> {
  const code = (await isFull(home)) ? 'ENOSPC' : await codeFor(home, error);
  if (code === 'EEXIST' || code === 'ENOENT' || code === 'ENOTDIR')
    return fail('workspace', `${home} is no folder, and sessions are kept there.`, {
      hint: 'Move away what has that name (a file, or a link that leads nowhere).',
      cause: error,
    });
  const reason = code === undefined ? undefined : REASONS[code];
  if (code === undefined || reason === undefined) return error;
  const hint = HINTS[code];
  return fail('workspace', `${home} cannot be used: ${reason}.`, { ...(hint !== undefined && { hint }), cause: error });
}

/** Node says of a folder that could not be made for other reasons that it is not there. */
async function codeFor(home: string, error: unknown): Promise<string | undefined> {
  if (!isMissing(error) || (await lstatOrNothing(home))) return codeOf(error);
  return access(dirname(home), constants.W_OK).then(
    () => codeOf(error),
    (why: unknown) => codeOf(why),
  );
}

/** Where there is no room, that is what went wrong: git only says that it could not write. */
export const unlessFull = async (home: string, error: unknown): Promise<unknown> =>
  (await isFull(home)) ? homeFailure(home, error) : error;

/** Of this size may be what could not be written. */
const LITTLE = 64 * 1024;

async function isFull(folder: string): Promise<boolean> {
  try {
    const { bavail, bsize, blocks } = await statfs(folder);
    return blocks > 0 && bavail * bsize < LITTLE;
  } catch {
    // It is not there, or does not tell: then that is not the reason.
    return false;
  }
}

/**
 * Tries to write where we write: git and commands often say only that they could not, and this says why. Gives the system's error;
 * undefined where all of these folders that are there can be written.
 */
export async function probe(folders: readonly string[]): Promise<unknown> {
  const errors = await Promise.all(folders.map((folder) => written(folder)));
  return errors.find((error) => error !== undefined);
}

async function written(folder: string): Promise<unknown> {
  const path = join(folder, `.probe-${randomBytes(4).toString('hex')}`);
  try {
    await using file = await open(path, 'wx');
    // Without a name already: a process that dies now leaves nothing.
    await rm(path);
    await file.write(Buffer.alloc(LITTLE));
    return undefined;
  } catch (error) {
    return isMissing(error) ? undefined : Object.assign(new Error(`${(error as Error).message} (in ${folder})`), { code: codeOf(error) });
  }
}
