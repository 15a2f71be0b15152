/** Moves files of the person's folder from one state to another: every one of them, or none. */
import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { FailureError, fail } from '../../protocol/failure.js';
import type { Stood } from '../../protocol/stood.js';
import { brokenFolder, codeOf, fileBelow, isAsIn, type Kept, keptAt, lstatOrNothing, onDisk } from './disk.js';
import { reasonOf } from './disk-failure.js';
import { makeLink, put, remake, removedIfEmpty, removeHollow, setAside } from './disk-moves.js';
import { damagedStore } from './git.js';
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
}

/**
 * New contents are first written beside the store. Then each path is compared with `from` and changed by one rename, so that at every moment
 * each is as before or as after, a killed process included. Links are never followed; a folder that is a link is refused.
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
    throw readable(error);
  }
  await dropStage(stage);
}

const stages = ({ home }: Pick<Store, 'home'>): string => join(home, 'apply');
/** Where it could not be put back, what stood there before stays for the person. */
const KEPT = '.kept';

/** Removes what killed processes had made ready; the caller holds the folder's lock, so nobody is in the midst of it. */
export async function dropStages(place: Pick<Store, 'home'>): Promise<void> {
  const all = await readdir(stages(place)).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  for (const name of all) if (!name.endsWith(KEPT)) await dropStage(join(stages(place), name));
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

async function write(work: Work, move: Move, index: number): Promise<void> {
  const target = join(work.root, move.path);
  const backup = join(work.stage, `${index}-before`);
  await makeFolders(work, move.path);
  if (move.from) await setAside(target, backup);
  else await removeEmptyFolder(work, move.path);
  await put(join(work.stage, String(index)), target);
  work.done.push({
    path: move.path,
    takeBack: async () => {
      if (!isAsIn(move.to, await onDisk(work.root, move.path, move.to?.id ?? ''), work.kept)) throw changedMeanwhile(move.path);
      if (move.from) await put(backup, target);
      else await unlink(target);
    },
  });
}

async function remove(work: Work, move: Move): Promise<void> {
  const target = join(work.root, move.path);
  const backup = join(work.stage, `removed-${work.done.length}`);
  await setAside(target, backup);
  await unlink(target);
  work.done.push({
    path: move.path,
    takeBack: async () => {
      if ((await lstatOrNothing(target)) !== undefined) throw changedMeanwhile(move.path);
      await put(backup, target);
    },
  });
  await removeEmptyParents(work, move.path);
}

async function makeFolders(work: Work, path: string): Promise<void> {
  for (const folder of foldersOf(path)) {
    const absolute = join(work.root, folder);
    if (!(await isMade(absolute))) continue;
    work.done.push({ path: folder, takeBack: async () => void (await removedIfEmpty(absolute)) });
  }
}

/** Makes a folder; false where something is there. Asked by making it: what was removed under another spelling may still seem to be there. */
async function isMade(absolute: string): Promise<boolean> {
  try {
    await mkdir(absolute);
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
    const absolute = join(work.root, folder);
    const isThere = (await lstatOrNothing(absolute)) !== undefined;
    if (isThere && !made.has(folder)) continue;
    await remake(absolute, Number.parseInt(mode, 8));
    if (!isThere) work.done.push({ path: folder, takeBack: async () => void (await removedIfEmpty(absolute)) });
  }
}

/** Removes the folders that the removal of `path` left empty, but none that something will be written in. */
async function removeEmptyParents(work: Work, path: string): Promise<void> {
  for (const folder of foldersOf(path).reverse()) {
    if (work.restore[`${folder}/`] !== undefined || work.written.some((written) => written.startsWith(`${folder}/`))) return;
    const absolute = join(work.root, folder);
    const { mode } = await lstat(absolute);
    if (!(await removedIfEmpty(absolute))) return;
    work.done.push({ path: folder, takeBack: () => remake(absolute, mode) });
  }
}

/** Clears the place for a file where a folder without any file is; a file in it is someone's, and stops the whole. */
async function removeEmptyFolder(work: Work, path: string): Promise<void> {
  const absolute = join(work.root, path);
  const stat = await lstatOrNothing(absolute);
  if (!stat?.isDirectory()) return;
  const file = await fileBelow(work.root, path, new Set());
  if (file !== undefined) throw fail('conflict', `${path} cannot become a file: ${file} is in the folder of that name.`);
  await removeHollow(absolute);
  work.done.push({ path, takeBack: () => remake(absolute, stat.mode) });
}

/** Takes everything back, the last first. Where that fails, what stood there is still in the stage, and the error says so. */
async function takeBack(work: Work, cause: unknown): Promise<void> {
  const left: string[] = [];
  for (const step of work.done.reverse()) {
    try {
      await step.takeBack();
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
function readable(error: unknown): unknown {
  const code = codeOf(error);
  if (error instanceof FailureError || code === undefined || !(error instanceof Error)) return error;
  const path =
    'dest' in error && typeof error.dest === 'string'
      ? error.dest
      : 'path' in error && typeof error.path === 'string'
        ? error.path
        : 'a file';
  const hint = code === 'ENOSPC' || code === 'EDQUOT' ? 'Free some space on the disk and try again.' : 'Mend that, and try again.';
  return fail('workspace', `${path} could not be written: ${reasonOf(code)}. Nothing was changed.`, { cause: error, hint });
}
