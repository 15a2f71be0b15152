/** Names on file systems that take one spelling of a name for another, as macOS and Windows have them. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isClosed, isMissing, lstatOrNothing } from './disk.js';
import { type PathBytes, readable } from './path-bytes.js';

const folded = (path: string): string => path.normalize('NFC').toLowerCase();

/** What is in a folder, as its disk spells it. */
type Names = (folder: string) => Promise<readonly string[]>;

async function onDisk(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/**
 * Whether a path stands there in this very spelling. Only folders can tell: a file answers to all its spellings, and what it is known
 * by (an inode) differs between them on some file systems, and is one for two names of one file on others.
 */
export function spelledIn(root: string, names: Names = onDisk): (path: string) => Promise<boolean> {
  const known = new Map<string, Promise<ReadonlySet<string> | undefined>>();
  const list = async (folder: string): Promise<ReadonlySet<string> | undefined> => {
    try {
      return new Set((await names(folder)).map((name) => name.normalize('NFC')));
    } catch (error) {
      // It may be passed through and not be listed: then what answers to a name has it.
      if (isClosed(error)) return undefined;
      throw error;
    }
  };
  const namesIn = (folder: string): Promise<ReadonlySet<string> | undefined> => {
    const listed = known.get(folder) ?? list(folder);
    known.set(folder, listed);
    return listed;
  };
  return async (path) => {
    let folder = root;
    for (const part of path.split('/')) {
      const names = await namesIn(folder);
      const next = join(folder, part);
      if (names === undefined ? !(await lstatOrNothing(next)) : !names.has(part.normalize('NFC'))) return false;
      folder = next;
    }
    return true;
  };
}

/** Whether what is at `path` is a file that goes, under another spelling: then it is in nobody's way. */
export async function isRespelled(root: string, path: string, going: Iterable<string>, names?: Names): Promise<boolean> {
  const isGoing = [...going].some((other) => other !== path && folded(other) === folded(path));
  return isGoing && !(await spelledIn(root, names)(path));
}

export const ignoresCase = (config: readonly string[] = []): boolean => config.some((arg) => /^core\.ignorecase=true$/i.test(arg));

interface Listed {
  workTree: string;
  names?: Names;
  /** What is not in the index by its very spelling; a folder ends in a slash. */
  others(): Promise<readonly PathBytes[]>;
  indexed(): Promise<readonly PathBytes[]>;
}

interface Respelled {
  /** As the disk spells them. */
  untracked: PathBytes[];
  /** As the index does, where that is the same file. */
  gone: PathBytes[];
}

/**
 * Files that git, told to ignore case, takes for files of the index under another spelling: so a rename that changes case alone is a rename.
 * `known`: what is untracked or gone anyway.
 */
export async function respelled(
  { workTree, names, others, indexed }: Listed,
  known: { untracked: readonly PathBytes[]; gone: readonly PathBytes[] },
): Promise<Respelled> {
  const found: Respelled = { untracked: [], gone: [] };
  const untracked = new Set(known.untracked);
  const more = (await others()).filter((path) => !path.endsWith('/') && !untracked.has(path));
  if (more.length === 0) return found;
  const isThere = spelledIn(workTree, names);
  const bySpelling = new Map((await indexed()).map((path) => [folded(readable(path)), path]));
  for (const path of more) {
    // What has no other spelling in the index is ignored by a rule, in whatever case.
    const twin = bySpelling.get(folded(readable(path)));
    if (twin === undefined) continue;
    found.untracked.push(path);
    if (!(await isThere(readable(twin)))) found.gone.push(twin);
  }
  return found;
}
