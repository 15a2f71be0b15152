/** Writes files of a tree out of the store: contents that the open folder does not have, or no longer. */
import { randomBytes } from 'node:crypto';
import { lstatSync, lutimesSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from './git.js';
import { STAT_FIELDS, STATS } from './index-file.js';
import type { Layout } from './layout.js';
import { readLoose } from './loose.js';
import { inFolder, linesOf, type PathBytes } from './path-bytes.js';
import type { Entry } from './raw.js';

export interface Missing {
  path: PathBytes;
  entry: Entry;
  /** Its place in `stats`. */
  number: number;
}

interface FromStore {
  /** An index of the whole tree. */
  index: Uint8Array;
  to: readonly string[];
  missing: readonly Missing[];
  stats: Uint32Array;
  signal: AbortSignal;
}

/** They all get one time, which goes into `stats`: an old one, as what is young is read again at every look. */
export async function fromStore(layout: Layout, { index, to, missing, stats, signal }: FromStore): Promise<void> {
  const time = Math.floor(Date.now() / 1000) - 10;
  const few = smallOnes(layout.gitDir, missing);
  for (const workTree of to) {
    signal.throwIfAborted();
    if (!few || !written(layout, workTree, few)) await byGit(layout, { index, workTree, missing, signal });
    for (const { path, number } of missing) {
      const file = inFolder(workTree, path);
      lutimesSync(file, time, time);
      stats[number * STATS + STAT_FIELDS.mtime] = time;
      stats[number * STATS + STAT_FIELDS.size] = lstatSync(file).size;
    }
  }
}

interface Read extends Missing {
  bytes: Buffer;
}

/** More are written sooner by a process. */
const FEW = 64;

/** Undefined where git is to write them. */
function smallOnes(gitDir: string, missing: readonly Missing[]): Read[] | undefined {
  if (missing.length > FEW) return undefined;
  const read: Read[] = [];
  for (const one of missing) {
    const bytes = readLoose(gitDir, 'blob', one.entry.id);
    if (bytes === undefined) return undefined;
    read.push({ ...one, bytes });
  }
  return read;
}

/** False where something could not be written: git tries again, and says why. */
function written({ links }: Layout, workTree: string, files: readonly Read[]): boolean {
  try {
    for (const { path, entry, bytes } of files) {
      const file = inFolder(workTree, path);
      // What was begun to be copied there is not what it shall be.
      rmSync(file, { force: true });
      if (entry.mode === '120000' && links) symlinkSync(bytes, file);
      else writeFileSync(file, bytes, { flag: 'wx', mode: entry.mode === '100755' ? 0o777 : 0o666 });
    }
    return true;
  } catch {
    return false;
  }
}

async function byGit(
  { gitDir, links }: Layout,
  { index, workTree, missing, signal }: Omit<FromStore, 'to' | 'stats'> & { workTree: string },
): Promise<void> {
  const indexFile = join(gitDir, `laying-${randomBytes(6).toString('hex')}.index`);
  try {
    await writeFile(indexFile, index);
    const args = ['-c', `core.symlinks=${links}`, 'checkout-index', '-f', '-q', '-z', '--stdin'];
    await git(args, { gitDir, workTree, indexFile, input: linesOf(missing.map(({ path }) => path)), signal });
  } finally {
    await rm(indexFile, { force: true });
  }
}
