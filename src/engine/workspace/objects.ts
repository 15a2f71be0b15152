/** Writes small objects into the store without a process: the blobs and trees of a few changed files. */
import { createHash, randomBytes } from 'node:crypto';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { isMissing } from './disk.js';

const compress = promisify(deflate);

export type Format = 'sha1' | 'sha256';

/** Puts an object into the store as git does it: whole, by one rename, never changed again. Gives its id. */
export async function writeObject(gitDir: string, format: Format, type: 'blob' | 'tree', bytes: Uint8Array): Promise<string> {
  const head = Buffer.from(`${type} ${bytes.length}\0`, 'latin1');
  const id = createHash(format).update(head).update(bytes).digest('hex');
  const folder = join(gitDir, 'objects', id.slice(0, 2));
  const file = join(folder, id.slice(2));
  if (await isThere(file)) return id;
  const packed = await compress(Buffer.concat([head, bytes]), { level: 1 });
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `tmp_obj_${randomBytes(8).toString('hex')}`);
  try {
    await writeFile(temporary, packed, { flag: 'wx', mode: 0o444 });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    // On Windows a file that is being read cannot be replaced: then it is there, with the same content.
    if (!(await isThere(file))) throw error;
  }
  return id;
}

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
