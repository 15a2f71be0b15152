/** The status bar item and the context keys: both follow what the window shows. */
import * as vscode from 'vscode';
import { type ContextKey, contextOf, type Seen, statusOf } from './glance.js';

export interface StatusBar extends vscode.Disposable {
  show(seen: Seen): void;
}

export function statusBar(): StatusBar {
  const item = vscode.window.createStatusBarItem('massgen.status', vscode.StatusBarAlignment.Left, 10);
  item.name = 'MassGen';
  const before = new Map<ContextKey, boolean>();
  return {
    show(seen) {
      const { text, tooltip, calls } = statusOf(seen, vscode.l10n.t, vscode.env.language);
      item.text = text;
      item.tooltip = tooltip;
      item.command = calls ? 'massgen.answer' : 'massgen.sidebar.focus';
      item.backgroundColor = calls ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
      item.accessibilityInformation = { label: `MassGen: ${text.replace(/\$\([^)]*\)\s*/g, '')}` };
      if (vscode.workspace.getConfiguration('massgen').get('statusBar', true)) item.show();
      else item.hide();
      for (const [key, value] of Object.entries(contextOf(seen)) as [ContextKey, boolean][]) {
        if (before.get(key) === value) continue;
        before.set(key, value);
        void vscode.commands.executeCommand('setContext', key, value);
      }
    },
    dispose: () => item.dispose(),
  };
}
