/** Which folder of the window the sessions are about: the only one, or the one that the person chose. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { fail } from '../protocol/failure.js';

const CHOSEN = 'massgen.folder';

/** Folders on a disk that this extension host reaches. */
const onDisk = (): vscode.WorkspaceFolder[] => (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');

/** The chosen one where it is still open, else the first. */
export function currentFolder(memento: vscode.Memento): vscode.WorkspaceFolder | undefined {
  const chosen = memento.get<string>(CHOSEN);
  return onDisk().find(({ uri }) => uri.toString() === chosen) ?? onDisk()[0];
}

/** Whether sessions were ever begun in a folder, without reading any. */
export const hasSessions = (folder: string | undefined): boolean =>
  folder !== undefined && existsSync(join(folder, '.massgen', 'sessions'));

/** Asks where there are several. Undefined: the person left it. */
export async function pickFolder(memento: vscode.Memento): Promise<vscode.WorkspaceFolder | undefined> {
  const items = onDisk().map((folder) => ({ label: folder.name, description: folder.uri.fsPath, folder }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Which folder are the sessions about?') });
  if (picked !== undefined) await memento.update(CHOSEN, picked.folder.uri.toString());
  return picked?.folder;
}

/** Invariant: nothing runs before the person trusts the folder. */
export function requireTrust(): void {
  if (!vscode.workspace.isTrusted)
    throw fail('usage', vscode.l10n.t('This folder is not trusted: no agent and no command runs in it.'), {
      hint: vscode.l10n.t('Trust it first: Workspaces: Manage Workspace Trust.'),
    });
}
