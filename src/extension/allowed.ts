/** What the person always allows in the open folder: shown, and taken back. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { forget, permissionsIn } from '../engine/permissions.js';
import { exactly } from '../protocol/exactly.js';
import { fail } from '../protocol/failure.js';

/** Shows the command lines that run without asking, and takes back those that are picked. */
export async function showAllowed(folder: string | undefined): Promise<void> {
  if (folder === undefined) throw fail('usage', vscode.l10n.t('Open a folder first.'));
  const home = join(folder, '.massgen');
  const allowed = await permissionsIn(home);
  if (allowed.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Nothing is always allowed in this folder.'));
    return;
  }
  const items = allowed.map(({ command, since }) => ({ label: exactly(command), description: since.slice(0, 10), command }));
  const picked = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    placeHolder: vscode.l10n.t('Always allowed in this folder. Which of it is to be asked about again?'),
  });
  for (const { command } of picked ?? []) await forget(home, command);
}
