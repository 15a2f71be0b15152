/** A rename that waits a moment for whoever holds the file. */
import { rename } from 'node:fs/promises';
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
