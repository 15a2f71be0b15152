/** Tells what of a folder differs from an index of ours: two processes side by side, none of which writes. */
import { type GitOptions, git } from './git.js';
import type { Format } from './objects.js';
import { fieldsOf, type PathBytes } from './path-bytes.js';
import { type Differing, diffSmall } from './small-index.js';
import { ignoresCase, respelled } from './spelling.js';

/** A folder and an index of ours that follows it. */
export interface Followed {
  gitDir: string;
  format: Format;
  workTree: string;
  indexFile: string;
  /** Whether executable bits mean anything there. */
  modes: boolean;
  /** Whether links are links there. */
  links: boolean;
  /** How git is to look at the files: `-c` arguments. */
  config?: readonly string[];
  /** A file of rules that ignore more than the store's own do. */
  excludes?: string;
  signal?: AbortSignal;
}

export interface Scan extends Differing {
  /** Files that are not in the index and not ignored. */
  untracked: PathBytes[];
}

export const gitOf = ({ gitDir, workTree, indexFile, signal }: Followed): GitOptions => ({
  gitDir,
  workTree,
  indexFile,
  ...(signal && { signal }),
});

/** Deeper than any repository in a repository. */
const DEPTH = 30;

/** Invariant: a repository inside of the folder is a folder like any other: its files are named, its `.git` never. */
export async function scan(at: Followed): Promise<Scan> {
  for (let depth = 0; depth < DEPTH; depth++) {
    const [differing, untracked] = await Promise.all([diffFiles(at), listUntracked(at)]);
    const nested = untracked.filter((path) => path.endsWith('/'));
    if (nested.length === 0) return withRespelled(at, { ...differing, untracked });
    await enter(at, nested);
  }
  throw new Error('repositories are nested without end');
}

async function withRespelled(at: Followed, found: Scan): Promise<Scan> {
  if (!ignoresCase(at.config)) return found;
  const asSpelled = { ...at, config: [...(at.config ?? []), '-c', 'core.ignorecase=false'] };
  const indexed = async () => fieldsOf(await git(['ls-files', '-c', '-z'], gitOf(at)));
  const { untracked, gone } = await respelled({ workTree: at.workTree, others: () => listUntracked(asSpelled), indexed }, found);
  const isGone = new Set([...found.gone, ...gone]);
  return { changed: found.changed.filter((path) => !isGone.has(path)), gone: [...isGone], untracked: [...found.untracked, ...untracked] };
}

/** What differs from the index, by times and sizes. */
export async function diffFiles(at: Followed): Promise<Differing> {
  const small = diffSmall(at);
  if (small) return small;
  const args = [...(at.config ?? []), 'diff-files', '-z', '--raw', '--no-renames', '--ignore-submodules=all'];
  const fields = fieldsOf(await git(args, gitOf(at)));
  const [changed, gone] = [new Set<PathBytes>(), new Set<PathBytes>()];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [head = '', path = ''] = [fields[index], fields[index + 1]];
    if (path === '') continue;
    (head.endsWith(' D') ? gone : changed).add(path);
  }
  // An unmerged path comes twice; that it is there is what counts.
  return { changed: [...changed], gone: [...gone].filter((path) => !changed.has(path)) };
}

/** Those in repositories in the folder are not: each is named with a slash at its end. */
export async function listUntracked(at: Followed): Promise<PathBytes[]> {
  const more = at.excludes === undefined ? [] : ['--exclude-from', at.excludes];
  return fieldsOf(await git([...(at.config ?? []), 'ls-files', '-o', '--exclude-standard', ...more, '-z'], gitOf(at)));
}

/** A name that nobody has: it makes a folder one that the index knows. */
const PROBE = '.massgen-probe';

/** Git walks into a repository only where the index has a file in it. The file is not there, so it is in no tree. */
async function enter(at: Followed, folders: readonly PathBytes[]): Promise<void> {
  const none = '1'.padStart(at.format === 'sha256' ? 64 : 40, '0');
  const input = Buffer.from(folders.map((folder) => `100644 ${none}\t${folder}${PROBE}\0`).join(''), 'latin1');
  await git(['update-index', '--replace', '--add', '-z', '--index-info'], { ...gitOf(at), input });
}
