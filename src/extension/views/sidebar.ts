/** The sidebar's view: a page, and the messages between it and the sessions. */
import type * as vscode from 'vscode';
import type { CandidateId } from '../../protocol/events.js';
import type { ToHost, ToView } from '../../protocol/wire.js';
import { page, webviewOptions } from './page.js';

/** Who answers a view. */
export interface Answerer {
  receive(message: ToHost): void;
  look(candidate: CandidateId): void;
  dispose(): void;
}
export type Connect = (post: (message: ToView) => void) => Answerer;

export function sidebarView(extension: vscode.Uri, connect: Connect): vscode.WebviewViewProvider {
  return {
    resolveWebviewView(view) {
      view.webview.options = webviewOptions(extension);
      attach(view.webview, connect, view.onDidDispose);
      view.webview.html = page(view.webview, extension, 'sidebar');
    },
  };
}

/** Invariant: the view's own messages are heard before its page is there to send one. */
export function attach(webview: vscode.Webview, connect: Connect, onDidDispose: vscode.Event<void>): Answerer {
  const answerer = connect((message) => void webview.postMessage(message));
  const hearing = webview.onDidReceiveMessage((message: ToHost) => answerer.receive(message));
  onDidDispose(() => {
    hearing.dispose();
    answerer.dispose();
  });
  return answerer;
}
