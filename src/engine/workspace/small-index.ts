/** Tells what differs from a small index by looking at its files here: to start a process takes longer than to look at some hundred files. */
import { lstatSync, readFileSync, statSync } from 'node:fs';
import { codeOf } from './disk.js';
import { statFields } from './file-stat.js';
import { type IndexEntry, readIndex, STAT_FIELDS } from './index-file.js';
import type { Format } from './objects.js';
import { inFolder, type PathBytes } from './path-bytes.js';

export interface Small {
  workTree: string;
  indexFile: string;
  format: Format;
  modes: boolean;
  config?: readonly string[];
}

export interface Differing {
  /** Files of the index whose times, size or kind are not as the index has them; their content may be the same. */
  changed: PathBytes[];
  /** Files of the index that are not on disk. */
  gone: PathBytes[];
}

/** Of some hundred files. */
const SMALL = 48 * 1024;

/**
 * Undefined where git is to be asked. Invariant: a file that is in neither list is one that git would not read either: it has all that
 * git looks at there, and its times are older than the index.
 */
export function diffSmall(at: Small): Differing | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    const { size, mtimeNs } = statSync(at.indexFile, { bigint: true });
    const entries = size > SMALL ? undefined : readIndex(readFileSync(at.indexFile), at.format);
    if (!entries?.every(({ plain, stat }) => plain && (stat[STAT_FIELDS.mode] ?? 0) >> 12 !== GITLINK)) return undefined;
    const fields = comparedFields(at.config ?? []);
    const isFolder = foldersOf(at.workTree);
    const found: Differing = { changed: [], gone: [] };
    for (const entry of entries) {
      const slash = entry.path.lastIndexOf('/');
      const disk = slash < 0 || isFolder(entry.path.slice(0, slash)) ? statFields(at.workTree, entry.path) : undefined;
      if (disk === undefined || kindOf(disk) === FOLDER) found.gone.push(entry.path);
      else if (!isSame(entry, disk, fields, at.modes) || !isOlder(entry.stat, mtimeNs)) found.changed.push(entry.path);
    }
    return found;
  } catch (error) {
    // No index yet, or something that may not be looked at: git says what is to be said.
    if (codeOf(error) !== undefined) return undefined;
    throw error;
  }
}

const GITLINK = 0o16;
const FOLDER = 0o4;
const kindOf = (stat: Uint32Array): number => (stat[STAT_FIELDS.mode] ?? 0) >> 12;

/** As git is told to look; what is said last counts. */
function comparedFields(config: readonly string[]): number[] {
  const said = (key: string) => config.findLast((arg) => arg.toLowerCase().startsWith(`core.${key}=`))?.split('=')[1];
  const { ctime, ctimeNs, mtime, mtimeNs, ino, uid, gid, size } = STAT_FIELDS;
  if (said('checkstat') === 'minimal') return [mtime, size];
  const changed = (said('trustctime') ?? 'true') === 'true' ? [ctime, ctimeNs] : [];
  return [...changed, mtime, mtimeNs, ino, uid, gid, size];
}

function isSame({ stat }: IndexEntry, disk: Uint32Array, fields: readonly number[], modes: boolean): boolean {
  const executable = (one: Uint32Array) => ((one[STAT_FIELDS.mode] ?? 0) & 0o100) !== 0;
  if (kindOf(stat) !== kindOf(disk) || (modes && kindOf(stat) === FILE && executable(stat) !== executable(disk))) return false;
  return fields.every((field) => stat[field] === disk[field] || (stat[field] === 0 && NANOSECONDS.has(field)));
}

const FILE = 0o10;
/** Some gits keep none. */
const NANOSECONDS: ReadonlySet<number> = new Set([STAT_FIELDS.ctimeNs, STAT_FIELDS.mtimeNs]);

/** Git reads a file whose time is not older than its index's: it may have changed since within the same moment. */
function isOlder(stat: Uint32Array, index: bigint): boolean {
  const [seconds = 0, nanoseconds = 0] = stat.subarray(STAT_FIELDS.mtime, STAT_FIELDS.mtime + 2);
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds === 0 ? 999_999_999 : nanoseconds) < index;
}

/** Whether a path is a folder all the way: behind a link nothing is the folder's own. */
function foldersOf(root: string): (path: PathBytes) => boolean {
  const known = new Map<PathBytes, boolean>();
  const is = (path: PathBytes): boolean => {
    const before = known.get(path);
    if (before !== undefined) return before;
    const slash = path.lastIndexOf('/');
    const above = slash < 0 || is(path.slice(0, slash));
    const found = above && lstatSync(inFolder(root, path), { throwIfNoEntry: false })?.isDirectory() === true;
    known.set(path, found);
    return found;
  };
  return is;
}
