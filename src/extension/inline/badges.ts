/** A mark on pending files wherever the editor lists files. */
import type * as vscode from 'vscode';
import { countOf, type Entry } from './model.js';
import { changesText } from './words.js';

export const badges = (
  entriesAt: (uri: vscode.Uri) => readonly Entry[],
  onDidChangeFileDecorations: vscode.Event<vscode.Uri[]>,
): vscode.FileDecorationProvider => ({
  onDidChangeFileDecorations,
  provideFileDecoration(uri) {
    const entries = entriesAt(uri);
    if (entries.length === 0) return undefined;
    // No colour: git's stays.
    return { badge: '◆', tooltip: `MassGen: ${changesText(countOf(entries))}`, propagate: true };
  },
});
