/** Moves files of the person's folder from one state to another: every one of them, or none. */
import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FailureError, fail } from '../../protocol/failure.js';
import type { Stood } from '../../protocol/stood.js';
import { TEMPORARY } from '../process/rename-over.js';
import { brokenFolder, codeOf, entryAt, fileBelow, isAsIn, type Kept, keptAt, lstatOrNothing, NO_FILE, onDisk } from './disk.js';
import { reasonOf } from './disk-failure.js';
import { type Beside, makeLink, put, putNew, removedIfEmpty, setAside, takeAway } from './disk-moves.js';
import { damagedStore } from './git.js';
import { inFolder, inFolderOf, NotHeld } from './held.js';
import { isUnsafePath } from './path-bytes.js';
import { type Entry, isExecutable, isLink, isRepository } from './raw.js';
import { isRespelled } from './spelling.js';
import type { Store } from './store.js';
import { foldersOf, readBlobs } from './trees.js';

/** One path: what it holds now, and what it shall hold. */
export interface Move {
  path: string;
  from: Entry | undefined;
  to: Entry | undefined;
}

export interface MoveOptions {
  signal?: AbortSignal;
  /** Called before each path is changed. What it throws stops the whole, and what was changed is put back. */
  onPath?: (path: string) => void | Promise<void>;
  /** Permissions that are to stand again; a folder's name ends in a slash. */
  restore?: Stood;
}

type Place = Pick<Store, 'root' | 'home' | 'gitDir'>;

/** What moving needs at hand. */
interface Work {
  root: string;
  /** A folder of ours, on the same file system where that can be. */
  stage: string;
  kept: Kept;
  /** What was done so far, each with how to take it back. */
  done: { path: string; takeBack: () => Promise<void> }[];
  /** Paths that will be written: their folders stay. */
  written: string[];
  restore: Stood;
  beside: Beside;
}

/**
 * New contents are first written beside the store. Then each path is compared with `from` and changed by one rename, so that at every moment
 * each is as before or as after, a killed process included. Links are never followed, one that is put there meanwhile included (`held.ts`); a folder
 * that is a link is refused.
 * Invariant: when this throws, every path is as it was, or the error names the paths that are not and where their content is.
 */
export async function moveFiles(place: Place, moves: readonly Move[], options: MoveOptions = {}): Promise<void> {
  const todo = moves.filter((move) => move.from?.id !== move.to?.id || move.from?.mode !== move.to?.mode);
  if (todo.length === 0) return;
  for (const move of todo) refuseUnsafe(place, move);
  for (const path of Object.keys(options.restore ?? {})) refuseUnsafe(place, { path: path.replace(/\/$/, '') });
  const removed = todo.filter((move) => !move.to).sort(byPath);
  const written = todo.filter((move) => move.to).sort(byPath);
  const stage = join(stages(place), randomBytes(8).toString('hex'));
  const work: Work = {
    root: place.root,
    stage,
    kept: await keptAt(place.gitDir),
    done: [],
    written: written.map((move) => move.path),
    restore: options.restore ?? {},
    beside: besideFor(stage, todo),
  };
  for (const move of todo) await verify(work, move, removed);
  try {
    await stageAll(place.gitDir, work, written);
    for (const move of [...removed, ...written]) {
      options.signal?.throwIfAborted();
      await options.onPath?.(move.path);
      await verify(work, move);
      if (move.to) await write(work, move, written.indexOf(move));
      else await remove(work, move);
    }
    await restoreFolders(work);
  } catch (error) {
    await takeBack(work, error);
    throw readable(error, stage);
  }
  await dropStage(stage);
}

const stages = ({ home }: Pick<Store, 'home'>): string => join(home, 'apply');
/** Where it could not be put back, what stood there before stays for the person. */
const KEPT = '.kept';

/** Where it is written which folders may hold a temporary file of this stage. */
const BESIDE = 'beside.json';
const temporaryOf = (stage: string): string => TEMPORARY.replace('*', basename(stage));

/** Files that come from another file system are made beside their place under the stage's own name; before the first, it is written down where. */
function besideFor(stage: string, moves: readonly Move[]): Beside {
  let noted: Promise<void> | undefined;
  return async (target) => {
    noted ??= writeFile(join(stage, BESIDE), JSON.stringify([...new Set(moves.map(({ path }) => parentOf(path)))]));
    await noted;
    return join(dirname(target), temporaryOf(stage));
  };
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** What a process that was killed in the midst of it has left beside files of the person's. */
async function dropBeside(root: string, stage: string): Promise<void> {
  for (const folder of await notedIn(stage)) {
    if (typeof folder !== 'string' || (folder !== '' && isUnsafePath(folder))) continue;
    try {
      await inFolder(root, folder, (place) => rm(join(place, temporaryOf(stage)), { force: true }));
    } catch (error) {
      if (!(error instanceof NotHeld)) throw error;
    }
  }
}

/** Nothing where it was not written to its end: it came to no temporary file then. */
async function notedIn(stage: string): Promise<unknown[]> {
  try {
    const folders: unknown = JSON.parse(await readFile(join(stage, BESIDE), 'utf8'));
    return Array.isArray(folders) ? folders : [];
  } catch (error) {
    if (error instanceof SyntaxError || codeOf(error) !== undefined) return [];
    throw error;
  }
}

/** Removes what killed processes had made ready; the caller holds the folder's lock, so nobody is in the midst of it. */
export async function dropStages(place: Pick<Store, 'home' | 'root'>): Promise<void> {
  const all = await readdir(stages(place)).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  for (const name of all) {
    const stage = join(stages(place), name);
    if (name.endsWith(KEPT)) continue;
    await dropBeside(place.root, stage);
    await dropStage(stage);
  }
}

const byPath = (a: Move, b: Move): number => (a.path < b.path ? -1 : 1);

/** Refuses what no candidate of a store can rightly hold, and no folder that stood there can be called, whoever made its tree or its log. */
function refuseUnsafe(place: Place, { path, from, to }: Partial<Move> & Pick<Move, 'path'>): void {
  const bad = isUnsafePath(path) || path.toLowerCase().split('/').includes('.git');
  const home = relative(place.root, place.home).split(sep).join('/');
  const inHome = path === home || path.startsWith(`${home}/`);
  if (bad || inHome || path.includes('\uFFFD'))
    throw fail('workspace', `${JSON.stringify(path)} cannot be written: it is no safe name for a file of the folder.`);
  if (isRepository(from) || isRepository(to)) throw fail('workspace', `${path} is a repository of its own and cannot be written.`);
}

/** Throws unless the path is as the move expects it, with real folders on the way. `gone`: what will be out of the way by then. */
async function verify(work: Work, move: Move, gone: readonly Move[] = []): Promise<void> {
  const broken = await brokenFolder(work.root, move.path);
  if (broken && gone.some((removed) => removed.path === broken.path)) return;
  if (broken?.is === 'link') throw fail('conflict', `${move.path} lies behind the symbolic link ${broken.path}, which is not followed.`);
  const like = (move.from ?? move.to)?.id ?? '';
  const disk = await onDisk(work.root, move.path, like);
  const empty = move.from === undefined && disk === 'folder';
  if (empty || isAsIn(move.from, disk, work.kept)) return;
  const going = gone.map((removed) => removed.path);
  if (move.from !== undefined || !(await isRespelled(work.root, move.path, going))) throw changedMeanwhile(move.path);
}

function changedMeanwhile(path: string): FailureError {
  return fail('conflict', `${path} is not as it was a moment ago: something else writes to it.`, {
    retryable: true,
    hint: 'Try again once it is at rest.',
  });
}

/** Writes all new contents into the stage, with the permissions that they will have. */
async function stageAll(gitDir: string, work: Work, written: readonly Move[]): Promise<void> {
  await mkdir(work.stage, { recursive: true });
  const blobs = await readBlobs(
    gitDir,
    written.flatMap((move) => (move.to ? [move.to.id] : [])),
  );
  for (const [index, { path, to }] of written.entries()) {
    const bytes = to && blobs.get(to.id);
    if (!to || !bytes) throw damagedStore(gitDir, `it lost the content of ${path}`);
    const staged = join(work.stage, String(index));
    if (isLink(to) && work.kept.links) {
      await makeLink(bytes, staged, join(work.root, path));
      continue;
    }
    await writeFile(staged, bytes, { mode: isExecutable(to) ? 0o777 : 0o666, flag: 'wx' });
    const [old, was] = [await lstatOrNothing(join(work.root, path)), work.restore[path]];
    if (was !== undefined && was !== 'absent') await chmod(staged, permissions(Number.parseInt(was, 8), isExecutable(to), work.kept.modes));
    else if (old?.isFile()) await chmod(staged, permissions(old.mode & 0o7777, isExecutable(to), work.kept.modes));
  }
}

/** The file's own permissions, with the executable bits as the tree says: for whoever may read it. */
function permissions(mode: number, executable: boolean, modes: boolean): number {
  if (!modes || executable === ((mode & 0o100) !== 0)) return mode;
  return executable ? mode | ((mode & 0o444) >> 2) : mode & ~0o111;
}

/** Does it in the very folder that the path is in, and in no other that was put in its place. */
async function at<T>(work: Work, path: string, act: (target: string) => Promise<T>): Promise<T> {
  try {
    return await inFolderOf(work.root, path, act);
  } catch (error) {
    // What is written there was looked at a moment ago, so that it is missing or of another kind means the same.
    const isOther = error instanceof NotHeld || ['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', NO_FILE].includes(codeOf(error) ?? '');
    throw isOther ? changedMeanwhile(path) : error;
  }
}

/** Throws unless what was taken is what was expected there: it may have become something else after it was looked at. */
async function expect(work: Work, path: string, entry: Entry | undefined, taken: string): Promise<void> {
  if (!isAsIn(entry, await entryAt(taken, entry?.id ?? ''), work.kept)) throw changedMeanwhile(path);
}

async function write(work: Work, { path, from, to }: Move, index: number): Promise<void> {
  const backup = join(work.stage, `${index}-before`);
  const staged = join(work.stage, String(index));
  await makeFolders(work, path);
  if (!from) await removeEmptyFolder(work, path);
  await at(work, path, async (target) => {
    if (from) await setAside(target, backup);
    await (from ? put : putNew)(staged, target, work.beside);
    work.done.push({ path, takeBack: () => at(work, path, (written) => unwrite(work, { path, from, to }, written, backup)) });
    if (from) await expect(work, path, from, backup);
  });
}

async function unwrite(work: Work, { path, from, to }: Move, target: string, backup: string): Promise<void> {
  if (!isAsIn(to, await entryAt(target, to?.id ?? ''), work.kept)) throw changedMeanwhile(path);
  if (from) return put(backup, target, work.beside);
  await takeAway(target, backup);
  await expect(work, path, to, backup);
}

async function remove(work: Work, { path, from }: Move): Promise<void> {
  const backup = join(work.stage, `removed-${work.done.length}`);
  const takeBack = async (target: string) => {
    if ((await lstatOrNothing(target)) !== undefined) throw changedMeanwhile(path);
    await putNew(backup, target, work.beside);
  };
  await at(work, path, async (target) => {
    await takeAway(target, backup);
    work.done.push({ path, takeBack: () => at(work, path, takeBack) });
    await expect(work, path, from, backup);
  });
  await removeEmptyParents(work, path);
}

async function makeFolders(work: Work, path: string): Promise<void> {
  for (const folder of foldersOf(path)) {
    if (await isMade(work, folder)) work.done.push({ path: folder, takeBack: async () => void (await at(work, folder, removedIfEmpty)) });
  }
}

/** Makes a folder; false where something is there. Asked by making it: what was removed under another spelling may still seem to be there. */
async function isMade(work: Work, folder: string): Promise<boolean> {
  try {
    await at(work, folder, (target) => mkdir(target));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Folders that stood there come again, the innermost last, and get their permissions once all is written in them. */
async function restoreFolders(work: Work): Promise<void> {
  const made = new Set(work.done.map(({ path }) => path));
  const folders = Object.entries(work.restore).filter(([path]) => path.endsWith('/'));
  for (const [path, mode] of folders.sort(([a], [b]) => (a < b ? -1 : 1))) {
    const folder = path.slice(0, -1);
    const isThere = (await lstatOrNothing(join(work.root, folder))) !== undefined;
    if (isThere && !made.has(folder)) continue;
    await remake(work, folder, Number.parseInt(mode, 8));
    if (!isThere) work.done.push({ path: folder, takeBack: async () => void (await at(work, folder, removedIfEmpty)) });
  }
}

/** Makes a folder again, with the permissions that it had. */
async function remake(work: Work, folder: string, mode: number): Promise<void> {
  for (const one of foldersOf(`${folder}/x`)) await isMade(work, one);
  try {
    await inFolder(work.root, folder, (place) => chmod(place, mode & 0o7777));
  } catch (error) {
    throw error instanceof NotHeld ? changedMeanwhile(folder) : error;
  }
}

/** Removes the folders that the removal of `path` left empty, but none that something will be written in. */
async function removeEmptyParents(work: Work, path: string): Promise<void> {
  for (const folder of foldersOf(path).reverse()) {
    if (work.restore[`${folder}/`] !== undefined || work.written.some((written) => written.startsWith(`${folder}/`))) return;
    const mode = await at(work, folder, async (target) => {
      const { mode: was } = await lstat(target);
      return (await removedIfEmpty(target)) ? was : undefined;
    });
    if (mode === undefined) return;
    work.done.push({ path: folder, takeBack: () => remake(work, folder, mode) });
  }
}

/** Clears the place for a file where a folder without any file is; a file in it is someone's, and stops the whole. */
async function removeEmptyFolder(work: Work, path: string): Promise<void> {
  const stat = await lstatOrNothing(join(work.root, path));
  if (!stat?.isDirectory()) return;
  const file = await fileBelow(work.root, path, new Set());
  if (file !== undefined) throw fail('conflict', `${path} cannot become a file: ${file} is in the folder of that name.`);
  await removeHollow(work, path);
  work.done.push({ path, takeBack: () => remake(work, path, stat.mode) });
}

/** Removes a folder that holds nothing but such folders; a file that turns up in it makes this fail. */
async function removeHollow(work: Work, path: string): Promise<void> {
  const children = await at(work, `${path}/x`, (inside) => readdir(dirname(inside)));
  for (const child of children) await removeHollow(work, `${path}/${child}`);
  await at(work, path, rmdir);
}

/** How often a step that is taken back is tried, where a program is just putting something else in its way. */
const TRIES = 10;
const PAUSE_MS = 20;

async function patiently(step: () => Promise<void>): Promise<void> {
  for (let tries = TRIES; ; tries -= 1) {
    try {
      return await step();
    } catch (error) {
      if (tries <= 1) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

/** Takes everything back, the last first. Where that fails, what stood there is still in the stage, and the error says so. */
async function takeBack(work: Work, cause: unknown): Promise<void> {
  const left: string[] = [];
  for (const step of work.done.reverse()) {
    try {
      await patiently(step.takeBack);
    } catch {
      // Named in the failure below; the other paths must still be put back.
      left.push(step.path);
    }
  }
  if (left.length === 0) return dropStage(work.stage);
  const message = `Writing failed, and these could not be put back: ${left.join(', ')}.`;
  const kept = `${work.stage}${KEPT}`;
  await rename(work.stage, kept);
  throw fail('workspace', message, { cause, hint: `What stood there before is in ${kept}.` });
}

/** What is left of a stage is in nobody's way; the next recovery removes it. */
async function dropStage(stage: string): Promise<void> {
  try {
    await rm(stage, { recursive: true, force: true });
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
  }
}

/** An error of the file system as a failure; anything else as it is. */
function readable(error: unknown, stage: string): unknown {
  const code = codeOf(error);
  if (error instanceof FailureError || code === undefined || !(error instanceof Error)) return error;
  const named = ['dest', 'path'].map((key): unknown => Reflect.get(error, key)).filter((one) => typeof one === 'string');
  const path = named.find((one) => !one.startsWith(stage)) ?? named[0] ?? 'a file';
  const hint = code === 'ENOSPC' || code === 'EDQUOT' ? 'Free some space on the disk and try again.' : 'Mend that, and try again.';
  return fail('workspace', `${path} could not be written: ${reasonOf(code)}. Nothing was changed.`, { cause: error, hint });
}
