/** Writes small objects into the store without a process: blobs, trees and commits of some changed files. */
import { hash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';

export type Format = 'sha1' | 'sha256';

type Type = 'blob' | 'tree' | 'commit';

/** What no other process, or thread of this one, names its temporary files by; drawing it anew for each takes longer than writing one. */
const unique = randomBytes(8).toString('hex');
let count = 0;

const wholeOf = (type: Type, bytes: Uint8Array): Buffer => Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`, 'latin1'), bytes]);

/** The id that an object has, or would have. */
export const idOf = (format: Format, type: Type, bytes: Uint8Array): string => hash(format, wholeOf(type, bytes), 'hex');

/**
 * Puts an object into the store as git does it: whole, by one rename, never changed again. Gives its id.
 * It does so at once: for a few small objects, waiting for each step takes several times as long as the steps.
 */
export function writeObject(gitDir: string, format: Format, type: Type, bytes: Uint8Array): string {
  const whole = wholeOf(type, bytes);
  const id = hash(format, whole, 'hex');
  const folder = join(gitDir, 'objects', id.slice(0, 2));
  const file = join(folder, id.slice(2));
  if (existsSync(file)) return id;
  const packed = stored(whole);
  const temporary = join(folder, `tmp_obj_${unique}-${++count}`);
  try {
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
    writeFileSync(temporary, packed, { flag: 'wx', mode: 0o444 });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    // On Windows a file that is being read cannot be replaced: then it is there, with the same content.
    if (!existsSync(file)) throw error;
  }
  return id;
}

/** As zlib has it, in blocks that are not compressed: to compress takes far longer than to write (`core.looseCompression` is 0 too). */
const stored = (bytes: Uint8Array): Uint8Array => deflateSync(bytes, { level: 0, memLevel: 1, windowBits: 9 });
