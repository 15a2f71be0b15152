/** Nothing is written under unsaved edits: a plan that holds once whoever has some was asked. */
import { join } from 'node:path';
import { FailureError } from '../protocol/failure.js';
import type { Host } from './host.js';
import type { ApplyPlan } from './workspace/apply.js';
import type { Store } from './workspace/store.js';

type Asked = Pick<Host, 'settle'>;

/** What is saved meanwhile changes the folder, so it is planned anew. Throws what the host refuses. */
export async function settledPlan({ settle }: Asked, { root }: Pick<Store, 'root'>, make: () => Promise<ApplyPlan>): Promise<ApplyPlan> {
  let plan = await make();
  while (plan.paths.length > 0 && (await settle?.(plan.paths.map((path) => join(root, path)))) === true) plan = await make();
  return plan;
}

/** How often it is planned anew because something else wrote meanwhile: an editor that saves by itself does so once. */
const TRIES = 3;

/** Plans and writes what no fact announces. With conflicts nothing is written. */
export async function settledWrite(
  host: Asked,
  store: Pick<Store, 'root'>,
  make: () => Promise<ApplyPlan>,
  write: (plan: ApplyPlan) => Promise<void>,
): Promise<ApplyPlan> {
  for (let tries = 1; ; tries++) {
    const plan = await settledPlan(host, store, make);
    if (plan.conflicts.length > 0) return plan;
    try {
      await write(plan);
      return plan;
    } catch (error) {
      if (!(error instanceof FailureError) || !error.failure.retryable || tries === TRIES) throw error;
    }
  }
}
