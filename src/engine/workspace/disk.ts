/** What is at a path of a folder, in the terms of a git tree. */
import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { gitText } from './git.js';
import { type Entry, isLink } from './raw.js';
import { foldersOf } from './trees.js';

/** A file or link as a tree would hold it; a folder, a socket or the like; or nothing. */
export type OnDisk = Entry | 'folder' | 'special' | undefined;

/** What is at `root`/`path`, no link followed at its end. `like`: any id of the store, for its length. */
export const onDisk = (root: string, path: string, like: string): Promise<OnDisk> => entryAt(join(root, path), like);

/** Invariant: what becomes a link, a pipe or the like while it is looked at is neither followed nor waited for. */
export async function entryAt(absolute: string, like: string): Promise<OnDisk> {
  try {
    const seen = await lstat(absolute);
    if (seen.isSymbolicLink()) return { mode: '120000', id: blobId(await readlink(absolute, { encoding: 'buffer' }), like) };
    if (seen.isDirectory()) return 'folder';
    if (!seen.isFile()) return 'special';
    await using file = await openFile(absolute);
    const { mode } = await file.stat();
    return { mode: (mode & 0o100) !== 0 ? '100755' : '100644', id: blobId(await file.readFile(), like) };
  } catch (error) {
    // It may also have gone since it was seen; some file systems remember what was removed under another spelling for a second.
    if (isMissing(error)) return undefined;
    if (['ELOOP', 'EINVAL', 'ENXIO', 'EISDIR', NO_FILE].includes(codeOf(error) ?? '')) return 'special';
    throw error;
  }
}

/** Not of the system: what it calls a file may be a pipe. */
export const NO_FILE = 'ENOTFILE';

/** For reading. Throws where it is no file by now. */
export async function openFile(absolute: string): Promise<FileHandle> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const file = await open(absolute, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  const stat = await file.stat();
  if (stat.isFile()) return file;
  await file.close();
  throw Object.assign(new Error(`${absolute} is no file`), { code: NO_FILE, path: absolute });
}

export async function lstatOrNothing(absolute: string | Buffer): Promise<Stats | undefined> {
  try {
    return await lstat(absolute);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Nothing there, or something on the way is no folder: both mean that the path does not exist. */
export function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Its permissions keep us out. */
export const isClosed = (error: unknown): boolean => ['EACCES', 'EPERM'].includes(codeOf(error) ?? '');

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The id that git gives these bytes, in the object format of `like`. */
function blobId(bytes: Uint8Array, like: string): string {
  const hash = createHash(like.length === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** The innermost folder on the way to `path` that is not a folder, and what it is instead. */
export async function brokenFolder(root: string, path: string): Promise<{ path: string; is: 'link' | 'file' } | undefined> {
  for (const folder of foldersOf(path)) {
    const stat = await lstatOrNothing(join(root, folder));
    if (!stat) return undefined;
    if (stat.isSymbolicLink()) return { path: folder, is: 'link' };
    if (!stat.isDirectory()) return { path: folder, is: 'file' };
  }
  return undefined;
}

/** A file somewhere in a folder that is not among `gone`, as a path of `root`; undefined where there is none. */
export async function fileBelow(root: string, folder: string, gone: ReadonlySet<string>): Promise<string | undefined> {
  for (const child of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${child.name}`;
    const found = child.isDirectory() ? await fileBelow(root, path, gone) : gone.has(path) ? undefined : path;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What means something where the store is: on Windows and some mounts, executable bits and links do not. */
export interface Kept {
  modes: boolean;
  links: boolean;
}

export async function keptAt(gitDir: string): Promise<Kept> {
  const asked = ['config', '--type=bool', '--get-regexp', '^core\\.(filemode|symlinks)$'];
  const rows = await gitText(asked, { gitDir, okCodes: [0, 1] });
  return { modes: process.platform !== 'win32' && !rows.includes('core.filemode false'), links: !rows.includes('core.symlinks false') };
}

/** Whether the disk holds what the tree says; modes and links only where they mean something. */
export function isAsIn(entry: Entry | undefined, disk: OnDisk, { modes, links }: Kept): boolean {
  if (entry === undefined || disk === undefined) return entry === disk;
  if (disk === 'folder') return entry.mode === '160000';
  if (disk === 'special') return false;
  if (!links && isLink(entry)) return disk.id === entry.id;
  const kind = (mode: string) => (modes || mode === '120000' ? mode : 'file');
  return disk.id === entry.id && kind(disk.mode) === kind(entry.mode);
}
