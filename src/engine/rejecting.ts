/** What a person keeps of an apply, and what goes again: hunk by hunk, while the apply stands. */
import type { ApplyId, Selection } from '../protocol/events.js';
import { fail } from '../protocol/failure.js';
import { type ApplyState, joined, type SessionState } from '../protocol/state.js';
import type { ApplyOutcome } from './applying.js';
import type { Host } from './host.js';
import { type Pending, type PendingFile, type PendingHunk, selectionOf } from './pending.js';
import type { Recorder } from './recorder.js';
import { settledWrite } from './settled.js';
import { planChange, restoredBy, writeChanges } from './workspace/apply.js';
import { changes } from './workspace/changes.js';
import { choicesOf, type FileChoice, restOf } from './workspace/choice.js';
import { patchHunks } from './workspace/file-hunks.js';
import { patchOf } from './workspace/patch.js';
import { treeWithout } from './workspace/selection.js';
import type { Store } from './workspace/store.js';

/** Throws `not-found` where it does not stand. */
function standing(state: SessionState, id: ApplyId | undefined): ApplyState {
  const apply = state.applies.findLast((one) => one.status === 'applied' && (id === undefined || one.id === id));
  if (apply !== undefined) return apply;
  throw fail(
    'not-found',
    id === undefined ? 'Nothing of this session is applied to the folder.' : `The apply ${id} does not stand any more.`,
  );
}

/** What is neither accepted nor rejected of an apply that stands; of the last one where none is named. */
export async function pendingOf({ gitDir }: Pick<Store, 'gitDir'>, state: SessionState, id?: ApplyId): Promise<Pending> {
  const { id: apply, before, after, accepted, rejected } = standing(state, id);
  const done = joined(accepted, rejected);
  if (done === 'all') return { apply, files: [], after, settled: after };
  const choices = choicesOf(done);
  const [list, patch] = await Promise.all([changes(gitDir, before, after), patchOf(gitDir, before, after)]);
  const changed = new Map(patch.files.map((file) => [file.path, file]));
  const files = list.flatMap((file): PendingFile[] => {
    const change = changed.get(file.path);
    const choice = choices.get(file.path);
    if (change === undefined || choice === 'all') return [];
    const hunks = patchHunks(patch, change);
    if (choice === undefined) return [{ ...file, hunks, whole: true }];
    const rest = restOf(choice, change.hunks);
    return rest === undefined ? [] : [{ ...file, hunks: leftOf(hunks, rest), whole: false }];
  });
  const taken = files.flatMap((file) => selectionOf(file));
  const settled = taken.length === 0 ? after : await treeWithout(gitDir, before, after, joined(rejected, taken));
  return { apply, files, after, settled };
}

/** The same of every apply of the session that stands and has something pending, the first one first. */
export async function allPending(store: Pick<Store, 'gitDir'>, state: SessionState): Promise<Pending[]> {
  const open = state.applies.filter(({ status, accepted, rejected }) => status === 'applied' && joined(accepted, rejected) !== 'all');
  const all = await Promise.all(open.map(({ id }) => pendingOf(store, state, id)));
  return all.filter(({ files }) => files.length > 0);
}

function leftOf(hunks: readonly PendingHunk[], rest: FileChoice): PendingHunk[] {
  if (rest === 'all') return [...hunks];
  return hunks.flatMap((hunk) => {
    const lines = rest.get(hunk.number);
    if (lines === undefined) return [];
    return [lines === 'all' ? hunk : { ...hunk, left: [...lines] }];
  });
}

/** Throws `not-found` or `usage` for what the apply does not have. */
export async function accept({ gitDir }: Pick<Store, 'gitDir'>, recorder: Recorder, id: ApplyId, selection: Selection): Promise<void> {
  const { before, after } = standing(recorder.state, id);
  await treeWithout(gitDir, before, after, selection);
  recorder.record({ type: 'changes.accepted', apply: id, selection });
}

/**
 * Takes exactly this out of the folder again, merged three-way with what was edited since: all of it or, where there are conflicts, nothing.
 * It needs no fact before it: where it is cut off, to reject the same again merges to the same end.
 */
export async function reject(
  store: Store,
  recorder: Recorder,
  host: Pick<Host, 'settle'>,
  id: ApplyId,
  selection: Selection,
): Promise<ApplyOutcome> {
  const apply = standing(recorder.state, id);
  const { before, after, stands, rejected } = apply;
  const to = await treeWithout(store.gitDir, before, after, joined(rejected, selection));
  const make = () => planChange(store, { from: stands, to });
  const plan = await settledWrite(host, store, make, async ({ before, after, paths, stood }) => {
    await store.keep(`applied/${to}`, to);
    await writeChanges(store, before, after, { paths, stood, restore: await restoredBy(store, apply, after) });
  });
  if (plan.conflicts.length > 0) return { plan };
  recorder.record({ type: 'changes.rejected', apply: id, selection, paths: plan.paths, from: stands, to });
  return { plan, apply: id };
}
