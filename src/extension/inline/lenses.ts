/** Accept, reject and next above every pending hunk, and for the whole file at its top. */
import * as vscode from 'vscode';
import { spotsOf } from './marks.js';
import { countOf, type Entry, type Target } from './model.js';
import type { Placing } from './placed.js';
import { changesText } from './words.js';

export function lensProvider(
  placing: Placing,
  entriesAt: (uri: vscode.Uri) => readonly Entry[],
  onDidChangeCodeLenses: vscode.Event<void>,
): vscode.CodeLensProvider {
  return {
    onDidChangeCodeLenses,
    async provideCodeLenses(document) {
      const entries = entriesAt(document.uri);
      if (entries.length === 0) return [];
      const spots = spotsOf(await placing.of(document));
      return [...ofFile(document.uri, entries), ...spots.flatMap((spot, at) => ofHunk(spot, at, spots.length))];
    },
  };
}

const lens = (line: number, title: string, command: string, tooltip: string, ...args: unknown[]): vscode.CodeLens =>
  new vscode.CodeLens(new vscode.Range(line, 0, line, 0), { title, command, tooltip, arguments: args });

function ofFile(uri: vscode.Uri, entries: readonly Entry[]): vscode.CodeLens[] {
  const { t } = vscode.l10n;
  return [
    lens(0, `MassGen: ${changesText(countOf(entries))}`, 'massgen.diffPending', t('Compare with what stood before'), uri),
    lens(0, t('$(check-all) Accept File'), 'massgen.acceptFile', t('Keep all that is pending in this file'), uri),
    lens(0, t('$(discard) Reject File'), 'massgen.rejectFile', t('Take all that is pending out of this file'), uri),
  ];
}

function ofHunk({ entry, hunk }: ReturnType<typeof spotsOf>[number], at: number, count: number): vscode.CodeLens[] {
  const { t } = vscode.l10n;
  const { session, apply, fsPath, title } = entry;
  const target: Target = { session, apply, fsPath, hunk: hunk.number };
  const { line } = hunk;
  const accept = lens(line, t('$(check) Accept'), 'massgen.acceptChange', t('Keep this change ({0})', title), target);
  const next = lens(line, t('$(arrow-down) Next ({0}/{1})', at + 1, count), 'massgen.nextChange', t('Go to the next pending change'));
  if (hunk.gone)
    return [
      lens(line, t('Edited since'), 'massgen.diffPending', t('Compare with what stood before'), vscode.Uri.file(fsPath)),
      accept,
      next,
    ];
  return [accept, lens(line, t('$(discard) Reject'), 'massgen.rejectChange', t('Take this change out again'), target), next];
}
