/** What differs between two trees, entry by entry, as git's raw diff tells it. */
import type { TreeId } from '../../protocol/events.js';
import { git } from './git.js';

/** One path of a tree: its mode (`100644`, `100755`, `120000`, `160000`) and the id of what it holds. */
export interface Entry {
  mode: string;
  id: string;
}

export interface RawChange {
  /** A added, M modified, D deleted, R renamed, T type changed. */
  status: 'A' | 'M' | 'D' | 'R' | 'T';
  /** Path in the second tree; in the first for a deletion. */
  path: string;
  /** Path in the first tree, for a rename. */
  from?: string;
  /** In the first tree; absent for what was added. */
  old?: Entry;
  /** In the second tree; absent for what was deleted. */
  new?: Entry;
}

export interface RawOptions {
  /** The least share of equal content, in percent, that makes a rename; `false` for none. */
  renames?: number | false;
  signal?: AbortSignal;
}

/**
 * Settings that no configuration of the person's or the machine's may change, or the same two trees would give
 * different diffs: hunk numbers, patches and merges are all made from them.
 */
export const FIXED: readonly string[] = [
  '-c',
  'core.quotePath=true',
  '-c',
  'diff.renameLimit=1000',
  '-c',
  'diff.suppressBlankEmpty=false',
  '-c',
  'diff.orderFile=',
  '-c',
  'diff.algorithm=myers',
  '-c',
  'diff.interHunkContext=0',
];

/** The share of equal content that makes a rename wherever a candidate's change is shown or chosen from (git's default). */
export const RENAMES = 50;

export async function rawChanges(gitDir: string, from: TreeId, to: TreeId, options: RawOptions = {}): Promise<RawChange[]> {
  if (from === to) return [];
  const renames = options.renames === false ? '--no-renames' : `-M${options.renames ?? RENAMES}%`;
  const args = [...FIXED, 'diff-tree', '-r', '-z', '--raw', '--no-abbrev', renames, from, to];
  const out = await git(args, { gitDir, ...(options.signal && { signal: options.signal }) });
  const fields = splitZ(out);
  const changes: RawChange[] = [];
  let at = 0;
  while (at < fields.length) {
    const { change, next } = rawChangeAt(fields, at);
    changes.push(change);
    at = next;
  }
  return changes;
}

/** Reads the raw record that starts at field `at` of NUL-separated output. */
export function rawChangeAt(fields: readonly string[], at: number): { change: RawChange; next: number } {
  const [head = '', first, second] = fields.slice(at, at + 3);
  const renamed = /R\d+$/.test(head);
  return { change: rawChange(head, first, renamed ? second : undefined), next: at + (renamed ? 3 : 2) };
}

/** A raw record from its head (`:100644 100755 <id> <id> M`) and its one or two paths. */
export function rawChange(head: string, first: string | undefined, second?: string): RawChange {
  const match = /^:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) ([AMDRT])\d*$/.exec(head);
  if (!match || first === undefined) throw new Error(`git diff-tree printed what cannot be read: ${JSON.stringify(head.slice(0, 80))}`);
  const [, oldMode = '', newMode = '', oldId = '', newId = '', letter = ''] = match;
  const change: RawChange = { status: letter as RawChange['status'], path: second ?? first };
  if (second !== undefined) change.from = first;
  if (oldMode !== ABSENT) change.old = { mode: oldMode, id: oldId };
  if (newMode !== ABSENT) change.new = { mode: newMode, id: newId };
  return change;
}

const ABSENT = '000000';

/** Fields of `-z` output, without the empty one after the last NUL. */
export function splitZ(out: Uint8Array): string[] {
  const fields = Buffer.from(out.buffer, out.byteOffset, out.byteLength).toString('utf8').split('\0');
  if (fields.at(-1) === '') fields.pop();
  return fields;
}

export const isFile = (entry: Entry | undefined): boolean => entry?.mode === '100644' || entry?.mode === '100755';
export const isExecutable = (entry: Entry | undefined): boolean => entry?.mode === '100755';
export const isLink = (entry: Entry | undefined): boolean => entry?.mode === '120000';
export const isRepository = (entry: Entry | undefined): boolean => entry?.mode === '160000';

export function sameEntry(a: Entry | undefined, b: Entry | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.mode === b.mode && a.id === b.id);
}
