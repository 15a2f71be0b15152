/** What the person always allows: command lines in the open folder, and where keys of theirs may go. Shown, and taken back. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { consentsOf, withdraw } from '../engine/config/consents.js';
import { forget, permissionsIn } from '../engine/permissions.js';
import { exactly } from '../protocol/exactly.js';
import { fail } from '../protocol/failure.js';
import { wordsOf } from './consent.js';

interface Allowed extends vscode.QuickPickItem {
  takeBack(): Promise<unknown>;
}

/** Shows what happens without asking, and takes back what is picked. */
export async function showAllowed(folder: string | undefined): Promise<void> {
  if (folder === undefined) throw fail('usage', vscode.l10n.t('Open a folder first.'));
  const home = join(folder, '.massgen');
  const [commands, consents] = await Promise.all([permissionsIn(home), consentsOf(process.env)]);
  const items: Allowed[] = [
    ...commands.map(({ command, since }) => ({ label: exactly(command), description: day(since), takeBack: () => forget(home, command) })),
    ...consents.map((one) => ({ label: wordsOf(one), description: day(one.since), takeBack: () => withdraw(process.env, one) })),
  ];
  if (items.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Nothing is always allowed in this folder.'));
    return;
  }
  const picked = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    placeHolder: vscode.l10n.t('Always allowed in this folder. Which of it is to be asked about again?'),
  });
  for (const one of picked ?? []) await one.takeBack();
}

const day = (since: string): string => since.slice(0, 10);
