/** Turns what a person chose of a candidate into a tree: the base with the chosen files, hunks and lines. */
import type { Selection, TreeId } from '../../protocol/events.js';
import { fail } from '../../protocol/failure.js';
import { choicesOf, type FileChoice, type HunkChoices, restOf, settled } from './choice.js';
import { withHunks } from './hunks.js';
import { type PatchFile, patchOf } from './patch.js';
import { type Entry, isFile, type RawChange, rawChanges } from './raw.js';
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
  const choices = choicesOf(selection);
  const whole = [...choices.values()].every((choice) => choice === 'all');
  const files: PatchFile[] | RawChange[] = whole
    ? await rawChanges(gitDir, base, candidate, options)
    : (await patchOf(gitDir, base, candidate, options)).files;
  const edits = new Map<string, Entry | undefined>();
  for (const [path, choice] of choices) {
    const file = files.find((changed) => changed.path === path);
    if (!file) throw notChanged(path, files);
    await choose(gitDir, file, choice, edits);
  }
  return edited(gitDir, base, edits);
}

/** The base with all of the candidate's change but the selection. Throws as `selectedTree` does. */
export async function treeWithout(gitDir: string, base: TreeId, candidate: TreeId, selection: Selection): Promise<TreeId> {
  if (selection === 'all') return base;
  const { files } = await patchOf(gitDir, base, candidate);
  const taken = choicesOf(selection);
  const edits = new Map<string, Entry | undefined>();
  for (const path of taken.keys()) if (!files.some((file) => file.path === path)) throw notChanged(path, files);
  for (const file of files) {
    const choice = taken.get(file.path);
    if (choice !== undefined && choice !== 'all') settled(file.path, choice, file.hunks);
    const rest = choice === undefined ? 'all' : restOf(choice, file.hunks);
    if (rest !== undefined) await choose(gitDir, file, rest, edits);
  }
  return edited(gitDir, base, edits);
}

async function edited(gitDir: string, base: TreeId, edits: Map<string, Entry | undefined>): Promise<TreeId> {
  const collision = edits.size > 0 ? collisions(await listTree(gitDir, base), edits)[0] : undefined;
  if (collision)
    throw fail('usage', `${collision.path} cannot be chosen without the change of ${collision.with}.`, {
      hint: `Choose ${collision.with} too.`,
    });
  return editTree(gitDir, base, edits);
}

async function choose(
  gitDir: string,
  file: PatchFile | RawChange,
  chosen: FileChoice,
  edits: Map<string, Entry | undefined>,
): Promise<void> {
  if (chosen !== 'all' && chosen.size === 0) return;
  if (file.from !== undefined) edits.set(file.from, undefined);
  edits.set(file.path, chosen === 'all' ? file.new : await withChosenHunks(gitDir, file, chosen));
}

async function withChosenHunks(gitDir: string, file: PatchFile | RawChange, choice: HunkChoices): Promise<Entry | undefined> {
  const hunks = 'hunks' in file ? file.hunks : [];
  const chosen = settled(file.path, choice, hunks);
  const isPart = [...chosen.values()].some((lines) => lines !== 'all');
  if (chosen.size === hunks.length && !isPart) return file.new;
  const isText = (entry: Entry | undefined) => entry === undefined || isFile(entry);
  if (file.status === 'T' || !isText(file.old) || !isText(file.new)) {
    if (!isPart) return file.new;
    throw fail('usage', `${file.path} is no text file on both sides, so its lines cannot be chosen.`, { hint: 'Choose the whole file.' });
  }
  const { old = file.new, new: fresh = file.old } = file;
  if (old === undefined || fresh === undefined) throw new Error(`${file.path} is neither in the base nor in the candidate`);
  const blobs = await readBlobs(
    gitDir,
    [file.old, file.new].flatMap((entry) => (entry ? [entry.id] : [])),
  );
  const bytesOf = (entry: Entry | undefined) => (entry === undefined ? new Uint8Array() : blobs.get(entry.id));
  const [before, after] = [bytesOf(file.old), bytesOf(file.new)];
  if (!before || !after) throw new Error(`the store lost a version of ${file.path}`);
  return { mode: fresh.mode, id: await writeBlob(gitDir, withHunks(before, after, hunks, chosen)) };
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
