/** Removes a folder of ours with all in it: read-only folders (Go's module cache, test fixtures) and what lies too deep for a path included. */
import { randomBytes } from 'node:crypto';
import { chmod, lstat, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

export async function removeTree(folder: string): Promise<void> {
  const attempt = () => rm(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
  try {
    await attempt();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!['EACCES', 'EPERM', 'ENOTEMPTY', 'ENAMETOOLONG'].includes(code)) throw error;
    await makeWritable(folder);
    while (await raise(folder)) await makeWritable(folder);
    await attempt();
  }
}

/** Systems take paths of 4096 bytes at least; on Windows Node asks for the long ones. */
const DEEP = 2000;

async function makeWritable(folder: string): Promise<void> {
  // Never through a link: what it leads to is not ours.
  if (!(await lstat(folder)).isDirectory()) return;
  await chmod(folder, 0o700);
  if (isDeep(folder)) return;
  // On Windows a file that is read-only, as git's objects are, cannot be removed either.
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name));
    else if (entry.isFile() && process.platform === 'win32') await chmod(join(folder, entry.name), 0o600);
  }
}

/** Moves folders that lie deep to the top; tells whether there were any, for in them may be more. */
async function raise(folder: string, at = folder): Promise<boolean> {
  let found = false;
  for (const entry of await readdir(at, { withFileTypes: true })) {
    const path = join(at, entry.name);
    if (!entry.isDirectory()) continue;
    if (!isDeep(path)) found = (await raise(folder, path)) || found;
    else {
      await rename(path, join(folder, randomBytes(8).toString('hex')));
      found = true;
    }
  }
  return found;
}

const isDeep = (path: string): boolean => Buffer.byteLength(path) > DEEP;
