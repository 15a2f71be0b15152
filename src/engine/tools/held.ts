/** Opens what the jail allowed, in a way that a link swapped in meanwhile cannot redirect. */
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf } from './file-problem.js';
import type { JailedPath } from './jail.js';

// Absent on Windows, where making a link takes a right that agents' processes do not have.
const noFollow = constants.O_NOFOLLOW ?? 0;
// A pipe without a writer would otherwise keep the open waiting for ever.
const noWait = constants.O_NONBLOCK ?? 0;
const directory = constants.O_DIRECTORY ?? 0;

/** The place is not what the jail looked at any more. Thrown as a file system error, so that it reads as one. */
function swapped(path: string): Error {
  return Object.assign(new Error(`a link was put in the way of ${path}`), { code: 'ELOOP' });
}

/** Opens an existing file or folder for reading. Invariant: the handle is of the very path that the jail resolved. */
export async function openHeld(path: JailedPath): Promise<FileHandle> {
  const handle = await open(path.absolute, constants.O_RDONLY | noFollow | noWait);
  try {
    await requireSame(handle, path.absolute);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Runs `act` with a name for the parent folder that stays the same folder whatever is swapped meanwhile: on Linux the open handle's own name,
 * elsewhere its real path, checked before. Missing parents are made where `create` is set.
 */
export async function inParent<T>(path: JailedPath, create: boolean, act: (file: string) => Promise<T>): Promise<T> {
  const parent = dirname(path.absolute);
  const held = await holdFolder(parent, create);
  try {
    return await act(join(held.name, basename(path.absolute)));
  } finally {
    await held.release();
  }
}

/** Runs `act` with a name for an existing folder that stays the same folder whatever is swapped meanwhile. */
export async function inFolder<T>(path: JailedPath, act: (folder: string) => Promise<T>): Promise<T> {
  const held = await holdExisting(path.absolute, path.absolute);
  try {
    return await act(held.name);
  } finally {
    await held.release();
  }
}

interface HeldFolder {
  name: string;
  release(): Promise<void>;
}

async function holdFolder(folder: string, create: boolean): Promise<HeldFolder> {
  try {
    return await holdExisting(folder, folder);
  } catch (error) {
    if (!create || codeOf(error) !== 'ENOENT' || folder === dirname(folder)) throw error;
  }
  const parent = await holdFolder(dirname(folder), true);
  try {
    const name = join(parent.name, basename(folder));
    await makeFolder(name);
    return await holdExisting(name, folder);
  } finally {
    await parent.release();
  }
}

async function makeFolder(name: string): Promise<void> {
  try {
    await mkdir(name);
  } catch (error) {
    // Another call made it at the same moment; whether it is a folder is seen when it is opened.
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

async function holdExisting(name: string, expected: string): Promise<HeldFolder> {
  if (process.platform !== 'linux') {
    if ((await realpath(expected)) !== expected) throw swapped(expected);
    return { name: expected, release: async () => undefined };
  }
  const handle = await open(name, constants.O_RDONLY | directory | noFollow);
  try {
    await requireSame(handle, expected);
    return { name: `/proc/self/fd/${handle.fd}`, release: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function requireSame(handle: FileHandle, expected: string): Promise<void> {
  if (process.platform === 'linux') {
    if ((await readlink(`/proc/self/fd/${handle.fd}`)) !== expected) throw swapped(expected);
    return;
  }
  const [opened, there, real] = await Promise.all([handle.stat({ bigint: true }), lstat(expected, { bigint: true }), realpath(expected)]);
  if (real !== expected || !isSameFile(opened, there)) throw swapped(expected);
}

const isSameFile = (a: BigIntStats, b: BigIntStats): boolean => a.ino === b.ino && a.dev === b.dev;
