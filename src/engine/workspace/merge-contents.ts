/** Three-way merges of file contents, many at once, as git itself merges them. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { BlobId } from '../../protocol/content.js';
import { git, gitText } from './git.js';
import { splitZ } from './raw.js';

/** Three blobs of one file; `base` is absent where both sides added it. */
export interface Sides {
  base?: BlobId;
  ours: BlobId;
  theirs: BlobId;
}

export type MergedContent =
  | { clean: true; id: BlobId }
  /** `lines`: what conflicts, as first and last line in ours (last < first: nothing there, the place is after line `last`). */
  | { clean: false; binary: false; lines: [first: number, last: number][]; marked: Uint8Array }
  | { clean: false; binary: true };

export interface MergeOptions {
  /** What the two sides are called in conflict markers. */
  labels: { ours: string; theirs: string };
  signal?: AbortSignal;
}

/**
 * Nothing that is configured anywhere may change how contents merge: no drivers, no attributes, no line ends. Lines are matched by Myers'
 * algorithm, as `git merge-file` does: with the histogram algorithm of `git merge-tree`, repeated lines made some merges clean in
 * which merge-file finds a conflict.
 */
const PLAIN = [
  ...['-c', 'merge.conflictStyle=merge', '-c', 'merge.renormalize=false', '-c', 'merge.default=', '-c', 'merge.verbosity=0'],
  ...['-c', 'core.attributesFile=', '-c', 'core.autocrlf=false', '-c', 'core.fsmonitor=false', '-c', 'core.looseCompression=0'],
];

/** Files that are worth a process of their own, where there is a core for it. */
const A_SHARE = 32;

/**
 * All files go through one `git merge-recursive` (or a few side by side, where there are very many), as flat trees named 0, 1, 2 …, so that
 * nothing but content is merged there: which paths are the same file, and what deletions and modes come to, is decided in merge.ts.
 * It takes trees as they are and is in every git, where `git merge-tree --write-tree` asks for commits and for git 2.38.
 */
export async function mergeContents(gitDir: string, sides: readonly Sides[], options: MergeOptions): Promise<MergedContent[]> {
  if (sides.length === 0) return [];
  const shares = Math.min(availableParallelism(), Math.ceil(sides.length / A_SHARE), 8);
  const length = Math.ceil(sides.length / shares);
  const parts = Array.from({ length: shares }, (_, share) => sides.slice(share * length, (share + 1) * length)).filter(
    (part) => part.length > 0,
  );
  return (await Promise.all(parts.map((part) => mergeShare(gitDir, part, options)))).flat();
}

async function mergeShare(gitDir: string, sides: readonly Sides[], options: MergeOptions): Promise<MergedContent[]> {
  const folder = join(gitDir, `merge-${process.pid}-${randomBytes(6).toString('hex')}`);
  try {
    const { base, ours, theirs } = await flatTrees(gitDir, sides);
    const at = { ...(await repositoryIn(folder, gitDir, ours)), ...(options.signal && { signal: options.signal }) };
    await git(['read-tree', ours], at);
    await git([...PLAIN, 'merge-recursive', '--diff-algorithm=myers', '--no-renames', base, '--', ours, theirs], {
      ...at,
      okCodes: [0, 1],
    });
    const merged = stagesOf(await git(['ls-files', '-z', '--stage'], at));
    return await Promise.all(sides.map((_, index) => resultOf(at.workTree, String(index), merged, { ours, theirs }, options.labels)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A bare minimum of a repository that shares the store's objects: merging leaves files in a git directory, and reads its configuration. */
async function repositoryIn(folder: string, store: string, like: string) {
  const gitDir = join(folder, 'git');
  const workTree = join(folder, 'files');
  for (const each of [join(gitDir, 'objects'), join(gitDir, 'refs'), workTree]) await mkdir(each, { recursive: true });
  await writeFile(join(gitDir, 'HEAD'), 'ref: refs/heads/none\n');
  const format =
    like.length === 64
      ? '[core]\nrepositoryformatversion = 1\n[extensions]\nobjectformat = sha256\n'
      : '[core]\nrepositoryformatversion = 0\n';
  await writeFile(join(gitDir, 'config'), format);
  return { gitDir, workTree, indexFile: join(folder, 'index'), cwd: workTree, env: { GIT_OBJECT_DIRECTORY: join(store, 'objects') } };
}

async function flatTrees(gitDir: string, sides: readonly Sides[]): Promise<{ base: string; ours: string; theirs: string }> {
  const lines = (side: keyof Sides) =>
    sides.flatMap((files, index) => (files[side] === undefined ? [] : [`100644 blob ${files[side]}\t${index}\n`])).join('');
  // An empty line ends a tree.
  const input = `${lines('base')}\n${lines('ours')}\n${lines('theirs')}\n`;
  const [base, ours, theirs] = (await gitText(['mktree', '--batch'], { gitDir, input })).trim().split('\n');
  if (base === undefined || ours === undefined || theirs === undefined) throw new Error('git mktree made fewer trees than it was told');
  return { base, ours, theirs };
}

/** The merged blob of each file; `conflict` for those that have other stages. */
function stagesOf(listing: Uint8Array): Map<string, BlobId | 'conflict'> {
  const merged = new Map<string, BlobId | 'conflict'>();
  for (const line of splitZ(listing)) {
    const tab = line.indexOf('\t');
    const [, id = '', stage] = line.slice(0, tab).split(' ');
    merged.set(line.slice(tab + 1), stage === '0' ? id : 'conflict');
  }
  return merged;
}

async function resultOf(
  workTree: string,
  name: string,
  merged: ReadonlyMap<string, BlobId | 'conflict'>,
  markers: { ours: string; theirs: string },
  labels: { ours: string; theirs: string },
): Promise<MergedContent> {
  const id = merged.get(name);
  if (id === undefined) throw new Error('git merge-recursive lost a file');
  return id === 'conflict' ? conflictIn(await readFile(join(workTree, name)), markers, labels) : { clean: true, id };
}

const indexOfMarker = (bytes: Uint8Array, label: string): number =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(`<<<<<<< ${label}`);

/** Where a merge with conflict markers conflicts, and its bytes with readable labels. The labels of the markers occur nowhere else. */
function conflictIn(bytes: Uint8Array, markers: { ours: string; theirs: string }, labels: { ours: string; theirs: string }): MergedContent {
  if (indexOfMarker(bytes, markers.ours) < 0) return { clean: false, binary: true };
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const named = text
    .replaceAll(`<<<<<<< ${markers.ours}`, () => `<<<<<<< ${latin1(labels.ours)}`)
    .replaceAll(`>>>>>>> ${markers.theirs}`, () => `>>>>>>> ${latin1(labels.theirs)}`);
  return { clean: false, binary: false, lines: conflictLines(text, markers), marked: Buffer.from(named, 'latin1') };
}

const latin1 = (label: string): string => Buffer.from(label, 'utf8').toString('latin1');

/** Line numbers in ours. A line of ours that looks like the middle marker makes a range shorter, nothing worse. */
function conflictLines(text: string, markers: { ours: string; theirs: string }): [number, number][] {
  const ranges: [number, number][] = [];
  let line = 0;
  let side: 'both' | 'ours' | 'theirs' = 'both';
  let first = 0;
  for (const content of text.split('\n')) {
    if (side === 'both' && content.startsWith(`<<<<<<< ${markers.ours}`)) {
      side = 'ours';
      first = line + 1;
    } else if (side === 'ours' && /^=======\r?$/.test(content)) {
      side = 'theirs';
      ranges.push([first, line]);
    } else if (side === 'theirs' && content.startsWith(`>>>>>>> ${markers.theirs}`)) {
      side = 'both';
    } else if (side !== 'theirs') {
      line++;
    }
  }
  return ranges;
}
