/** A folder of the person's, held while something is done in it: whatever is put in its place meanwhile, it is done in that very folder. */
import { closeSync, constants, existsSync, lstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { foldersOf } from './trees.js';

/** Not a folder that could be held: a link, a file, nothing, or another one by the time that it was done. */
export class NotHeld extends Error {}

/** Opens without reading: Linux's own, which Node does not name. */
const O_PATH = 0o10000000;
const FOLDER = O_PATH | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);
const canHold = process.platform === 'linux' && existsSync('/proc/self/fd');

/**
 * Calls `work` with a path of the folder `root`/`folder`; '' is `root` itself. Throws NotHeld where a link or no folder is on the way.
 * Invariant on Linux: the path leads to the folder that was opened, name by name from the root, and no link was followed. Elsewhere Node has no means for
 * that: the path is an ordinary one, and it is looked at before and after whether the same folder stands there.
 */
export async function inFolder<T>(root: string, folder: string, work: (place: string) => Promise<T>): Promise<T> {
  const names = folder === '' ? [] : folder.split('/');
  const plain = join(root, ...names);
  if (!canHold) {
    const before = identityOf(root, folder);
    const result = await work(plain);
    if (identityOf(root, folder) !== before) throw new NotHeld(folder);
    return result;
  }
  const held = hold(root, names);
  const place = `/proc/self/fd/${held}`;
  try {
    return await work(place);
  } catch (error) {
    throw named(error, place, plain);
  } finally {
    closeSync(held);
  }
}

/** The same for the folder that `path` is in; `work` is given where the path itself is. */
export const inFolderOf = <T>(root: string, path: string, work: (target: string) => Promise<T>): Promise<T> => {
  const slash = path.lastIndexOf('/');
  return inFolder(root, path.slice(0, Math.max(0, slash)), (place) => work(`${place}/${path.slice(slash + 1)}`));
};

function hold(root: string, names: readonly string[]): number {
  // Who opened the folder has been let through its links already.
  let held = openSync(root, O_PATH | (constants.O_DIRECTORY ?? 0));
  for (const name of names) {
    const outer = held;
    try {
      held = openSync(`/proc/self/fd/${outer}/${name}`, FOLDER);
    } catch (cause) {
      throw new NotHeld(name, { cause });
    } finally {
      closeSync(outer);
    }
  }
  return held;
}

function identityOf(root: string, folder: string): string {
  const inside = folder === '' ? [] : [...foldersOf(`${folder}/x`)];
  return inside
    .map((one) => {
      const stat = lstatSync(join(root, one), { bigint: true, throwIfNoEntry: false });
      if (!stat?.isDirectory()) throw new NotHeld(one);
      return `${stat.dev}:${stat.ino}`;
    })
    .join();
}

/** A person knows the folder by its own path. */
function named(error: unknown, place: string, plain: string): unknown {
  if (!(error instanceof Error)) return error;
  for (const key of ['path', 'dest', 'message'] as const) {
    const text: unknown = Reflect.get(error, key);
    if (typeof text === 'string' && text.includes(`${place}/`)) Reflect.set(error, key, text.replaceAll(`${place}/`, `${plain}/`));
  }
  return error;
}
