/** Keeps paths inside an agent's workspace: resolved real paths, symlinks followed. */
import { lstat, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, posix, relative, resolve, sep } from 'node:path';
import { codeOf, fileProblem } from './file-problem.js';
import { isGitName, isMassgenName, outside, refusedForm } from './path-forms.js';

/** A path the agent may use, resolved. */
export interface JailedPath {
  /** Absolute real path. */
  absolute: string;
  /** What the agent calls it, with forward slashes: relative to where its relative paths start (`cwd`), or the peer path as given. */
  shown: string;
  /** Relative to the workspace root; absent for peers' trees and dependency targets (readable only). */
  inWorkspace?: string;
}

export type JailVerdict = { ok: true; path: JailedPath } | { ok: false; why: string };

/**
 * `read`: what is there, wherever links lead inside of what is readable. `write`: the same, inside the workspace only; what is not there yet
 * resolves by its nearest existing parent. `entry`: the name itself, as for removing or renaming: a link at the end is not followed.
 */
export type Access = 'read' | 'write' | 'entry';

export interface Jail {
  /** Workspace root (absolute, real). */
  readonly root: string;
  /** Where relative paths start: the open folder's copy. */
  readonly cwd: string;
  resolve(path: string, access: Access): Promise<JailVerdict>;
}

/** A place outside the workspace that may be read: a peer's tree, or what a dependency link leads to. */
export interface Readable {
  path: string;
  /** The path that the messages name it by; for dependency targets the path itself. */
  shownAs: string;
}

export interface JailOptions {
  root: string;
  cwd: string;
  /** The person's open folder, absolute. */
  folder: string;
  /** The captured root that the folder lies in. */
  folderRoot: string;
  readable: () => readonly Readable[];
}

/** Where a path as the model wrote it points to, before any link is followed. */
interface Place {
  absolute: string;
  /** Set where the path was given by the name of a readable place. */
  shown?: string;
}

/**
 * Invariant: a verdict that is ok names a real path inside the workspace, or, for `read` alone, inside a readable place. It holds for the moment
 * of the verdict: who opens the file uses held.ts, which refuses what was swapped since.
 */
export async function openJail(options: JailOptions): Promise<Jail> {
  const root = await realpath(options.root);
  const cwd = await realpath(options.cwd);
  if (!isInside(root, cwd)) throw new Error(`the folder to work in (${cwd}) is not inside the workspace (${root})`);
  const persons = [
    ...(await bothSpellings(options.folder)).map((from) => ({ from, to: cwd })),
    ...(await bothSpellings(options.folderRoot)).map((from) => ({ from, to: root })),
  ];
  const jail = { root, cwd, persons, roots: [root, resolve(options.root)], readable: options.readable };
  return { root, cwd, resolve: (path, access) => resolveIn(jail, path, access) };
}

interface Opened {
  root: string;
  cwd: string;
  /** The person's folders and what stands for them in the workspace. */
  persons: { from: string; to: string }[];
  roots: string[];
  readable: () => readonly Readable[];
}

async function resolveIn(jail: Opened, path: string, access: Access): Promise<JailVerdict> {
  const odd = refusedForm(path);
  if (odd !== undefined) return refuse(odd);
  const place = locate(jail, path);
  if (place === undefined) return refuse(outside(path));
  const real = access === 'entry' ? await realEntry(place.absolute, path) : await realOf(place.absolute, path);
  if ('why' in real) return refuse(real.why);
  if (isInside(jail.root, real.absolute)) return judgeInside(jail, place, real.absolute, path, access);
  return judgeReadable(jail, place, real.absolute, path, access);
}

/** The workspace first, then peers by the name they are shown by, then the person's own folder, mapped into the workspace. */
function locate(jail: Opened, path: string): Place | undefined {
  const byName = locateReadable(jail, path);
  if (byName !== undefined) return byName;
  if (!isAbsolute(path)) return { absolute: resolve(jail.cwd, path) };
  const absolute = resolve(path);
  if (jail.roots.some((root) => isInside(root, absolute))) return { absolute };
  for (const { from, to } of jail.persons) {
    if (!isInside(from, absolute)) continue;
    const rest = relative(from, absolute);
    if (isMassgenName(rest.split(sep)[0] ?? '')) break;
    return { absolute: resolve(to, rest) };
  }
  const reachable = jail.readable().some((place) => isInside(resolve(place.path), absolute));
  return reachable ? { absolute, shown: slashed(absolute) } : undefined;
}

function locateReadable(jail: Opened, path: string): Place | undefined {
  const given = posix.normalize(slashed(path));
  for (const place of jail.readable()) {
    const name = posix.normalize(slashed(place.shownAs)).replace(/\/$/, '');
    // What is shown by its own path is found by that, after the person's folder: what stands there may be mapped into the workspace.
    if (name === '' || name === '.' || place.shownAs === place.path) continue;
    if (given !== name && !given.startsWith(`${name}/`)) continue;
    const rest = given.slice(name.length).replace(/^\/+/, '');
    return { absolute: resolve(place.path, rest), shown: rest === '' ? name : `${name}/${rest}` };
  }
  return undefined;
}

function judgeInside(jail: Opened, place: Place, absolute: string, path: string, access: Access): JailVerdict {
  const inWorkspace = slashed(relative(jail.root, absolute));
  const asked = isInside(jail.root, place.absolute) ? slashed(relative(jail.root, place.absolute)) : '';
  for (const name of [inWorkspace, asked]) {
    if (belongsToMassgen(jail, name)) return refuse(`"${path}" is kept by the session itself and cannot be used.`);
    if (access !== 'read' && name.split('/').some(isGitName)) {
      return refuse(`"${path}" is inside ".git", which tools never change; your work is recorded without commits.`);
    }
  }
  if (access !== 'read' && inWorkspace === '')
    return refuse('The workspace itself cannot be written, moved or removed; name a file in it.');
  return { ok: true, path: { absolute, shown: fromCwd(jail, absolute), inWorkspace } };
}

function belongsToMassgen(jail: Opened, inWorkspace: string): boolean {
  return [inWorkspace, fromCwd(jail, join(jail.root, inWorkspace))].some((name) => isMassgenName(name.split('/')[0] ?? ''));
}

async function judgeReadable(jail: Opened, place: Place, absolute: string, path: string, access: Access): Promise<JailVerdict> {
  for (const readable of jail.readable()) {
    const real = await realpathIfThere(readable.path);
    if (real === undefined || !isInside(real, absolute)) continue;
    if (access !== 'read') return refuse(readOnly(path, isInside(jail.root, place.absolute)));
    const inside = isInside(jail.root, place.absolute) ? fromCwd(jail, place.absolute) : undefined;
    return { ok: true, path: { absolute, shown: place.shown ?? inside ?? slashed(absolute) } };
  }
  const byLink = isInside(jail.root, place.absolute) || place.shown !== undefined;
  return refuse(byLink ? `"${path}" leads outside your workspace through a symbolic link; use a path that stays inside.` : outside(path));
}

const readOnly = (path: string, linked: boolean): string =>
  linked
    ? `"${path}" is read-only: it is linked from the installed dependencies. Change your own sources, or the manifest that names the dependency.`
    : `"${path}" is read-only: it is not part of your workspace. Write the file at its own path in your workspace.`;

type Real = { absolute: string } | { why: string };

/** The real path: links followed for all that exists, the rest taken as it is written. The walk ends at the root, which exists. */
async function realOf(absolute: string, path: string): Promise<Real> {
  const missing: string[] = [];
  for (let current = absolute; ; current = dirname(current)) {
    try {
      return { absolute: join(await realpath(current), ...missing) };
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') return { why: fileProblem(error, path) };
      const target = await linkTarget(current);
      if (target !== undefined)
        return { why: `"${path}" is or passes a symbolic link to "${target}", which does not exist; it is not followed.` };
      missing.unshift(basename(current));
    }
  }
}

/** The real path of the name itself: its parent is followed, it is not. */
async function realEntry(absolute: string, path: string): Promise<Real> {
  const parent = await realOf(dirname(absolute), path);
  return 'why' in parent ? parent : { absolute: join(parent.absolute, basename(absolute)) };
}

async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined;
  } catch (error) {
    // Not there, or gone this moment: then there is no link to follow either.
    if (['ENOENT', 'ENOTDIR', 'EINVAL'].includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

async function realpathIfThere(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    // A peer's tree that was removed is simply not readable any more.
    if (codeOf(error) !== undefined) return undefined;
    throw error;
  }
}

async function bothSpellings(path: string): Promise<string[]> {
  const real = await realpathIfThere(path);
  return real === undefined || real === resolve(path) ? [resolve(path)] : [resolve(path), real];
}

/** Whether `path` is `root` or lies in it; both absolute, both real or both as written. */
export function isInside(root: string, path: string): boolean {
  const rest = relative(root, path);
  return rest === '' || (rest !== '..' && !rest.startsWith(`..${sep}`) && !isAbsolute(rest));
}

const fromCwd = (jail: Opened, absolute: string): string => slashed(relative(jail.cwd, absolute)) || '.';
const slashed = (path: string): string => (sep === '/' ? path : path.split(sep).join('/'));
const refuse = (why: string): JailVerdict => ({ ok: false, why });
