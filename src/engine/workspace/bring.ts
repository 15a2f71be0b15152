/** Brings one thing of the person's into a workspace: by a link to it, or as a copy, never so that something is written through to it. */
import { constants, readlinkSync, symlinkSync } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, readdir, realpath, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { codeOf, isMissing } from './disk.js';

export interface Bringing {
  /** The root of what was captured. */
  from: string;
  /** Where the workspace is made. */
  to: string;
  /** Where the workspace will be in the end; links and paths name it by that. */
  at: string;
  /** The real folder of dependencies that is brought. */
  base: string;
  mode: 'link' | 'copy';
  /** Collects the real folders outside of `from` that links lead to. */
  outside: Set<string>;
  signal?: AbortSignal;
}

/** Smaller files are copied: that costs no more than a link, and they may then be written. */
const SMALL = 1024 * 1024;

export const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(folder + sep);

/** Sees to it that there is a real folder. False where there is something else: writing below it could lead anywhere. */
export async function ownFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return (await lstat(path)).isDirectory();
  }
}

/** Whether no link lies on the way to `path` in the workspace: an agent may have put one there. `to` is real. */
export async function isOwnPlace(to: string, path: string): Promise<boolean> {
  const parent = dirname(join(to, path));
  return (await unlessOutOfReach(() => realpath(parent))) === parent;
}

export interface Child {
  name: string;
  kind: 'folder' | 'file' | 'link';
}

/** What is in a folder, but for sockets and the like. */
export async function childrenOf(folder: string): Promise<Child[]> {
  const entries = await unlessOutOfReach(() => readdir(folder, { withFileTypes: true }));
  return (entries ?? []).flatMap((entry): Child[] => {
    const kind = entry.isDirectory() ? 'folder' : entry.isFile() ? 'file' : entry.isSymbolicLink() ? 'link' : undefined;
    return kind ? [{ name: entry.name, kind }] : [];
  });
}

/** As `mode` says. */
export async function bring(source: string, target: string, kind: Child['kind'], how: Bringing): Promise<void> {
  how.signal?.throwIfAborted();
  if (kind === 'link') return bringLink(source, target, how);
  if (kind === 'file') return bringFile(source, target, how);
  return how.mode === 'link' ? linkTo(source, target) : copyTree(source, target, how);
}

/** A copy, whatever `mode` says; it shares its blocks where the file system can do that. */
export async function copyTree(source: string, target: string, how: Bringing): Promise<void> {
  how.signal?.throwIfAborted();
  if (!(await ownFolder(target))) return;
  for (const { name, kind } of await childrenOf(source)) {
    const [one, other] = [join(source, name), join(target, name)];
    if (kind === 'folder') await copyTree(one, other, how);
    else if (kind === 'link') await bringLink(one, other, how);
    else await copyOf(one, other);
  }
}

async function bringFile(source: string, target: string, { mode }: Bringing): Promise<void> {
  const isSmall = async () => ((await unlessOutOfReach(() => stat(source)))?.size ?? 0) <= SMALL;
  // On Windows only folders can be linked without special rights.
  if (mode === 'copy' || process.platform === 'win32' || (await isSmall())) return copyOf(source, target);
  await linkTo(source, target);
}

/** A copy of a file. */
export const copyOf = (source: string, target: string): Promise<void> =>
  unlessThere(async () => {
    await unlessOutOfReach(() => copyFile(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL));
  });

/** A text in the place of a copy, with the permissions of the source. */
export const writeLike = (source: string, target: string, text: string): Promise<void> =>
  unlessThere(async () => {
    await writeFile(target, text, { flag: 'wx' });
    await chmod(target, (await stat(source)).mode);
  });

/** At once: to hand it to another thread takes ten times as long. */
const linkTo = (to: string, path: string): Promise<void> => unlessThere(() => symlinkSync(to, path, 'junction'));

/**
 * Invariant: a link to what is in the folder leads to the workspace's own in the workspace, or checks would run the person's code.
 * Such links are relative, so that they hold wherever the workspace is moved.
 */
async function bringLink(source: string, target: string, how: Bringing): Promise<void> {
  const text = await unlessOutOfReach(() => readlinkSync(source));
  if (text === undefined) return;
  const leads = resolve(dirname(source), text);
  const inside = isWithin(leads, how.from);
  if (inside && process.platform === 'win32') return linkTo(join(how.at, relative(how.from, leads)), target);
  if (!isAbsolute(text) && (inside || isWithin(leads, how.base))) return linkTo(text, target);
  if (inside) return linkTo(relative(dirname(target), join(how.to, relative(how.from, leads))), target);
  const real = await realpath(source).catch(() => undefined); // It leads nowhere, and so does ours.
  if (real === undefined) return linkTo(text, target);
  if (isWithin(real, how.from)) return linkTo(relative(dirname(target), join(how.to, relative(how.from, real))), target);
  await showPackage(real, how);
  await linkTo(isAbsolute(text) ? text : real, target);
}

/** What is no package is not shown to anyone because a link leads to it, nor what holds the person's home, or the folder itself. */
export async function showPackage(real: string, { from, outside }: Bringing): Promise<void> {
  if (isWithin(from, real) || isWithin(homedir(), real)) return;
  const manifests = await Promise.all(['package.json', 'composer.json'].map((name) => unlessOutOfReach(() => stat(join(real, name)))));
  if (manifests.some((manifest) => manifest?.isFile())) outside.add(real);
}

/** So long is this thread held by making links. */
const SLICE_MS = 5;

/** Links to folders, which are many. */
export async function linkFolders(source: string, target: string, children: Iterable<Child>, { signal }: Bringing): Promise<void> {
  let since = performance.now();
  for (const { name } of children) {
    await linkTo(`${source}${sep}${name}`, `${target}${sep}${name}`);
    if (performance.now() - since < SLICE_MS) continue;
    await setImmediate();
    signal?.throwIfAborted();
    since = performance.now();
  }
}

/** What the tree of the workspace holds itself is left as it is. */
async function unlessThere(act: () => Promise<void> | void): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/** What is not there any more, or may not be read, is not brought. */
export async function unlessOutOfReach<T>(act: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (isMissing(error) || codeOf(error) === 'EACCES' || codeOf(error) === 'EPERM' || codeOf(error) === 'ELOOP') return undefined;
    throw error;
  }
}
