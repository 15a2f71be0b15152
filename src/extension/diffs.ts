/** The editor's own diffs of candidates: files of git trees as read-only documents, named by the tree, so they never change. */
import * as vscode from 'vscode';
import { nameOf } from '../engine/export/names.js';
import type { Store } from '../engine/workspace/store.js';
import type { CandidateId, SessionId, TreeId } from '../protocol/events.js';
import type { FileDiff } from '../protocol/review.js';
import type { App } from './app.js';
import type { Front } from './front.js';
import { candidateOf } from './results.js';

const SCHEME = 'massgen-tree';

/** The path tells the editor its language. Without a tree: an empty file. */
export const treeUri = (folder: string, tree: TreeId | undefined, path: string): vscode.Uri =>
  vscode.Uri.from({ scheme: SCHEME, path: `/${path}`, query: JSON.stringify({ folder, tree: tree ?? '' }) });

export function treeDocuments(): vscode.Disposable {
  const stores = new Map<string, Promise<Store>>();
  const provider = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    async provideTextDocumentContent(uri) {
      const { folder, tree } = JSON.parse(uri.query) as { folder: string; tree: TreeId };
      if (tree === '') return '';
      const store = stores.get(folder) ?? opened(folder);
      stores.set(folder, store);
      const path = uri.path.slice(1);
      const found = await (await store).read(tree, [path]);
      return new TextDecoder().decode(found.get(path));
    },
  });
  return {
    dispose() {
      provider.dispose();
      for (const store of stores.values()) void store.then((one) => one[Symbol.asyncDispose]());
    },
  };
}

/** Loaded when it is needed. */
async function opened(folder: string): Promise<Store> {
  const { openStore } = await import('../engine/workspace/open-store.js');
  return openStore(folder);
}

export function diffCommands(front: () => Promise<Front>): Pick<App, 'openDiff' | 'openChanges'> {
  async function what(session: SessionId, id: CandidateId) {
    const one = await front();
    const { readSession } = await import('../engine/sessions.js');
    const { state } = await readSession(one.folder, session);
    const { turn, candidate } = candidateOf(state, id);
    const files = await one.files(session, id);
    const name = nameOf(turn, id);
    const left = ({ from, path, kind }: FileDiff) => treeUri(one.folder, kind === 'added' ? undefined : turn.base, from ?? path);
    const right = ({ path, kind }: FileDiff) => treeUri(one.folder, kind === 'deleted' ? undefined : candidate.tree, path);
    return { folder: one.folder, files, name, left, right };
  }

  return {
    async openDiff(session, candidate, path) {
      const { files, name, left, right } = await what(session, candidate);
      const file = files.find((one) => one.path === path);
      if (file === undefined) return;
      await vscode.commands.executeCommand('vscode.diff', left(file), right(file), `${path} (${name})`);
    },
    async openChanges(session, candidate) {
      const { folder, files, name, left, right } = await what(session, candidate);
      const rows = files.map((file) => [vscode.Uri.joinPath(vscode.Uri.file(folder), file.path), left(file), right(file)]);
      await vscode.commands.executeCommand('vscode.changes', vscode.l10n.t('Changes of {0}', name), rows);
    },
  };
}
