/** What changed between two trees, for lists and as a patch; git computes it, never JavaScript. */

import type { Candidate, TreeId } from '../../protocol/events.js';
import { git } from './git.js';
import { PATCH_OPTIONS, type Patch } from './patch.js';
import { FIXED, type RawChange, RENAMES, rawChangeAt, splitZ } from './raw.js';
import type { FileChange } from './store.js';

/** Every changed file with its kind and size, by one process. */
export async function changes(gitDir: string, from: TreeId, to: TreeId, options: { signal?: AbortSignal } = {}): Promise<FileChange[]> {
  if (from === to) return [];
  const args = [
    ...FIXED,
    'diff-tree',
    '-r',
    '-z',
    `-M${RENAMES}%`,
    '--no-abbrev',
    '--raw',
    '--numstat',
    '--no-ext-diff',
    '--no-textconv',
    from,
    to,
  ];
  const fields = splitZ(await git(args, { gitDir, ...(options.signal && { signal: options.signal }) }));
  const raw: RawChange[] = [];
  let at = 0;
  while (fields[at]?.startsWith(':')) {
    const record = rawChangeAt(fields, at);
    raw.push(record.change);
    at = record.next;
  }
  const list = raw.map((change) => {
    const size = /^(\d+|-)\t(\d+|-)\t/.exec(fields[at] ?? '');
    if (!size) throw new Error(`git diff-tree printed no size of ${change.path}`);
    // A rename's two paths follow in fields of their own; any other path is in the same field.
    at += change.status === 'R' ? 3 : 1;
    return fileChange(change, size[1] ?? '', size[2] ?? '');
  });
  if (at !== fields.length) throw new Error('git diff-tree printed more sizes than changes');
  return list;
}

function fileChange(change: RawChange, added: string, removed: string): FileChange {
  const file: FileChange = {
    path: change.path,
    kind: kindOf(change),
    binary: added === '-',
    added: Number(added) || 0,
    removed: Number(removed) || 0,
  };
  if (change.from !== undefined) file.from = change.from;
  return file;
}

function kindOf(change: RawChange): FileChange['kind'] {
  if (change.status === 'M' && change.old?.id === change.new?.id) return 'mode-changed';
  return ({ A: 'added', M: 'modified', D: 'deleted', R: 'renamed', T: 'type-changed' } as const)[change.status];
}

export interface DiffOptions {
  /** Only these paths (of `to`, or of `from` where deleted), or what is below them. */
  paths?: readonly string[];
  /** Unchanged lines around each change; 3 where absent. Hunk numbers are those of 3. */
  context?: number;
  signal?: AbortSignal;
}

/** Git's very bytes, as `git apply` takes them: text in any encoding, binary files and renames included; none where the trees are equal. */
export function patch(gitDir: string, from: TreeId, to: TreeId, options: DiffOptions = {}): Promise<Uint8Array> {
  return diffTree(gitDir, from, to, [...shapeOf(options), '--binary'], options);
}

/** The same for reading: binary files are only named, and what is not UTF-8 is shown as U+FFFD. `stat`: a summary instead of lines. */
export async function diff(gitDir: string, from: TreeId, to: TreeId, options: DiffOptions & { stat?: boolean } = {}): Promise<string> {
  const shape = options.stat ? ['-r', `-M${RENAMES}%`, '--stat', '--summary', '--no-color'] : shapeOf(options);
  return utf8(await diffTree(gitDir, from, to, shape, options));
}

const shapeOf = ({ context = 3 }: DiffOptions): string[] => [...PATCH_OPTIONS, `-U${context}`];

async function diffTree(gitDir: string, from: TreeId, to: TreeId, shape: readonly string[], options: DiffOptions): Promise<Uint8Array> {
  if (from === to || options.paths?.length === 0) return new Uint8Array();
  const paths = options.paths ? ['--', ...(await withOldNames(gitDir, from, to, options.paths, options.signal))] : [];
  const args = ['--literal-pathspecs', ...FIXED, 'diff-tree', ...shape, from, to, ...paths];
  return git(args, { gitDir, ...(options.signal && { signal: options.signal }) });
}

/** The old names of renamed files among `paths` too, or git would show a renamed file as a new one. */
async function withOldNames(
  gitDir: string,
  from: TreeId,
  to: TreeId,
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const below = (path: string) =>
    paths.some((wanted) => wanted === '' || path === wanted || path.startsWith(`${wanted.replace(/\/$/, '')}/`));
  const list = await changes(gitDir, from, to, signal ? { signal } : {});
  const old = list.flatMap((change) => (change.from !== undefined && below(change.path) ? [change.from] : []));
  return [...paths, ...old];
}

/** How much a patch changes. */
export function sizeOf({ files }: Patch): Candidate['size'] {
  const lines = (sign: string) =>
    files.reduce((sum, { hunks }) => sum + hunks.reduce((more, { signs }) => more + signs.split(sign).length - 1, 0), 0);
  return { files: files.length, added: lines('+'), removed: lines('-') };
}

const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
