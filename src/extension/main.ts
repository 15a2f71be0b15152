/** The composition root of the extension: makes the window's parts, and hands all that must end to the editor. */
import * as vscode from 'vscode';
import type { App } from './app.js';
import { type CommandRow, commands } from './commands.js';
import { views } from './views/ids.js';
import { page, webviewOptions } from './views/page.js';

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('MassGen', { log: true });
  const app: App = {
    log,
    compose: async () => {
      await vscode.commands.executeCommand(`${views.sidebar}.focus`);
    },
  };
  const rows: readonly CommandRow[] = commands;
  context.subscriptions.push(
    log,
    ...rows.map(({ command, run }) => vscode.commands.registerCommand(command, (...args: unknown[]) => run(app, ...args))),
    vscode.window.registerWebviewViewProvider(views.sidebar, {
      resolveWebviewView({ webview }) {
        webview.options = webviewOptions(context.extensionUri);
        webview.html = page(webview, context.extensionUri, 'sidebar');
      },
    }),
  );
}
