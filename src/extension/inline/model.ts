/** What is pending in the folder, as an editor looks for it: by file. Values, free of the editor. */
import { join } from 'node:path';
import { type PendingFile, selectionOf } from '../../engine/pending.js';
import type { ApplyId, Selection, SessionId, TreeId } from '../../protocol/events.js';
import type { FolderPending } from '../hosting/pendings.js';

/** A file of one apply of one session. Two applies may have left something in the same file. */
export interface Entry {
  session: SessionId;
  /** The session's title. */
  title: string;
  apply: ApplyId;
  /** Absolute. */
  fsPath: string;
  file: PendingFile;
  /** Trees: what the hunks' new side is of, and what stands of the folder without all that is pending. */
  after: TreeId;
  settled: TreeId;
}

/** What a command is about; one hunk of it, or the whole file. */
export interface Target {
  session: SessionId;
  apply: ApplyId;
  fsPath: string;
  hunk?: number;
}

/** One fact's worth: what is accepted or rejected together. */
export interface Choice {
  session: SessionId;
  apply: ApplyId;
  selection: Exclude<Selection, 'all'>;
}

/** `at`: how the editor calls an absolute path. By path, in the order of the paths; within a file in the order of the applies. */
export function entriesOf({ root, changes }: FolderPending, at: (path: string) => string = (path) => path): Entry[] {
  const entries = changes.flatMap(({ session, title, apply, files, after, settled }) =>
    files.map((file): Entry => ({ session, title, apply, fsPath: at(join(root, file.path)), file, after, settled })),
  );
  return entries.sort((a, b) => (a.file.path < b.file.path ? -1 : a.file.path > b.file.path ? 1 : 0));
}

/** What is changed as a whole counts as one change. */
export const countOf = (entries: readonly Entry[]): number => entries.reduce((sum, { file }) => sum + Math.max(1, file.hunks.length), 0);

/** The entries of a target that are still pending: what a lens of a moment ago names may be gone. */
export const aimedAt = (entries: readonly Entry[], { session, apply, fsPath, hunk }: Target): Entry[] =>
  entries.filter(
    (one) =>
      one.session === session &&
      one.apply === apply &&
      one.fsPath === fsPath &&
      (hunk === undefined || one.file.hunks.some(({ number }) => number === hunk)),
  );

/** One choice for each apply: each is all or nothing. */
export function choicesFor(entries: readonly Entry[], hunk?: number): Choice[] {
  const choices: Choice[] = [];
  for (const { session, apply, file } of entries) {
    const selection = selectionOf(file, hunk);
    const same = choices.find((one) => one.session === session && one.apply === apply);
    if (same === undefined) choices.push({ session, apply, selection });
    else same.selection.push(...selection);
  }
  return choices;
}

/** Each path once, in the order of the entries. */
export function byPath(entries: readonly Entry[]): Map<string, Entry[]> {
  const found = new Map<string, Entry[]>();
  for (const entry of entries) found.set(entry.fsPath, [...(found.get(entry.fsPath) ?? []), entry]);
  return found;
}
