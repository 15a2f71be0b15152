/** Pending changes in the real editors: marks, lenses, badges, the list and the counts, all of what the sessions' facts say. */
import { realpathSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { type PendingCommands, pendingCommands } from './actions.js';
import { badges } from './badges.js';
import { openDecorations } from './decorations.js';
import { lensProvider } from './lenses.js';
import { openList, type PendingList } from './list.js';
import { type Mark, marksOf } from './marks.js';
import { byPath, countOf, type Entry, entriesOf } from './model.js';
import { openPlacing, type Placing } from './placed.js';
import type { PendingFront, Ports } from './ports.js';
import { changesText } from './words.js';

export interface Inline extends vscode.Disposable {
  /** Shows what is pending in this front's folder, until what it gives is disposed. */
  attach(front: PendingFront): vscode.Disposable;
  readonly commands: PendingCommands;
  /** What is shown, for tests. */
  marks(document: vscode.TextDocument): Promise<Mark[]>;
  rows: PendingList['rows'];
}

/** How long typing rests before marks follow, in milliseconds. */
const REST = 60;
const NONE: readonly Entry[] = [];

interface Shown {
  front: PendingFront;
  placing: Placing;
  entries: Entry[];
  byPath: Map<string, Entry[]>;
}

export function openInline(ports: Ports): Inline {
  const { failed } = ports;
  let shown: Shown | undefined;
  const changed = new vscode.EventEmitter<void>();
  const redecorated = new vscode.EventEmitter<vscode.Uri[]>();
  const decorations = openDecorations();
  const count = vscode.window.createStatusBarItem('massgen.pending', vscode.StatusBarAlignment.Left, 9);
  count.name = vscode.l10n.t('MassGen: Pending Changes');
  count.command = 'massgen.nextChange';
  const resting = new Map<vscode.TextDocument, NodeJS.Timeout>();

  const entriesAt = (uri: vscode.Uri): readonly Entry[] => (uri.scheme === 'file' && shown?.byPath.get(uri.fsPath)) || NONE;
  const list = openList(ports, entriesAt);
  const marks = async (document: vscode.TextDocument) => marksOf((await shown?.placing.of(document)) ?? []);

  async function decorate(editor: vscode.TextEditor): Promise<void> {
    const { version } = editor.document;
    const found = await marks(editor.document);
    if (editor.document.version === version) decorations.show(editor, found);
  }
  const decorateAll = (): void => {
    for (const editor of vscode.window.visibleTextEditors) decorate(editor).catch(failed);
  };
  function typed(document: vscode.TextDocument): void {
    if (entriesAt(document.uri).length === 0) return;
    clearTimeout(resting.get(document));
    resting.set(
      document,
      setTimeout(() => {
        resting.delete(document);
        for (const editor of vscode.window.visibleTextEditors) if (editor.document === document) decorate(editor).catch(failed);
        changed.fire();
      }, REST),
    );
  }

  function show(entries: Entry[]): void {
    if (shown === undefined) return;
    const before = [...shown.byPath.keys()];
    shown.entries = entries;
    shown.byPath = byPath(entries);
    const paths = [...shown.byPath.keys()];
    list.show(shown.front.folder, entries);
    const sum = countOf(entries);
    count.text = `$(diff) ${sum}`;
    count.tooltip = `MassGen: ${changesText(sum)}`;
    count.accessibilityInformation = { label: count.tooltip };
    if (sum > 0) count.show();
    else count.hide();
    void vscode.commands.executeCommand('setContext', 'massgen.hasPending', sum > 0);
    void vscode.commands.executeCommand('setContext', 'massgen.pendingFiles', paths);
    redecorated.fire([...new Set([...before, ...paths])].map((path) => vscode.Uri.file(path)));
    changed.fire();
    decorateAll();
  }

  function attach(front: PendingFront): vscode.Disposable {
    const own: Shown = { front, placing: openPlacing(front.read, entriesAt), entries: [], byPath: new Map() };
    shown = own;
    const at = asShown(front.folder);
    const refresh = oneAtATime(async () => {
      const entries = entriesOf(await front.pending(), at);
      if (shown === own && JSON.stringify(entries) !== JSON.stringify(own.entries)) show(entries);
    }, failed);
    refresh();
    const following = vscode.Disposable.from(
      front.onPending(refresh),
      // Another window or a terminal may have accepted something meanwhile.
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) refresh();
      }),
    );
    return new vscode.Disposable(() => {
      following.dispose();
      if (shown !== own) return;
      show([]);
      shown = undefined;
    });
  }

  const all = vscode.Disposable.from(
    changed,
    redecorated,
    decorations,
    count,
    list,
    vscode.languages.registerCodeLensProvider(
      { scheme: 'file' },
      lensProvider({ of: async (document) => shown?.placing.of(document) ?? [] }, entriesAt, changed.event),
    ),
    vscode.window.registerFileDecorationProvider(badges(entriesAt, redecorated.event)),
    vscode.window.onDidChangeVisibleTextEditors(decorateAll),
    vscode.workspace.onDidChangeTextDocument(({ document }) => typed(document)),
    new vscode.Disposable(() => {
      for (const timer of resting.values()) clearTimeout(timer);
    }),
  );
  return {
    attach,
    commands: pendingCommands({
      ports,
      front: () => shown?.front,
      entries: () => shown?.entries ?? [],
      entriesAt,
      placing: () => shown?.placing,
    }),
    marks,
    rows: list.rows,
    dispose: () => all.dispose(),
  };
}

/** The engine names files by their real paths, the editor by the path of its folder. */
function asShown(folder: string): (path: string) => string {
  const real = realpathSync(folder);
  return (path) => {
    const inside = relative(real, path);
    return inside.startsWith(`..${sep}`) ? path : join(folder, inside);
  };
}

/** Asked for while it is at work, it is done once more. */
function oneAtATime(work: () => Promise<void>, failed: (error: unknown) => void): () => void {
  let isBusy = false;
  let isAsked = false;
  const run = async (): Promise<void> => {
    do {
      isAsked = false;
      await work().catch(failed);
    } while (isAsked);
    isBusy = false;
  };
  return () => {
    isAsked = true;
    if (isBusy) return;
    isBusy = true;
    void run();
  };
}
