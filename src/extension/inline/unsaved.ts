/** What the editors hold unsaved of files that are about to be written: it is saved first, where the person agrees, or nothing is written. */
import { realpathSync } from 'node:fs';
import * as vscode from 'vscode';
import { fail } from '../../protocol/failure.js';

type Savable = Pick<vscode.TextDocument, 'uri' | 'isDirty' | 'save'>;

/** The engine names files by their real paths. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // It was deleted meanwhile.
  }
}

/** A port of the engine's host. */
export async function settleUnsaved(files: readonly string[]): Promise<boolean> {
  const { t } = vscode.l10n;
  const all: Savable[] = [...vscode.workspace.textDocuments, ...vscode.workspace.notebookDocuments];
  const wanted = new Set(files);
  const unsaved = all.filter((one) => one.isDirty && one.uri.scheme === 'file' && wanted.has(realPath(one.uri.fsPath)));
  if (unsaved.length === 0) return false;
  const names = [...new Set(unsaved.map(({ uri }) => vscode.workspace.asRelativePath(uri)))].join(', ');
  const save = t('Save and Continue');
  const question = t('There are unsaved changes in files that are about to be written: {0}', names);
  const detail = t('They are saved first and kept: what is written is merged with them.');
  const hint = t('Save these files, or revert them, and try again.');
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, save)) !== save)
    throw fail('conflict', t('Nothing was changed, because of unsaved changes in {0}.', names), { hint });
  for (const one of unsaved)
    if (!(await one.save())) throw fail('conflict', t('{0} could not be saved, so nothing was changed.', names), { hint });
  return true;
}
