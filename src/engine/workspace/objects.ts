/** Writes small objects into the store without a process: the blobs and trees of a few changed files. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { isMissing } from './disk.js';

export type Format = 'sha1' | 'sha256';

/**
 * Puts an object into the store as git does it: whole, by one rename, never changed again. Gives its id.
 * It does so at once: for a few small objects, waiting for each step takes several times as long as the steps.
 */
export function writeObject(gitDir: string, format: Format, type: 'blob' | 'tree', bytes: Uint8Array): string {
  const head = Buffer.from(`${type} ${bytes.length}\0`, 'latin1');
  const id = createHash(format).update(head).update(bytes).digest('hex');
  const folder = join(gitDir, 'objects', id.slice(0, 2));
  const file = join(folder, id.slice(2));
  if (existsSync(file)) return id;
  const packed = deflateSync(Buffer.concat([head, bytes]), { level: 1 });
  const temporary = join(folder, `tmp_obj_${randomBytes(8).toString('hex')}`);
  try {
    writeInto(folder, temporary, packed);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    // On Windows a file that is being read cannot be replaced: then it is there, with the same content.
    if (!existsSync(file)) throw error;
  }
  return id;
}

function writeInto(folder: string, file: string, bytes: Uint8Array): void {
  const write = () => writeFileSync(file, bytes, { flag: 'wx', mode: 0o444 });
  try {
    write();
  } catch (error) {
    if (!isMissing(error)) throw error;
    mkdirSync(folder, { recursive: true });
    write();
  }
}
