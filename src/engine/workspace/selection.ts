/** Turns what a person chose of a candidate into a tree: the base with the chosen files and hunks. */
import type { Selection, TreeId } from '../../protocol/events.js';
import { fail } from '../../protocol/failure.js';
import { withHunks } from './hunks.js';
import { type PatchFile, patchOf } from './patch.js';
import { type Entry, isFile, isLink, type RawChange, rawChanges } from './raw.js';
import { collisions, editTree, listTree, readBlobs, writeBlob } from './trees.js';

/** The base with the selection of the candidate's changes. Throws `not-found` or `usage` for what the candidate's change does not have. */
export async function selectedTree(
  gitDir: string,
  base: TreeId,
  candidate: TreeId,
  selection: Selection,
  signal?: AbortSignal,
): Promise<TreeId> {
  if (selection === 'all') return candidate;
  const options = signal ? { signal } : {};
  const whole = selection.every((choice) => choice.hunks === undefined);
  const files: PatchFile[] | RawChange[] = whole
    ? await rawChanges(gitDir, base, candidate, options)
    : (await patchOf(gitDir, base, candidate, options)).files;
  const edits = new Map<string, Entry | undefined>();
  for (const [path, hunks] of joined(selection)) {
    const file = files.find((changed) => changed.path === path);
    if (!file) throw notChanged(path, files);
    await choose(gitDir, file, hunks, edits);
  }
  const collision = edits.size > 0 ? collisions(await listTree(gitDir, base), edits)[0] : undefined;
  if (collision)
    throw fail('usage', `${collision.path} cannot be chosen without the change of ${collision.with}.`, {
      hint: `Choose ${collision.with} too.`,
    });
  return editTree(gitDir, base, edits);
}

/** One choice for each path: a path named twice is chosen with all the hunks named, or whole if it is once named so. */
function joined(selection: Exclude<Selection, 'all'>): Map<string, Set<number> | 'all'> {
  const choices = new Map<string, Set<number> | 'all'>();
  for (const { path, hunks } of selection) {
    const before = choices.get(path);
    if (hunks === undefined || before === 'all') choices.set(path, 'all');
    else choices.set(path, new Set([...(before ?? []), ...hunks]));
  }
  return choices;
}

async function choose(
  gitDir: string,
  file: PatchFile | RawChange,
  chosen: Set<number> | 'all',
  edits: Map<string, Entry | undefined>,
): Promise<void> {
  if (chosen !== 'all' && chosen.size === 0) return;
  if (file.from !== undefined) edits.set(file.from, undefined);
  edits.set(file.path, chosen === 'all' ? file.new : await withChosenHunks(gitDir, file, chosen));
}

async function withChosenHunks(gitDir: string, file: PatchFile | RawChange, chosen: Set<number>): Promise<Entry | undefined> {
  const hunks = 'hunks' in file ? file.hunks : [];
  const unknown = [...chosen].filter((number) => !hunks.some((hunk) => hunk.number === number));
  if (unknown.length > 0) throw noSuchHunk(file, unknown, hunks.length);
  const text = (entry: Entry | undefined) => isFile(entry) || isLink(entry);
  // One hunk is all there is to a new or deleted file, and a file that became something else changes as a whole.
  if (chosen.size === hunks.length || !file.old || !file.new || !text(file.old) || !text(file.new) || file.status === 'T') return file.new;
  const blobs = await readBlobs(gitDir, [file.old.id, file.new.id]);
  const [before, after] = [blobs.get(file.old.id), blobs.get(file.new.id)];
  if (!before || !after) throw new Error(`the store lost a version of ${file.path}`);
  return { mode: file.new.mode, id: await writeBlob(gitDir, withHunks(before, after, hunks, chosen)) };
}

function noSuchHunk(file: RawChange, unknown: readonly number[], count: number): Error {
  const what = `${file.path} has no hunk ${unknown.join(', ')}`;
  const there =
    count === 0
      ? 'It is changed as a whole (binary, empty, renamed or made executable)'
      : count === 1
        ? 'It has one hunk: 1'
        : `It has hunks 1 to ${count}`;
  return fail('usage', `${what}. ${there}.`, {
    hint: count === 0 ? 'Choose the whole file.' : 'The hunks are numbered in the order that the diff prints them.',
  });
}

/** How many changed paths an error lists. */
const LISTED = 12;

function notChanged(path: string, files: readonly RawChange[]): Error {
  const renamed = files.find((file) => file.from === path);
  if (renamed) return fail('not-found', `The candidate renamed ${path} to ${renamed.path}.`, { hint: `Choose ${renamed.path}.` });
  const near = files
    .map((file) => ({ path: file.path, far: distance(path, file.path) }))
    .sort((a, b) => a.far - b.far || (a.path < b.path ? -1 : 1));
  const nearest = near[0];
  if (nearest === undefined) return fail('not-found', `The candidate does not change ${path}: it changes nothing.`);
  const listed = near.slice(0, LISTED).map((file) => file.path);
  const rest = near.length > LISTED ? ` and ${near.length - LISTED} more` : '';
  const hint = nearest.far <= Math.max(2, path.length / 3) ? { hint: `Did you mean ${nearest.path}?` } : {};
  return fail('not-found', `The candidate does not change ${path}. It changes: ${listed.join(', ')}${rest}.`, hint);
}

/** How many characters tell two paths apart; a path that ends like the other one is near. */
function distance(wanted: string, path: string): number {
  if (path.endsWith(`/${wanted}`) || wanted.endsWith(`/${path}`)) return 1;
  let row = Array.from({ length: path.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...wanted].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...path].entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
