/** Merges two trees that grew from one: path by path with plain rules, contents by git. */
import type { TreeId } from '../../protocol/events.js';
import { type MergedContent, mergeContents, type Sides } from './merge-contents.js';
import { type Entry, isFile, isLink, isRepository, type RawChange, RENAMES, rawChanges, sameEntry } from './raw.js';
import { collisions, editTree, listTree, writeBlob } from './trees.js';

/** Why a path does not merge. `ours` is the side that is kept, `theirs` the change that is brought in. */
export type Clash =
  | { kind: 'lines'; lines: [first: number, last: number][] }
  | { kind: 'both-added' | 'binary' | 'link' | 'mode' | 'type' | 'repository' | 'name' }
  | { kind: 'ours-deleted'; renamedTo?: string }
  | { kind: 'theirs-deleted'; oursRenamedTo?: string }
  | { kind: 'both-renamed'; ours: string; theirs: string }
  | { kind: 'in-the-way'; what: string };

export interface MergeConflict {
  path: string;
  clash: Clash;
  /** The path is in the merged tree with conflict markers. */
  marked: boolean;
}

export interface TreeMerge {
  /** Ours with all that merges; a path in conflict is as in ours, or with markers where that was asked for. */
  tree: TreeId;
  conflicts: MergeConflict[];
}

export interface TreeMergeOptions {
  /** Write text conflicts with markers that call the sides so. */
  markers?: boolean;
  labels?: { ours: string; theirs: string };
  signal?: AbortSignal;
}

/**
 * The least likeness at which ours counts as renamed. Higher than git's 50 %: it decides where someone else's lines go, unseen;
 * below it the path is reported as deleted, which is a conflict.
 */
const OURS_RENAMED = 80;

/**
 * Brings what theirs changed against base into ours.
 *
 * Renames are followed for single files only, never for whole folders (a new file of one side is never moved because the
 * other side renamed the folder), and only where both names are free: every other case is a conflict.
 * Invariant: a path that only one side changed is as on that side; a path that both changed is merged by git's three-way merge or is in
 * `conflicts`. Nothing is guessed.
 */
export async function mergeTrees(
  gitDir: string,
  base: TreeId,
  ours: TreeId,
  theirs: TreeId,
  options: TreeMergeOptions = {},
): Promise<TreeMerge> {
  if (theirs === base || theirs === ours) return { tree: ours, conflicts: [] };
  const signal = options.signal && { signal: options.signal };
  const [oursSide, theirsSide] = await Promise.all([
    rawChanges(gitDir, base, ours, { renames: OURS_RENAMED, ...signal }).then(sideOf),
    rawChanges(gitDir, base, theirs, { renames: RENAMES, ...signal }).then(sideOf),
  ]);
  const merge: Merge = { edits: new Map(), adds: false, contents: [], conflicts: [] };
  for (const item of itemsOf(oursSide, theirsSide, merge)) decide(item, merge);
  await settleContents(gitDir, merge, options);
  await refuseCollisions(gitDir, ours, merge);
  return { tree: await editTree(gitDir, ours, merge.edits), conflicts: merge.conflicts.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** One side's change: old and new entry by path, renames taken apart into a deletion and an addition that know of each other. */
interface Side {
  changed: Map<string, { old: Entry | undefined; new: Entry | undefined }>;
  renamedTo: Map<string, string>;
  renamedFrom: Map<string, string>;
}

/** One file to be merged; where it lies, and where it lies in ours if theirs moved it. */
interface Item {
  path: string;
  base: Entry | undefined;
  ours: Entry | undefined;
  theirs: Entry | undefined;
  /** A path of ours that gives way to `path`. */
  moved?: string;
}

interface Merge {
  edits: Map<string, Entry | undefined>;
  /** Whether an edit makes a path that ours does not have. */
  adds: boolean;
  contents: { item: Item; sides: Sides; mode: string }[];
  conflicts: MergeConflict[];
}

function sideOf(changes: readonly RawChange[]): Side {
  const side: Side = { changed: new Map(), renamedTo: new Map(), renamedFrom: new Map() };
  for (const change of changes) {
    if (change.from === undefined) {
      side.changed.set(change.path, { old: change.old, new: change.new });
    } else {
      side.changed.set(change.from, { old: change.old, new: undefined });
      side.changed.set(change.path, { old: undefined, new: change.new });
      side.renamedTo.set(change.from, change.path);
      side.renamedFrom.set(change.path, change.from);
    }
  }
  return side;
}

/** What has to be decided: every path that theirs changed, with the two names of a renamed file made one where that is safe. */
function itemsOf(ours: Side, theirs: Side, merge: Merge): Item[] {
  const items = new Map<string, Item>();
  for (const [path, change] of theirs.changed) {
    const inOurs = ours.changed.get(path);
    items.set(path, { path, base: change.old, ours: inOurs ? inOurs.new : change.old, theirs: change.new });
  }
  for (const [from, to] of theirs.renamedTo) followTheirs(from, to, ours, items, merge);
  for (const [from, to] of ours.renamedTo) followOurs(from, to, ours, theirs, items, merge);
  return [...items.values()];
}

/** Theirs renamed `from` to `to`: what ours did to `from` goes along. */
function followTheirs(from: string, to: string, ours: Side, items: Map<string, Item>, merge: Merge): void {
  const old = items.get(from);
  const fresh = items.get(to);
  if (!old || !fresh) return;
  const elsewhere = ours.renamedTo.get(from);
  if (elsewhere !== undefined && elsewhere !== to) {
    merge.conflicts.push({ path: from, clash: { kind: 'both-renamed', ours: elsewhere, theirs: to }, marked: false });
    items.delete(from);
    items.delete(to);
  } else if (elsewhere === to) {
    items.set(to, { ...fresh, base: old.base });
  } else if (old.ours === undefined && fresh.ours === undefined) {
    merge.conflicts.push({ path: from, clash: { kind: 'ours-deleted', renamedTo: to }, marked: false });
    items.delete(from);
    items.delete(to);
  } else if (old.ours !== undefined && fresh.ours === undefined && !sameEntry(old.base, old.ours)) {
    items.delete(from);
    items.set(to, { path: to, base: old.base, ours: old.ours, theirs: fresh.theirs, moved: from });
  }
}

/** Ours renamed `from` to `to`: what theirs did to `from` is done to `to`. */
function followOurs(from: string, to: string, ours: Side, theirs: Side, items: Map<string, Item>, merge: Merge): void {
  const item = items.get(from);
  if (!item || items.has(to) || theirs.renamedTo.has(from)) return;
  items.delete(from);
  if (item.theirs === undefined) {
    merge.conflicts.push({ path: from, clash: { kind: 'theirs-deleted', oursRenamedTo: to }, marked: false });
    return;
  }
  items.set(to, { path: to, base: item.base, ours: ours.changed.get(to)?.new, theirs: item.theirs });
}

type Verdict = { take: Entry | undefined } | { clash: SimpleClash } | { merge: Sides; mode: string };
type SimpleClash = 'name' | 'repository' | 'ours-deleted' | 'theirs-deleted' | 'link' | 'type' | 'mode';

/** The rules for one file: a side is taken, contents are to be merged, or there is a reason for neither. */
function verdictOn({ path, base, ours, theirs }: Item): Verdict {
  if (sameEntry(theirs, base) || sameEntry(theirs, ours)) return { take: ours };
  if (path.includes('\uFFFD')) return { clash: 'name' };
  if (isRepository(theirs) || isRepository(base) || isRepository(ours)) return { clash: 'repository' };
  if (sameEntry(ours, base)) return { take: theirs };
  if (ours === undefined) return { clash: 'ours-deleted' };
  if (theirs === undefined) return { clash: 'theirs-deleted' };
  if (isLink(ours) && isLink(theirs)) return { clash: 'link' };
  if (!isFile(ours) || !isFile(theirs) || (base !== undefined && !isFile(base))) return { clash: 'type' };
  // Without a base there is nothing to tell whose executable bit is the change.
  if (base === undefined && ours.mode !== theirs.mode) return { clash: 'mode' };
  const mode = base === undefined || ours.mode === base.mode ? theirs.mode : ours.mode;
  if (ours.id === theirs.id || theirs.id === base?.id) return { take: { mode, id: ours.id } };
  if (ours.id === base?.id) return { take: { mode, id: theirs.id } };
  return { merge: { ...(base && { base: base.id }), ours: ours.id, theirs: theirs.id }, mode };
}

function decide(item: Item, merge: Merge): void {
  const verdict = verdictOn(item);
  if ('take' in verdict) take(item, verdict.take, merge);
  else if ('merge' in verdict) merge.contents.push({ item, mode: verdict.mode, sides: verdict.merge });
  else merge.conflicts.push({ path: item.path, clash: { kind: verdict.clash }, marked: false });
}

function take(item: Item, entry: Entry | undefined, merge: Merge): void {
  if (item.moved !== undefined || item.ours === undefined) merge.adds = true;
  if (item.moved !== undefined) merge.edits.set(item.moved, undefined);
  if (item.moved !== undefined || !sameEntry(entry, item.ours)) merge.edits.set(item.path, entry);
}

async function settleContents(gitDir: string, merge: Merge, options: TreeMergeOptions): Promise<void> {
  const labels = options.labels ?? { ours: 'ours', theirs: 'theirs' };
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const merged = await mergeContents(
    gitDir,
    merge.contents.map(({ sides }) => sides),
    { labels, ...signal },
  );
  for (const [index, { item, mode, sides }] of merge.contents.entries()) {
    const content = merged[index];
    if (content === undefined) throw new Error(`the merge of ${item.path} is missing`);
    // What both sides added has no common ground: clean there would only mean that nothing was compared.
    const marked = !content.clean && !content.binary && options.markers === true;
    if (content.clean && sides.base !== undefined) take(item, { mode, id: content.id }, merge);
    else if (!content.clean && !content.binary && options.markers) take(item, { mode, id: await writeBlob(gitDir, content.marked) }, merge);
    if (!content.clean || sides.base === undefined) merge.conflicts.push({ path: item.path, clash: clashOf(content, sides), marked });
  }
}

function clashOf(content: MergedContent, sides: Sides): Clash {
  if (!content.clean && content.binary) return { kind: 'binary' };
  if (content.clean || sides.base === undefined) return { kind: 'both-added' };
  return { kind: 'lines', lines: content.lines };
}

/** Takes back every edit that would make a path a file and a folder at once, and says what is in its way. */
async function refuseCollisions(gitDir: string, ours: TreeId, merge: Merge): Promise<void> {
  if (!merge.adds) return;
  for (const { path, with: other } of collisions(await listTree(gitDir, ours), merge.edits)) {
    if (merge.edits.delete(path)) merge.conflicts.push({ path, clash: { kind: 'in-the-way', what: other }, marked: false });
  }
}
