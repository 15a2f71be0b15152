/** What changed between two trees, for lists and as a patch; git computes it, never JavaScript. */

import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TreeId } from '../../protocol/events.js';
import { git, gitText } from './git.js';
import { PATCH_OPTIONS, readPatch } from './patch.js';
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
  /** A summary for people instead of a patch. */
  stat?: boolean;
  /** Unchanged lines around each change; 3 where absent. Hunk numbers are those of 3. */
  context?: number;
  /** Whether binary files are in it (as `git apply` needs them); true where absent. Without, they are only named. */
  binary?: boolean;
  signal?: AbortSignal;
}

/** A unified diff, '' where the trees are equal. */
export async function diff(gitDir: string, from: TreeId, to: TreeId, options: DiffOptions = {}): Promise<string> {
  if (from === to || options.paths?.length === 0) return '';
  const paths = options.paths ? ['--', ...(await withOldNames(gitDir, from, to, options.paths, options.signal))] : [];
  const run = { gitDir, ...(options.signal && { signal: options.signal }) };
  const trees = [from, to, ...paths];
  if (options.stat)
    return gitText(
      ['--literal-pathspecs', ...FIXED, 'diff-tree', '-r', `-M${RENAMES}%`, '--stat', '--summary', '--no-color', ...trees],
      run,
    );
  const shape = [...PATCH_OPTIONS, `-U${options.context ?? 3}`, ...(options.binary === false ? [] : ['--binary'])];
  const out = await git(['--literal-pathspecs', ...FIXED, 'diff-tree', ...shape, ...trees], run);
  if (options.binary === false || isUtf8(out)) return utf8(out);
  const again = (attributes: string) =>
    git(['--literal-pathspecs', ...FIXED, '-c', `core.attributesFile=${attributes}`, 'diff-tree', ...shape, ...trees], run);
  const listed = await git(['--literal-pathspecs', ...FIXED, 'diff-tree', '--raw', ...shape, ...trees], run);
  return utf8(await withAttributes(gitDir, notUtf8(listed), again));
}

/**
 * Text in another encoding than UTF-8 would be spoilt by becoming a string: such files are put in the patch as binary ones.
 * Git takes that from an attributes file, which is made for this one call.
 */
async function withAttributes(gitDir: string, paths: readonly string[], run: (file: string) => Promise<Uint8Array>): Promise<Uint8Array> {
  const file = join(gitDir, `attributes-${process.pid}-${randomBytes(6).toString('hex')}`);
  await writeFile(file, paths.map((path) => `${attributePattern(path)} -diff\n`).join(''));
  try {
    return await run(file);
  } finally {
    await rm(file, { force: true });
  }
}

/** A pattern of gitattributes that matches this path only. */
function attributePattern(path: string): string {
  const literal = `/${path.replace(/[\\*?[]/g, '\\$&')}`;
  return `"${literal.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\t/g, '\\t')}"`;
}

function notUtf8(patch: Uint8Array): string[] {
  const { text, files } = readPatch(Buffer.from(patch.buffer, patch.byteOffset, patch.byteLength).toString('latin1'));
  const spoilt = files.filter((file) => !isUtf8(Buffer.from(text.slice(file.part.start, file.part.end), 'latin1')));
  return spoilt.flatMap((file) => (file.from === undefined ? [file.path] : [file.path, file.from]));
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

const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
