/** One at a time in the store: several windows and processes may have it open. */
import { setTimeout as sleep } from 'node:timers/promises';
import { FailureError } from '../../protocol/failure.js';
import { acquireLock, type Lock } from '../process/lock.js';

const PATIENCE_MS = 120_000;
const PAUSE_MS = 20;

/** Waits until whoever holds the lock at `path` lets go of it; fails as `locked` after two minutes. */
export async function lockWhenFree(path: string, purpose: string, signal?: AbortSignal): Promise<Lock> {
  for (const since = performance.now(); ; ) {
    signal?.throwIfAborted();
    try {
      return await acquireLock(path, purpose);
    } catch (error) {
      if (!(error instanceof FailureError) || error.failure.code !== 'locked' || performance.now() - since > PATIENCE_MS) throw error;
    }
    await sleep(PAUSE_MS, undefined, signal ? { signal } : {});
  }
}
