/** The pending hunks of open documents, placed in their text as it now is; a version of a document is placed once. */
import * as vscode from 'vscode';
import type { PlacedEntry } from './marks.js';
import type { Entry } from './model.js';
import type { PendingFront } from './ports.js';

export interface Placing {
  /** Nothing for documents that are no files on a disk. */
  of(document: vscode.TextDocument): Promise<PlacedEntry[]>;
}

/** Texts that are kept: one for each version of a file that an apply left. */
const KEPT = 64;

export function openPlacing(read: PendingFront['read'], entriesAt: (uri: vscode.Uri) => readonly Entry[]): Placing {
  const texts = new Map<string, Promise<string>>();
  const placed = new WeakMap<vscode.TextDocument, { version: number; entries: readonly Entry[]; result: Promise<PlacedEntry[]> }>();

  function textOf({ after, file }: Entry, encoding: string): Promise<string> {
    const key = JSON.stringify([after, file.path, encoding]);
    const known = texts.get(key);
    if (known !== undefined) return known;
    const [oldest] = texts.keys();
    if (oldest !== undefined && texts.size >= KEPT) texts.delete(oldest);
    const text = read(after, file.path).then(async (bytes) => vscode.workspace.decode(bytes ?? new Uint8Array(), { encoding }));
    texts.set(key, text);
    text.catch(() => texts.delete(key));
    return text;
  }

  async function place(document: vscode.TextDocument, entries: readonly Entry[]): Promise<PlacedEntry[]> {
    const { placeHunks } = await import('../../engine/placing.js');
    const hunky = entries.filter(({ file }) => file.hunks.length > 0 && file.kind !== 'deleted');
    return Promise.all(
      hunky.map(async (entry) => {
        const after = await textOf(entry, document.encoding);
        return { entry, hunks: placeHunks(entry.file.hunks, after, document.getText()) };
      }),
    );
  }

  return {
    async of(document) {
      const entries = entriesAt(document.uri);
      if (entries.length === 0) return [];
      const before = placed.get(document);
      if (before?.version === document.version && before.entries === entries) return before.result;
      const result = place(document, entries);
      placed.set(document, { version: document.version, entries, result });
      // What could not be read once is asked for again.
      result.catch(() => placed.delete(document));
      return result;
    },
  };
}
