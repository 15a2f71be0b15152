/** Reads one file of a folder into the store, as a tree holds it. */
import { constants, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { access, lstat, readFile } from 'node:fs/promises';
import { codeOf, isMissing } from './disk.js';
import { writeObject } from './objects.js';
import { inFolder, type PathBytes } from './path-bytes.js';
import type { Entry } from './raw.js';
import type { Followed } from './scan.js';
import { writeBlob } from './trees.js';

/** Bytes that are read, packed and written at once. */
export const SMALL = 2 ** 20;

export interface Read {
  entry: Entry;
  size: number;
}

/**
 * Undefined where nothing is there that a tree could hold. `old`: what the tree has there.
 * Links are not followed at the end; git names no path behind a link.
 */
export async function entryOnDisk(
  at: Followed,
  path: PathBytes,
  old: Entry | undefined,
  most: number,
): Promise<Read | 'too-large' | 'unreadable' | 'folder' | undefined> {
  const file = inFolder(at.workTree, path);
  try {
    const stat = lstatSync(file);
    if (stat.isDirectory()) return 'folder';
    if (stat.isSymbolicLink()) return stored(at, '120000', readlinkSync(file, { encoding: 'buffer' }));
    if (!stat.isFile()) return undefined;
    if (stat.size > most) return 'too-large';
    const mode = modeOf(at, stat.mode, old);
    // What is large is waited for; for the rest that takes longer than reading it does.
    if (stat.size > SMALL) return { entry: { mode, id: await writeBlob(at.gitDir, await readFile(file)) }, size: stat.size };
    return stored(at, mode, readFileSync(file));
  } catch (error) {
    if (isMissing(error)) return undefined;
    // It became a link or another kind meanwhile.
    if (codeOf(error) === 'EINVAL' || codeOf(error) === 'EISDIR') return undefined;
    if (codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM') return 'unreadable';
    throw error;
  }
}

function stored({ gitDir, format }: Followed, mode: string, bytes: Uint8Array): Read {
  return { entry: { mode, id: writeObject(gitDir, format, 'blob', bytes) }, size: bytes.length };
}

/** Where executable bits or links mean nothing, what the tree says of a file stays. */
function modeOf({ modes, links }: Followed, mode: number, old: Entry | undefined): string {
  if (!links && old?.mode === '120000') return old.mode;
  if (!modes) return old?.mode ?? '100644';
  return (mode & 0o100) !== 0 ? '100755' : '100644';
}

/** What hinders git from reading a path, if anything does. */
export async function kindOf(root: string, path: PathBytes): Promise<'readable' | 'unreadable' | 'special' | 'missing'> {
  const file = inFolder(root, path);
  try {
    const stat = await lstat(file);
    if (stat.isSymbolicLink()) return 'readable';
    if (!stat.isFile()) return 'special';
    await access(file, constants.R_OK);
    return 'readable';
  } catch (error) {
    if (isMissing(error)) return 'missing';
    if (codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM') return 'unreadable';
    throw error;
  }
}
