/** Makes the dependencies of a workspace its own, so that an install can change them. */
import { realpath, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { renameOver } from '../process/rename-over.js';
import { type Bringing, childrenOf, copyOf, copyTree, isOwnPlace, isWithin, unlessOutOfReach } from './bring.js';
import { dependencyFolders } from './dependency-folders.js';
import { lstatOrNothing } from './disk.js';

export interface LinkedWorkspace {
  /** The root of what was captured. */
  from: string;
  /** The root of the workspace. */
  root: string;
  /** The open folder in it. */
  prefix: string;
  /** Where links of the workspace may lead. */
  linkedRoots: readonly string[];
  signal?: AbortSignal;
}

/**
 * Every link that leads to the person's dependencies becomes a copy; gives the links that it was.
 * Invariant: where it stops in the midst, each place is either still the link or the whole copy, so it can be done again.
 */
export async function replaceLinks({ from, root, prefix, linkedRoots, signal }: LinkedWorkspace): Promise<string[]> {
  const replaced: string[] = [];
  const to = await realpath(root);
  const how: Omit<Bringing, 'base'> = { from, to, at: to, mode: 'copy', outside: new Set(), ...(signal && { signal }) };
  for (const { path } of await dependencyFolders(to, prefix)) {
    if (!(await isOwnPlace(to, path))) continue;
    for (const link of await linksIn(join(to, path), linkedRoots)) {
      await replace(link, { ...how, base: link.root });
      replaced.push(link.path);
    }
  }
  return replaced;
}

interface Link {
  path: string;
  /** Where it really leads. */
  to: string;
  /** The folder of dependencies that this is in. */
  root: string;
}

/**
 * The links at `path`, or below it, that lead to the person's dependencies; none is followed.
 * Invariant: what they lead to is looked at where it really is, as an agent may have made links of its own.
 */
async function linksIn(path: string, linkedRoots: readonly string[]): Promise<Link[]> {
  const stat = await lstatOrNothing(path);
  if (stat?.isSymbolicLink()) {
    const to = await unlessOutOfReach(() => realpath(path));
    const root = to === undefined ? undefined : linkedRoots.find((linked) => isWithin(to, linked));
    return to === undefined || root === undefined ? [] : [{ path, to, root }];
  }
  const children = stat?.isDirectory() ? (await childrenOf(path)).filter(({ kind }) => kind !== 'file') : [];
  return (await Promise.all(children.map(({ name }) => linksIn(join(path, name), linkedRoots)))).flat();
}

async function replace({ path, to }: Link, how: Bringing): Promise<void> {
  const making = `${path}.massgen-making`;
  await rm(making, { recursive: true, force: true });
  const found = await unlessOutOfReach(() => stat(to));
  if (found?.isDirectory()) await copyTree(to, making, how);
  else if (found?.isFile()) await copyOf(to, making);
  await unlink(path);
  if (found) await renameOver(making, path);
}
