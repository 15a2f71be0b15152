/** Nothing is written under unsaved edits: a plan that holds once whoever has some was asked. */
import { join } from 'node:path';
import type { Host } from './host.js';
import type { ApplyPlan } from './workspace/apply.js';
import type { Store } from './workspace/store.js';

/** What is saved meanwhile changes the folder, so it is planned anew. Throws what the host refuses. */
export async function settledPlan(
  { settle }: Pick<Host, 'settle'>,
  { root }: Pick<Store, 'root'>,
  make: () => Promise<ApplyPlan>,
): Promise<ApplyPlan> {
  let plan = await make();
  while (plan.paths.length > 0 && (await settle?.(plan.paths.map((path) => join(root, path)))) === true) plan = await make();
  return plan;
}
