/** Whether it is the machine that failed: git and commands often cannot say why they could not write, so the disk itself is asked. */
import { join } from 'node:path';
import type { SessionId } from '../protocol/events.js';
import type { FailureError } from '../protocol/failure.js';
import { machineFault } from '../protocol/machine-fault.js';
import { probe } from './workspace/disk-failure.js';
import type { Store } from './workspace/store.js';

/** What a turn stops with after something in it has failed; undefined where that is an agent's, a model's or a check's own. */
export async function faultBehind({ home, gitDir }: Store, session: SessionId, error?: unknown): Promise<FailureError | undefined> {
  const folders = [home, gitDir, join(home, 'checks'), join(home, 'workspaces', session), join(home, 'sessions', session)];
  return machineFault(error) ?? machineFault(await probe(folders));
}
