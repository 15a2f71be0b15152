/** A file is made beside its place and renamed there; the rename waits a moment for whoever holds the file. */
import { randomBytes } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

interface Ports {
  platform: NodeJS.Platform;
  rename(from: string, to: string): Promise<void>;
}

const TRIES = 20;
const PAUSE_MS = 25;

/** On Windows nothing is renamed that somebody is just reading: a scanner, an index, an editor. Elsewhere there is nothing to wait for. */
export async function renameOver(
  from: string,
  to: string,
  { platform, rename: once }: Ports = { platform: process.platform, rename },
): Promise<void> {
  for (let tries = platform === 'win32' ? TRIES : 1; ; tries -= 1) {
    try {
      return await once(from, to);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (tries <= 1 || (code !== 'EPERM' && code !== 'EACCES' && code !== 'EBUSY')) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

/** What a file is made as until it is whole: git's and ripgrep's pattern for it. Who is killed leaves it, and nobody else is to see it. */
export const TEMPORARY = '.massgen-*.tmp';

/** A name of that kind in the folder of `file`. */
export const temporaryBeside = (file: string): string => join(dirname(file), TEMPORARY.replace('*', randomBytes(6).toString('hex')));
