/** Names on file systems that take one spelling of a name for another, as macOS and Windows have them. */
import { join } from 'node:path';
import { lstatOrNothing } from './disk.js';
import { inFolder, type PathBytes, readable } from './path-bytes.js';

const folded = (path: string): string => path.normalize('NFC').toLowerCase();

/** Whether what is at `path` is a file that goes, under another spelling: then it is in nobody's way. */
export async function isRespelled(root: string, path: string, going: Iterable<string>): Promise<boolean> {
  const same = [...going].filter((other) => other !== path && folded(other) === folded(path));
  if (same.length === 0) return false;
  const here = await lstatOrNothing(join(root, path));
  for (const other of same) if (isSame(here, await lstatOrNothing(join(root, other)))) return true;
  return false;
}

const isSame = (a: { ino: number; dev: number } | undefined, b: { ino: number; dev: number } | undefined): boolean =>
  a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;

export const ignoresCase = (config: readonly string[] = []): boolean => config.some((arg) => /^core\.ignorecase=true$/i.test(arg));

interface Listed {
  workTree: string;
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
  { workTree, others, indexed }: Listed,
  known: { untracked: readonly PathBytes[]; gone: readonly PathBytes[] },
): Promise<Respelled> {
  const found: Respelled = { untracked: [], gone: [] };
  const untracked = new Set(known.untracked);
  const more = (await others()).filter((path) => !path.endsWith('/') && !untracked.has(path));
  if (more.length === 0) return found;
  const bySpelling = new Map((await indexed()).map((path) => [folded(readable(path)), path]));
  for (const path of more) {
    // What has no other spelling in the index is ignored by a rule, in whatever case.
    const twin = bySpelling.get(folded(readable(path)));
    if (twin === undefined) continue;
    found.untracked.push(path);
    if (isSame(await lstatOrNothing(inFolder(workTree, path)), await lstatOrNothing(inFolder(workTree, twin)))) found.gone.push(twin);
  }
  return found;
}
