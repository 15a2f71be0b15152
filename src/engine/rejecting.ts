/** What a person keeps of an apply, and what goes again: hunk by hunk, while the apply stands. */
import type { ApplyId, Selection } from '../protocol/events.js';
import { fail } from '../protocol/failure.js';
import type { FileDiff, HunkDiff } from '../protocol/review.js';
import { type ApplyState, joined, type SessionState } from '../protocol/state.js';
import type { ApplyOutcome } from './applying.js';
import type { Recorder } from './recorder.js';
import { planChange, writeChanges } from './workspace/apply.js';
import { changes } from './workspace/changes.js';
import { choicesOf, restOf } from './workspace/choice.js';
import { fileHunks } from './workspace/file-hunks.js';
import { rawChanges } from './workspace/raw.js';
import { treeWithout } from './workspace/selection.js';
import type { Store } from './workspace/store.js';

/** A file of an apply of which something is neither accepted nor rejected yet. */
export interface PendingFile extends Omit<FileDiff, 'changedBy' | 'hunks'> {
  /** Numbered as in the apply's whole change, which is what is accepted and rejected. Empty: pending as a whole (binary, renamed, a link). */
  hunks: Omit<HunkDiff, 'same' | 'differently'>[];
}

export interface Pending {
  apply: ApplyId;
  files: PendingFile[];
}

/** Throws `not-found` where it does not stand. */
function standing({ applies }: Pick<SessionState, 'applies'>, id: ApplyId | undefined): ApplyState {
  const apply = applies.findLast((one) => one.status === 'applied' && (id === undefined || one.id === id));
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
  if (done === 'all') return { apply, files: [] };
  const choices = choicesOf(done);
  const [list, raw] = await Promise.all([changes(gitDir, before, after), rawChanges(gitDir, before, after)]);
  const files = await Promise.all(
    list.map(async (file): Promise<PendingFile[]> => {
      const change = raw.find((one) => one.path === file.path);
      const choice = choices.get(file.path);
      if (change === undefined || choice === 'all') return [];
      const hunks = await fileHunks(gitDir, change);
      const rest =
        choice === undefined
          ? 'all'
          : restOf(
              choice,
              hunks.map(({ number, lines }) => ({ number, signs: signsOf(lines) })),
            );
      if (rest === undefined) return [];
      return [{ ...file, hunks: rest === 'all' ? hunks : hunks.filter((hunk) => rest.has(hunk.number)) }];
    }),
  );
  return { apply, files: files.flat() };
}

const signsOf = (lines: readonly string[]): string =>
  lines
    .map((line) => line[0] ?? ' ')
    .filter((sign) => sign !== '\\')
    .join('');

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
export async function reject(store: Store, recorder: Recorder, id: ApplyId, selection: Selection): Promise<ApplyOutcome> {
  const { before, after, stands, rejected } = standing(recorder.state, id);
  const to = await treeWithout(store.gitDir, before, after, joined(rejected, selection));
  const plan = await planChange(store, { from: stands, to });
  if (plan.conflicts.length > 0) return { plan };
  await store.keep(`applied/${to}`, to);
  await writeChanges(store, plan.before, plan.after, { paths: plan.paths });
  recorder.record({ type: 'changes.rejected', apply: id, selection, paths: plan.paths, from: stands, to });
  return { plan, apply: id };
}
