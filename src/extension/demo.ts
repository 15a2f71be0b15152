/** The demo: a session on a sample project with written replies, in this very window, offline and without a key. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { makeDemo } from '../engine/demo/index.js';
import { requireTrust } from './folder.js';
import type { Front } from './front.js';
import { views } from './views/ids.js';

/** `fast`: the agents speak without pauses. */
export async function playDemo(storage: vscode.Uri, turnTo: (folder: string) => Promise<Front>, fast: boolean): Promise<void> {
  requireTrust();
  const parent = join(storage.fsPath, 'demo');
  await mkdir(parent, { recursive: true });
  const { folder, task } = await makeDemo(join(parent, new Date().toISOString().replace(/[:.]/g, '-')), { fast });
  const front = await turnTo(folder);
  await vscode.commands.executeCommand(`${views.sidebar}.focus`);
  await front.intend({ do: 'start', request: [{ type: 'text', text: task }] });
  void offerToOpen(folder);
}

async function offerToOpen(folder: string): Promise<void> {
  const open = vscode.l10n.t('Open the Sample Project');
  const text = vscode.l10n.t('The demo works on a sample project of its own: {0}', folder);
  const picked = await vscode.window.showInformationMessage(text, open);
  if (picked === open) await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(folder), { forceNewWindow: true });
}
