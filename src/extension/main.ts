/** The composition root of the extension: makes the window's parts, and hands all that must end to the editor. The engine is loaded when it is needed. */
import * as vscode from 'vscode';
import { failureOf } from '../protocol/failure.js';
import type { App } from './app.js';
import { chatParticipant } from './chat.js';
import { type CommandRow, commands } from './commands.js';
import { diffCommands, treeDocuments, treeUri } from './diffs.js';
import { diskCommands, diskNotice } from './disk.js';
import { showFailure } from './failures.js';
import { currentFolder, hasSessions, pickFolder, requireTrust } from './folder.js';
import type { Front } from './front.js';
import { type Inline, openInline } from './inline/inline.js';
import { openKeys } from './keys.js';
import { notifications } from './notify.js';
import { resultCommands } from './results.js';
import { sessionCommands } from './sessions.js';
import { statusBar } from './status.js';
import { views } from './views/ids.js';
import { reviewPanel } from './views/review.js';
import { sidebarView } from './views/sidebar.js';
import { openFronts } from './window.js';

/** What must have ended before the editor ends this process: agents are stopped, and what they did up to then is kept. */
let leave: () => Promise<void> = async () => undefined;

export const deactivate = (): Promise<void> => leave();

/** What tests, and other extensions, reach. */
export interface Api {
  front(): Promise<Front>;
  inline: Inline;
}

export function activate(context: vscode.ExtensionContext): Api {
  const log = vscode.window.createOutputChannel('MassGen', { log: true });
  const failed = (error: unknown): void => showFailure(error, log);
  const noted = (error: unknown): void => log.warn(failureOf(error).message);
  const keys = openKeys(context);
  const status = statusBar();
  const inline = openInline({ requireTrust, treeUri, failed });
  const folder = () => currentFolder(context.workspaceState)?.uri.fsPath;
  const fronts = openFronts({
    first: folder,
    open: async (path) => (await import('./open-front.js')).openFront(path, { context, keys, log }),
    onFront(front) {
      const show = () => status.show(front.seen());
      show();
      return vscode.Disposable.from(
        front.onChange(show),
        notifications(front, review.shows, failed),
        diskNotice(front, noted),
        inline.attach(front),
      );
    },
    onFailure: failed,
  });
  leave = async () => fronts[Symbol.asyncDispose]();
  const review = reviewPanel(context, (session) => fronts.connect('review', session));
  const app: App = {
    ...sessionCommands(fronts.front),
    ...resultCommands(fronts.front, review.open),
    ...diffCommands(fronts.front),
    ...diskCommands(fronts.front),
    setKey: keys.set,
    importKeys: () => keys.importAll(folder()),
    removeKey: keys.remove,
    showAllowed: async () => (await import('./allowed.js')).showAllowed(folder()),
    async chooseFolder() {
      const picked = await pickFolder(context.workspaceState);
      if (picked !== undefined) await fronts.turnTo(picked.uri.fsPath);
    },
    demo: async (fast) => (await import('./demo.js')).playDemo(context.globalStorageUri, fronts.turnTo, fast),
    pending: inline.commands,
    showLog: () => log.show(),
  };
  const rows: readonly CommandRow[] = commands;
  context.subscriptions.push(
    log,
    keys,
    status,
    review,
    inline,
    treeDocuments(),
    chatParticipant(fronts.front, context.extensionUri),
    vscode.window.registerWebviewViewProvider(views.sidebar, sidebarView(context.extensionUri, fronts.connect('sidebar'))),
    ...rows.map(({ command, run }) =>
      vscode.commands.registerCommand(command, async (...args: unknown[]) => {
        try {
          return await run(app, ...args);
        } catch (error) {
          failed(error);
        }
      }),
    ),
  );
  // What is pending is seen whether or not anything of MassGen is open.
  if (hasSessions(folder())) fronts.front().catch(failed);
  return { front: fronts.front, inline };
}
