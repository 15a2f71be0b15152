/** The review's panel: one in a window, beside the code; after a reload of the window it is there again. */
import * as vscode from 'vscode';
import type { CandidateId, SessionId } from '../../protocol/events.js';
import { views } from './ids.js';
import { page, webviewOptions } from './page.js';
import { type Answerer, attach, type Connect } from './sidebar.js';

export interface ReviewPanel extends vscode.Disposable {
  /** At one of its answers, where that is said. */
  open(session: SessionId, candidate?: CandidateId): void;
  /** Whether the person sees this session's there now. */
  shows(session: SessionId): boolean;
}

/** Which session it shows survives the reload here: what the page keeps is the page's own. */
const SHOWN = 'massgen.reviewed';

export function reviewPanel(context: vscode.ExtensionContext, connect: (session: SessionId | undefined) => Connect): ReviewPanel {
  let open: { panel: vscode.WebviewPanel; session: SessionId | undefined; answerer: Answerer } | undefined;

  function show(panel: vscode.WebviewPanel, session: SessionId | undefined): void {
    const { webview } = panel;
    webview.options = webviewOptions(context.extensionUri);
    const icon = (theme: string) => vscode.Uri.joinPath(context.extensionUri, 'media', `review-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    const answerer = attach(webview, connect(session), panel.onDidDispose);
    webview.html = page(webview, context.extensionUri, 'review');
    open = { panel, session, answerer };
    panel.onDidDispose(() => {
      if (open?.panel === panel) open = undefined;
    });
  }

  const serializer = vscode.window.registerWebviewPanelSerializer(views.review, {
    async deserializeWebviewPanel(panel) {
      show(panel, context.workspaceState.get<SessionId>(SHOWN));
    },
  });

  return {
    open(session, candidate) {
      void context.workspaceState.update(SHOWN, session);
      if (open?.session === session) open.panel.reveal();
      else {
        const column = open?.panel.viewColumn ?? vscode.ViewColumn.Active;
        open?.panel.dispose();
        const title = vscode.l10n.t('Review');
        show(vscode.window.createWebviewPanel(views.review, title, column, { retainContextWhenHidden: false }), session);
      }
      if (candidate !== undefined) open?.answerer.look(candidate);
    },
    shows: (session) => open?.session === session && open.panel.visible,
    dispose: () => serializer.dispose(),
  };
}
