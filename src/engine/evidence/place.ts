/** A folder that checks are looked for in, and what can be read there. */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathOf } from './spec.js';

export interface Place {
  /** Relative to the captured root, '' for the root itself. */
  path: string;
  entries: ReadonlySet<string>;
  /** Names of the folders in it, links not among them. */
  folders: readonly string[];
  /** Text of a file here; undefined where there is none. Of a very long one, the beginning. */
  text(name: string): Promise<string | undefined>;
  /** Names in a folder here; none where there is no such folder. */
  list(name: string): Promise<string[]>;
}

const TEXT_BYTES = 1024 * 1024;

/** The open folder first, then the root of what is captured, where that is another. */
export async function placesOf(root: string, prefix: string): Promise<Place[]> {
  const paths = prefix === '' ? [''] : [prefix, ''];
  return Promise.all(paths.map((path) => openPlace(root, path)));
}

/** What is in these is no package of the folder's own, or one that is only looked at. */
const PASSED_OVER =
  /^(\..*|node_modules|vendor|third[_-]?party|external|deps|dist|build|out|target|bin|obj|coverage|venv|env|__pycache__|tests?|specs?|__tests__|e2e|fixtures?|__fixtures__|testdata|examples?|samples?|demos?|templates?|docs?|benchmarks?|bench|Pods|DerivedData|cmake-build-.*)$/i;

/** So deep are packages looked for, and so many folders are looked at. */
const DEPTH = 3;
const MOST_FOLDERS = 300;

/** The folders below `place` that may be packages of their own, nearest first, those of a folder by name. */
export async function placesBelow(root: string, place: Place): Promise<Place[]> {
  const found: Place[] = [];
  let level = [place];
  for (let depth = 0; depth < DEPTH; depth += 1) {
    const paths = level.flatMap((one) => one.folders.filter((name) => !PASSED_OVER.test(name)).map((name) => pathOf(one.path, name)));
    level = await Promise.all(
      paths
        .sort()
        .slice(0, MOST_FOLDERS - found.length)
        .map((path) => openPlace(root, path)),
    );
    // A repository or an environment inside is another's.
    level = level.filter(({ entries }) => !entries.has('.git') && !entries.has('pyvenv.cfg'));
    found.push(...level);
  }
  return found;
}

async function openPlace(root: string, path: string): Promise<Place> {
  const entries = await entriesOf(join(root, path));
  return {
    path,
    entries: new Set(entries.map(({ name }) => name)),
    folders: entries.filter((entry) => entry.isDirectory()).map(({ name }) => name),
    list: async (name) => (await entriesOf(join(root, path, name))).map((entry) => entry.name),
    text: (name) => beginningOf(join(root, path, name)),
  };
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch {
    // No such folder, or not one that can be read: nothing is found in it.
    return [];
  }
}

async function beginningOf(file: string): Promise<string | undefined> {
  try {
    await using handle = await open(file);
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.min(size, TEXT_BYTES));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    return bytes.subarray(0, bytesRead).toString('utf8');
  } catch {
    // No such file, or not one that can be read: it defines no check.
    return undefined;
  }
}

export const fileAt = (place: Place, name: string): string => pathOf(place.path, name);
