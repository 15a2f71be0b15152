/** Three-way merges of file contents, many at once, as git itself merges them. */
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobId } from '../../protocol/content.js';
import { git, gitText, gitVersion } from './git.js';
import { splitZ } from './raw.js';
import { readBlob, readBlobs, writeBlob } from './trees.js';

/** Three blobs of one file; `base` is absent where both sides added it. */
export interface Sides {
  base?: BlobId;
  ours: BlobId;
  theirs: BlobId;
}

export type MergedContent =
  | { clean: true; id: BlobId }
  /** `lines`: what conflicts, as first and last line in ours (last < first: nothing there, the place is after line `last`). */
  | { clean: false; binary: false; lines: [first: number, last: number][]; marked: BlobId }
  | { clean: false; binary: true };

export interface MergeOptions {
  /** What the two sides are called in conflict markers. */
  labels: { ours: string; theirs: string };
  /** `file`: one `git merge-file` each, for a git before 2.38; else found out. */
  by?: 'tree' | 'file';
  signal?: AbortSignal;
}

/**
 * All files go through one `git merge-tree`, as flat trees named 0, 1, 2 …, so that nothing but content is merged there: which paths are
 * the same file, and what deletions and modes come to, is decided in merge.ts. Where git is older than 2.38, `git merge-file`
 * does the same one by one: it is wherever git is, and merges like it.
 */
export async function mergeContents(gitDir: string, sides: readonly Sides[], options: MergeOptions): Promise<MergedContent[]> {
  if (sides.length === 0) return [];
  const by = options.by ?? ((await canMergeTrees()) ? 'tree' : 'file');
  return by === 'tree' ? byTree(gitDir, sides, options) : byFile(gitDir, sides, options);
}

async function canMergeTrees(): Promise<boolean> {
  const { major, minor } = await gitVersion();
  return major > 2 || (major === 2 && minor >= 38);
}

/** No configuration may change how contents merge; blank names keep away attributes and drivers of the machine. */
const PLAIN = [
  '-c',
  'merge.renames=false',
  '-c',
  'merge.conflictStyle=merge',
  '-c',
  'merge.renormalize=false',
  '-c',
  'merge.default=',
  '-c',
  'core.attributesFile=',
];

const AUTHOR = { GIT_AUTHOR_NAME: 'massgen', GIT_AUTHOR_EMAIL: 'massgen@localhost', GIT_AUTHOR_DATE: '1 +0000' };
const IDENTITY = { ...AUTHOR, GIT_COMMITTER_NAME: 'massgen', GIT_COMMITTER_EMAIL: 'massgen@localhost', GIT_COMMITTER_DATE: '1 +0000' };

async function byTree(gitDir: string, sides: readonly Sides[], options: MergeOptions): Promise<MergedContent[]> {
  const run = { gitDir, env: IDENTITY, ...(options.signal && { signal: options.signal }) };
  const treeOf = async (side: 'base' | 'ours' | 'theirs') => {
    const lines = sides.flatMap((files, index) => (files[side] === undefined ? [] : [`100644 blob ${files[side]}\t${index}\n`]));
    return (await gitText(['mktree'], { ...run, input: lines.join('') })).trim();
  };
  const commit = async (tree: string, parents: readonly string[]) =>
    (await gitText(['commit-tree', ...parents.flatMap((parent) => ['-p', parent]), '-m', 'merge', tree], run)).trim();
  const [base, ours, theirs] = await Promise.all([treeOf('base').then((tree) => commit(tree, [])), treeOf('ours'), treeOf('theirs')]);
  // Different messages, or equal trees would be one commit and nothing would be left to merge.
  const [one, other] = await Promise.all([commit(ours, [base]), commit(theirs, [base])]);
  const out = await git([...PLAIN, 'merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', one, other], {
    ...run,
    okCodes: [0, 1],
  });
  const [tree = '', ...conflicted] = splitZ(out);
  const names = new Set(conflicted);
  const merged = await flatTree(gitDir, tree);
  const markers = { ours: one, theirs: other };
  return Promise.all(
    sides.map(async (_, index): Promise<MergedContent> => {
      const id = merged.get(String(index));
      if (id === undefined) throw new Error('git merge-tree lost a file');
      if (!names.has(String(index))) return { clean: true, id };
      return conflictIn(gitDir, await readBlob(gitDir, id), markers, options.labels);
    }),
  );
}

async function flatTree(gitDir: string, tree: string): Promise<Map<string, BlobId>> {
  const lines = splitZ(await git(['ls-tree', '-z', '--full-tree', tree], { gitDir }));
  return new Map(lines.map((line) => [line.slice(line.indexOf('\t') + 1), line.slice(0, line.indexOf('\t')).split(' ')[2] ?? '']));
}

async function byFile(gitDir: string, sides: readonly Sides[], options: MergeOptions): Promise<MergedContent[]> {
  const blobs = await readBlobs(
    gitDir,
    sides.flatMap((files) => [files.ours, files.theirs, ...(files.base === undefined ? [] : [files.base])]),
  );
  const folder = join(gitDir, `merge-${process.pid}-${randomBytes(6).toString('hex')}`);
  await mkdir(folder);
  try {
    const results: MergedContent[] = [];
    for (const files of sides) results.push(await mergeOneFile(gitDir, folder, files, blobs, options));
    return results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function mergeOneFile(
  gitDir: string,
  folder: string,
  files: Sides,
  blobs: ReadonlyMap<BlobId, Uint8Array>,
  options: MergeOptions,
): Promise<MergedContent> {
  const content = (id: BlobId | undefined) => (id === undefined ? undefined : blobs.get(id)) ?? new Uint8Array();
  // As git tells binary from text; asked first, because merge-file only fails on it.
  if ([files.base, files.ours, files.theirs].some((id) => content(id).subarray(0, 8000).includes(0))) return { clean: false, binary: true };
  for (const side of ['ours', 'base', 'theirs'] as const) await writeFile(join(folder, side), content(files[side]));
  const markers = { ours: `ours-${randomBytes(16).toString('hex')}`, theirs: `theirs-${randomBytes(16).toString('hex')}` };
  const labels = ['-L', markers.ours, '-L', 'base', '-L', markers.theirs];
  const counts = Array.from({ length: 128 }, (_, count) => count);
  const args = [...PLAIN, 'merge-file', '-p', ...labels, 'ours', 'base', 'theirs'];
  // The exit code is the number of conflicts, up to 127.
  const out = await git(args, { gitDir, cwd: folder, okCodes: counts, ...(options.signal && { signal: options.signal }) });
  if (indexOfMarker(out, markers.ours) >= 0) return conflictIn(gitDir, out, markers, options.labels);
  return { clean: true, id: await writeBlob(gitDir, out) };
}

const indexOfMarker = (bytes: Uint8Array, label: string): number =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(`<<<<<<< ${label}`);

/** Where a merge with conflict markers conflicts, and its bytes with readable labels. The labels of the markers occur nowhere else. */
async function conflictIn(
  gitDir: string,
  bytes: Uint8Array,
  markers: { ours: string; theirs: string },
  labels: { ours: string; theirs: string },
): Promise<MergedContent> {
  if (indexOfMarker(bytes, markers.ours) < 0) return { clean: false, binary: true };
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const named = text
    .replaceAll(`<<<<<<< ${markers.ours}`, () => `<<<<<<< ${latin1(labels.ours)}`)
    .replaceAll(`>>>>>>> ${markers.theirs}`, () => `>>>>>>> ${latin1(labels.theirs)}`);
  return {
    clean: false,
    binary: false,
    lines: conflictLines(text, markers),
    marked: await writeBlob(gitDir, Buffer.from(named, 'latin1')),
  };
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
