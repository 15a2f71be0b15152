/**
 * The list of pending files: a source control of the editor's own, so that it has what people know from git's: counts, buttons in each row,
 * diffs against what stood before beside the line numbers. It is there only while something is pending.
 */
import * as vscode from 'vscode';
import { byPath, countOf, type Entry } from './model.js';
import type { Ports } from './ports.js';
import { changesText } from './words.js';

export interface PendingList extends vscode.Disposable {
  show(folder: string, entries: readonly Entry[]): void;
  /** The rows, as they are shown. */
  rows(): readonly vscode.SourceControlResourceState[];
}

export function openList(ports: Pick<Ports, 'treeUri'>, entriesAt: (uri: vscode.Uri) => readonly Entry[]): PendingList {
  let shown: { folder: string; control: vscode.SourceControl; group: vscode.SourceControlResourceGroup } | undefined;

  function begin(folder: string): NonNullable<typeof shown> {
    const control = vscode.scm.createSourceControl('massgen', 'MassGen', vscode.Uri.file(folder));
    control.inputBox.visible = false;
    control.quickDiffProvider = {
      provideOriginalResource(uri) {
        const [entry] = entriesAt(uri);
        return entry && beforeUri(ports, folder, entry);
      },
    };
    return { folder, control, group: control.createResourceGroup('pending', vscode.l10n.t('Pending')) };
  }
  function end(): void {
    shown?.group.dispose();
    shown?.control.dispose();
    shown = undefined;
  }

  return {
    show(folder, entries) {
      if (entries.length === 0 || shown?.folder !== folder) end();
      if (entries.length === 0) return;
      shown ??= begin(folder);
      shown.group.resourceStates = rowsOf(entries);
      shown.control.count = countOf(entries);
    },
    rows: () => shown?.group.resourceStates ?? [],
    dispose: end,
  };
}

/** What stood before, with what was accepted. */
export const beforeUri = ({ treeUri }: Pick<Ports, 'treeUri'>, folder: string, { file, settled }: Entry): vscode.Uri =>
  treeUri(folder, file.kind === 'added' ? undefined : settled, file.from ?? file.path);

/** One row for each file, whatever number of applies it is from. */
function rowsOf(entries: readonly Entry[]): vscode.SourceControlResourceState[] {
  return [...byPath(entries)].map(([fsPath, all]) => {
    const resourceUri = vscode.Uri.file(fsPath);
    const kinds = new Set(all.map(({ file }) => file.kind));
    const titles = [...new Set(all.map(({ title }) => title))];
    return {
      resourceUri,
      contextValue: kinds.has('deleted') ? 'deleted' : 'there',
      command: { command: 'massgen.diffPending', title: vscode.l10n.t('Compare with what stood before'), arguments: [resourceUri] },
      decorations: { strikeThrough: kinds.has('deleted'), tooltip: `${changesText(countOf(all))} · ${titles.join(', ')}` },
    };
  });
}
