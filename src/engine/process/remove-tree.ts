/** Removes a folder of ours with all in it: read-only folders (Go's module cache, test fixtures) and what lies too deep for a path included. */
import { randomBytes } from 'node:crypto';
import { chmod, lstat, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** Where the folder's own path leaves no room for two names after it, it throws `ENAMETOOLONG`. */
export async function removeTree(given: string): Promise<void> {
  const folder = resolve(given);
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
const LONGEST = 4096;

/** Half of what is left of a path. Invariant: what lies in the folder itself never counts, as it cannot be moved further up. */
const isDeep = (path: string, top: string): boolean =>
  dirname(path) !== top && Buffer.byteLength(path) > (LONGEST + Buffer.byteLength(top)) / 2;

async function makeWritable(folder: string, top = folder): Promise<void> {
  // Never through a link: what it leads to is not ours.
  if (!(await lstat(folder)).isDirectory()) return;
  await chmod(folder, 0o700);
  if (folder !== top && isDeep(folder, top)) return;
  // On Windows a file that is read-only, as git's objects are, cannot be removed either.
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name), top);
    else if (entry.isFile() && process.platform === 'win32') await chmod(join(folder, entry.name), 0o600);
  }
}

/** Moves folders that lie deep to the top; tells whether there were any, for in them may be more. */
async function raise(top: string, at = top): Promise<boolean> {
  let found = false;
  for (const entry of await readdir(at, { withFileTypes: true })) {
    const path = join(at, entry.name);
    if (!entry.isDirectory()) continue;
    if (!isDeep(path, top)) found = (await raise(top, path)) || found;
    else {
      await rename(path, join(top, randomBytes(8).toString('hex')));
      found = true;
    }
  }
  return found;
}
