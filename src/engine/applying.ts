/** Brings a candidate into the folder and takes it back, as facts: what is begun is written down before, what was done after. */
import type { ApplyId, CandidateId, Chosen } from '../protocol/events.js';
import { fail } from '../protocol/failure.js';
import type { Preview } from '../protocol/review.js';
import type { ApplyState, CandidateState, SessionState, TurnState } from '../protocol/state.js';
import { nameOf } from './export/names.js';
import type { Host } from './host.js';
import type { Recorder } from './recorder.js';
import { settledPlan, settledWrite } from './settled.js';
import { type ApplyPlan, type PartsRequest, planParts, planUndo, recoverApply, restoredBy, writeChanges } from './workspace/apply.js';
import type { Store } from './workspace/store.js';
import { dropEdits } from './workspace/trees.js';
import { dropStages } from './workspace/write-folder.js';

export interface ApplyRequest {
  /** What goes in together: of one candidate, or of several of one turn. */
  chosen: readonly Chosen[];
  /** Writes conflicts with markers instead of refusing. */
  markers?: boolean;
  /** Only plans. */
  dryRun?: boolean;
}

/** What an apply or an undo did, or would do. With conflicts that are not marked nothing was changed. */
export interface ApplyOutcome {
  plan: ApplyPlan;
  /** Absent where nothing was written: a dry run, conflicts, nothing to do. */
  apply?: ApplyId;
}

/** A candidate of any turn, with its turn. Throws `not-found`. */
export function candidateIn(state: SessionState, id: CandidateId): { turn: TurnState; candidate: CandidateState } {
  for (const turn of state.turns) {
    const candidate = turn.candidates.find((one) => one.id === id);
    if (candidate !== undefined) return { turn, candidate };
  }
  const all = state.turns.flatMap((turn) => turn.candidates.map((candidate) => candidate.id));
  throw fail('not-found', `There is no candidate ${id} in this session.`, {
    hint: all.length === 0 ? 'No agent has answered yet.' : `There are: ${all.join(', ')}.`,
  });
}

/** What is chosen, as parts of trees over their turn's base. Throws `not-found`, or `usage` where there is no such choice. */
export function partsOf(state: SessionState, chosen: readonly Chosen[]): Omit<PartsRequest, 'markers'> & { turn: TurnState } {
  const found = chosen.map(({ candidate, selection }) => ({ ...candidateIn(state, candidate), selection }));
  const [first] = found;
  if (first === undefined) throw fail('usage', 'Nothing is chosen.');
  const other = found.find(({ turn }) => turn.turn !== first.turn.turn);
  if (other !== undefined)
    throw fail('usage', 'What goes in together must be of one turn: the candidates of different turns began with different folders.', {
      hint: 'Apply them one after the other, in the order of the turns: each is then merged into what the one before has left.',
    });
  const { turn } = first;
  const parts = found.map(({ candidate, selection }) => ({ name: nameOf(turn, candidate.id), tree: candidate.tree, selection }));
  return { base: turn.base, parts, turn };
}

/** What an apply would do, without a lock: the folder may change until it is done. */
export async function previewOf(store: Store, state: SessionState, chosen: readonly Chosen[]): Promise<Preview> {
  if (chosen.length === 0) return { paths: [], conflicts: [], kept: 0 };
  const { base, parts } = partsOf(state, chosen);
  const { paths, conflicts, kept } = await planParts(store, { base, parts });
  return { paths, conflicts: conflicts.map(({ path, why }) => ({ path, why })), kept: kept.length };
}

/** With a conflict that is not marked nothing is changed, and nothing is recorded. */
export async function applyChosen(
  store: Store,
  recorder: Recorder,
  host: Pick<Host, 'settle'>,
  request: ApplyRequest,
): Promise<ApplyOutcome> {
  const { base, parts } = partsOf(recorder.state, request.chosen);
  const make = () => planParts(store, { base, parts, markers: request.markers ?? false });
  const plan = request.dryRun ? await make() : await settledPlan(host, store, make);
  if (request.dryRun || plan.paths.length === 0) return { plan };
  const apply = `a${recorder.state.applies.length + 1}`;
  const { before, after, paths, stood } = plan;
  await store.keep(`applied/${before}`, before);
  await store.keep(`applied/${after}`, after);
  const [first, ...also] = request.chosen;
  if (first === undefined) throw new Error('a plan with paths has something chosen');
  const { candidate } = first;
  recorder.record({
    type: 'apply.started',
    apply,
    ...first,
    ...(also.length > 0 && { also }),
    paths,
    before,
    after,
    ...(Object.keys(stood).length > 0 && { stood }),
  });
  try {
    await writeChanges(store, before, after, { paths, stood });
  } catch (error) {
    // All or nothing: what was begun has been brought back.
    recorder.record({ type: 'changes.undone', apply, paths: [], cause: 'crash' });
    throw error;
  }
  const marked = plan.conflicts.filter((conflict) => conflict.marked).map((conflict) => conflict.path);
  recorder.record({ type: 'changes.applied', apply, candidate, paths, marked });
  return { plan, apply };
}

/**
 * Takes back the last apply that stands. It needs no fact before it: where it is cut off, the apply still stands, and to undo it again
 * merges to the same end.
 */
export async function undoLast(store: Store, recorder: Recorder, host: Pick<Host, 'settle'>, dryRun: boolean): Promise<ApplyOutcome> {
  const last = recorder.state.applies.findLast((apply) => apply.status === 'applied');
  if (last === undefined) throw fail('not-found', 'Nothing of this session is applied to the folder, so there is nothing to undo.');
  // What was rejected is taken back already.
  const make = () => planUndo(store, { ...last, after: last.stands });
  if (dryRun) return { plan: await make() };
  const plan = await settledWrite(host, store, make, async ({ before, after, paths, stood }) =>
    writeChanges(store, before, after, { paths, stood, restore: await restoredBy(store, last, after) }),
  );
  if (plan.conflicts.length > 0) return { plan };
  recorder.record({ type: 'changes.undone', apply: last.id, paths: plan.paths, cause: 'asked' });
  return { plan, apply: last.id };
}

/** Completes what a killed process had begun to apply, and removes what it left. Invariant: edits that were made since are left as they are. */
export async function recoverApplies(store: Store, recorder: Recorder, host: Pick<Host, 'log'>): Promise<void> {
  for (const apply of recorder.state.applies.filter((one) => one.status === 'started')) await recover(store, recorder, host, apply);
  await dropStages(store);
  await dropEdits(store.gitDir);
}

async function recover(store: Store, recorder: Recorder, host: Pick<Host, 'log'>, apply: ApplyState): Promise<void> {
  const { edited } = await recoverApply(store, apply, 'complete');
  const paths = apply.paths.filter((path) => !edited.includes(path));
  if (edited.length > 0)
    host.log('warn', `An apply was cut off, and these files were edited since, so they were left as they are: ${edited.join(', ')}.`);
  recorder.record({ type: 'changes.applied', apply: apply.id, candidate: apply.candidate, paths, marked: [] });
}
