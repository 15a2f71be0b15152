/** What is open while a session is written: its lock before anything of it is there. */
import type { Log } from './log.js';
import type { Lock } from './process/lock.js';

export interface Open {
  lock?: Lock;
  log?: Log;
}

/** Invariant: the lock is let go of, whatever the disk says of the log. */
export async function leaveOpen({ lock, log }: Open): Promise<void> {
  try {
    log?.close();
  } finally {
    await lock?.[Symbol.asyncDispose]();
  }
}
