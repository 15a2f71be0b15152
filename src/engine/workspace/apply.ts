/** Merges what is chosen of a candidate into the folder as it now is, all or nothing, and takes it back. */
import type { Selection, TreeId } from '../../protocol/events.js';
import type { Stood } from '../../protocol/stood.js';
import { compose, type Part } from './compose.js';
import { type Occasion, whyOf } from './conflict-words.js';
import { brokenFolder, isAsIn, type Kept, keptAt, onDisk } from './disk.js';
import { obstacles, withIgnored } from './folder-now.js';
import { mergeTrees } from './merge.js';
import { ownEdits } from './own-edits.js';
import { type Entry, rawChanges } from './raw.js';
import { stoodAt } from './stood.js';
import type { Store } from './store.js';
import { editTree } from './trees.js';
import { type Move, type MoveOptions, moveFiles } from './write-folder.js';

export interface ApplyPlan {
  /** The folder as it is now. */
  before: TreeId;
  /** The folder as it will be. Equal to `before` where there is nothing to do, and where conflicts forbid to do anything. */
  after: TreeId;
  /** Paths that will be written or removed. */
  paths: string[];
  /**
   * Paths that do not merge. `marked`: it is in `after` with conflict markers, as asked for.
   * Invariant: with one conflict that is not marked nothing is to be applied: `after` is `before`, `paths` is empty.
   */
  conflicts: { path: string; why: string; marked?: true }[];
  /** Of `paths`: those that hold edits of the person's own, which stay. */
  kept: string[];
  /** What stands there now, as far as no tree tells. */
  stood: Stood;
}

export interface ApplyRequest {
  base: TreeId;
  candidate: TreeId;
  selection: Selection;
  markers?: boolean;
}

/** Parts of several candidates that go in together. */
export interface PartsRequest {
  base: TreeId;
  parts: readonly Part[];
  markers?: boolean;
}

/** What an apply did: enough to complete it, and to take it back. */
export interface Applied {
  before: TreeId;
  after: TreeId;
  paths: readonly string[];
  stood?: Stood;
}

interface PlanOptions {
  signal?: AbortSignal;
}

/** Plans to bring the selection into the folder; writes nothing but objects of the store. */
export function planApply(store: Store, request: ApplyRequest, options: PlanOptions = {}): Promise<ApplyPlan> {
  const { base, candidate: tree, selection, markers = false } = request;
  return planParts(store, { base, parts: [{ name: 'candidate', tree, selection }], markers }, options);
}

/** The same for parts of several candidates. Markers are for what conflicts with the folder; what the candidates contradict each other in is refused. */
export async function planParts(
  store: Store,
  { base, parts, markers = false }: PartsRequest,
  options: PlanOptions = {},
): Promise<ApplyPlan> {
  const { tree: theirs, conflicts } = await compose(store.gitDir, base, parts, options.signal);
  const planned = await plan(store, { base, theirs, occasion: 'apply', markers }, options);
  if (conflicts.length === 0) return planned;
  const others = planned.conflicts.filter(({ path }) => !conflicts.some((conflict) => conflict.path === path));
  return refused(planned.before, [...conflicts, ...others]);
}

/** Plans to bring back what stood before: to the byte where nothing was touched since, merged where it was, in conflict where that fails. */
export async function planUndo(store: Store, applied: Applied, options: PlanOptions = {}): Promise<ApplyPlan> {
  const { before, after } = applied;
  const changed = await rawChanges(store.gitDir, after, before, { renames: false });
  const paths = new Set(applied.paths);
  const back = changed.filter((change) => paths.has(change.path));
  const theirs =
    back.length === changed.length ? before : await editTree(store.gitDir, after, new Map(back.map((change) => [change.path, change.new])));
  return plan(store, { base: after, theirs, occasion: 'undo', markers: false }, options);
}

/** Plans to take a part of what was applied out again: what leads from one tree to the other, in the folder as it is now. */
export const planChange = (store: Store, { from, to }: { from: TreeId; to: TreeId }, options: PlanOptions = {}): Promise<ApplyPlan> =>
  plan(store, { base: from, theirs: to, occasion: 'undo', markers: false }, options);

interface Wish {
  base: TreeId;
  theirs: TreeId;
  occasion: Occasion;
  markers: boolean;
}

async function plan(store: Store, { base, theirs, occasion, markers }: Wish, options: PlanOptions): Promise<ApplyPlan> {
  const { gitDir, root } = store;
  const captured = await store.capture(options);
  const before = await withIgnored(store, captured.tree, base, theirs);
  const labels = { ours: 'your folder', theirs: occasion === 'apply' ? 'candidate' : 'before' };
  const merged = await mergeTrees(gitDir, base, before, theirs, { markers, labels, ...options });
  const changes = await rawChanges(gitDir, before, merged.tree, { renames: false, ...options });
  const conflicts = [...merged.conflicts, ...(await obstacles(root, changes))].map(({ path, clash, marked }) => {
    const why = whyOf(clash, occasion);
    return marked ? { path, why, marked } : { path, why };
  });
  if (conflicts.some((conflict) => !('marked' in conflict))) {
    return refused(before, conflicts);
  }
  const paths = changes.map((change) => change.path);
  const [kept, stood] = await Promise.all([ownEdits(store, { base, now: before, paths }), stoodAt(store, changes)]);
  return { before, after: merged.tree, paths, conflicts, kept, stood };
}

const refused = (before: TreeId, conflicts: ApplyPlan['conflicts']): ApplyPlan => ({
  before,
  after: before,
  paths: [],
  conflicts: conflicts.map(({ path, why }) => ({ path, why })),
  kept: [],
  stood: {},
});

/**
 * Moves the folder from one tree to another, touching only `paths` that differ: all of them or, when it throws, none.
 * What stands there before and what will stand there are kept in the store first.
 */
export async function writeChanges(
  store: Store,
  from: TreeId,
  to: TreeId,
  options: { paths: readonly string[]; stood?: Stood } & MoveOptions,
): Promise<void> {
  const { paths, stood = {}, ...moving } = options;
  const moves = await movesOf(store, { before: from, after: to, paths, stood }, moving.restore);
  if (moves.length === 0) return;
  await store.keep(`applied/${from}`, from);
  await store.keep(`applied/${to}`, to);
  await moveFiles(store, moves, moving);
}

/** What a sparse checkout left away is in the trees, though not on the disk. */
async function movesOf(store: Store, applied: Applied, restore: Stood = {}): Promise<Move[]> {
  const { stood = {} } = applied;
  const wanted = new Set(applied.paths);
  const changes = await rawChanges(store.gitDir, applied.before, applied.after, { renames: false });
  const unlessAway = (entry: Entry | undefined, away: string | undefined) => (away === 'absent' ? undefined : entry);
  return changes
    .filter((change) => wanted.has(change.path))
    .map(({ path, old, new: to }) => ({ path, from: unlessAway(old, stood[path]), to: unlessAway(to, restore[path]) }));
}

/** Of what stood before an apply: what is to stand again once it is taken back, where it comes to be as it was. */
export async function restoredBy(store: Store, { before, stood = {} }: Applied, after: TreeId): Promise<Stood> {
  if (Object.keys(stood).length === 0) return {};
  const other = new Set((await rawChanges(store.gitDir, before, after, { renames: false })).map(({ path }) => path));
  return Object.fromEntries(Object.entries(stood).filter(([path]) => !other.has(path)));
}

export interface Recovery {
  /** Paths that were brought to where they were wanted. */
  moved: string[];
  /** Paths that are neither as before nor as after: someone edited them since. They are left as they are. */
  edited: string[];
}

/** After a kill in the middle of `writeChanges`: completes it, or brings it back. Each path is as before, as after, or someone's edit. */
export async function recoverApply(store: Store, applied: Applied, want: 'complete' | 'roll-back'): Promise<Recovery> {
  const kept = await keptAt(store.gitDir);
  const moves: Move[] = [];
  const edited: string[] = [];
  for (const move of await movesOf(store, applied)) {
    const [source, target] = want === 'complete' ? [move.from, move.to] : [move.to, move.from];
    const now = await stateOf(store.root, move, kept);
    if (now(target)) continue;
    if (now(source)) moves.push({ path: move.path, from: source, to: target });
    else edited.push(move.path);
  }
  await moveFiles(store, moves, {});
  return { moved: moves.map((move) => move.path), edited };
}

/** Tells whether the path is as a tree says. A folder stands for nothing: the files in it are paths of their own. */
async function stateOf(root: string, move: Move, kept: Kept): Promise<(entry: Entry | undefined) => boolean> {
  const broken = await brokenFolder(root, move.path);
  const disk = broken ? undefined : await onDisk(root, move.path, (move.from ?? move.to)?.id ?? '');
  return (entry) => isAsIn(entry, disk === 'folder' ? undefined : disk, kept);
}
