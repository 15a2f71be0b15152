/** What the commands about pending changes do: keeping, taking out, going from one to the next, comparing. */
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { fail } from '../../protocol/failure.js';
import { beforeUri } from './list.js';
import { spotAt, spotBeyond, spotsOf } from './marks.js';
import { aimedAt, byPath, choicesFor, countOf, type Entry, type Target } from './model.js';
import type { Placing } from './placed.js';
import type { PendingFront, Ports } from './ports.js';
import { changesText } from './words.js';

type Verb = 'accept' | 'reject';

/** Arguments are what lenses, rows of lists and the editor's own peek view give; without any, the place of the cursor counts. */
export interface PendingCommands {
  change(verb: Verb, args: readonly unknown[]): Promise<void>;
  file(verb: Verb, args: readonly unknown[]): Promise<void>;
  all(verb: Verb): Promise<void>;
  /** Takes a whole apply back, what was accepted of it too. */
  undo(): Promise<void>;
  /** The next change, or the one before, across files. */
  go(step: 1 | -1): Promise<void>;
  /** Opens the editor's diff of a file with what stood before. */
  diff(args: readonly unknown[]): Promise<void>;
  /** All of them in one editor. */
  diffAll(): Promise<void>;
}

export interface ActionsOptions {
  ports: Ports;
  front(): PendingFront | undefined;
  entries(): readonly Entry[];
  entriesAt(uri: vscode.Uri): readonly Entry[];
  placing(): Placing | undefined;
}

export function pendingCommands({ ports, front, entries, entriesAt, placing }: ActionsOptions): PendingCommands {
  const { t } = vscode.l10n;
  const nothing = () => fail('usage', t('Nothing is pending there.'));

  async function settle(verb: Verb, chosen: readonly Entry[], hunk?: number): Promise<void> {
    ports.requireTrust();
    const one = front();
    if (one === undefined || chosen.length === 0) throw nothing();
    for (const { session, apply, selection } of choicesFor(chosen, hunk)) await one[verb](session, apply, selection);
  }

  const spots = async (document: vscode.TextDocument) => spotsOf((await placing()?.of(document)) ?? []);

  async function atLines(document: vscode.TextDocument, first: number, last: number): Promise<Target | undefined> {
    const spot = spotAt(await spots(document), first, last);
    if (spot === undefined) return undefined;
    const { session, apply, fsPath } = spot.entry;
    return { session, apply, fsPath, hunk: spot.hunk.number };
  }

  async function targetOf([first, second, third]: readonly unknown[]): Promise<Target | undefined> {
    if (isTarget(first)) return first;
    // The editor's own peek view of changed lines gives the file, all of its changes, and which one is meant.
    if (first instanceof vscode.Uri && Array.isArray(second) && typeof third === 'number') {
      const [from, to] = linesOf(second[third]);
      return atLines(await vscode.workspace.openTextDocument(first), from, to);
    }
    const editor = vscode.window.activeTextEditor;
    return editor && atLines(editor.document, editor.selection.start.line, editor.selection.end.line);
  }

  async function open(fsPath: string, step: 1 | -1): Promise<void> {
    const uri = vscode.Uri.file(fsPath);
    const [entry] = entriesAt(uri);
    if (entry === undefined) return;
    if (entry.file.kind === 'deleted' || !existsSync(fsPath)) return compare(entry);
    if (entry.file.binary) return void (await vscode.commands.executeCommand('vscode.open', uri));
    const document = await vscode.workspace.openTextDocument(uri);
    const all = await spots(document);
    await reveal(document, (step === 1 ? all[0] : all.at(-1))?.hunk.line ?? 0);
  }

  /** The file as it stood before and as it is now. */
  function sides(entry: Entry): [vscode.Uri, vscode.Uri] {
    const { folder } = front() ?? {};
    if (folder === undefined) throw nothing();
    const { fsPath, file } = entry;
    const isGone = file.kind === 'deleted' || !existsSync(fsPath);
    return [beforeUri(ports, folder, entry), isGone ? ports.treeUri(folder, undefined, file.path) : vscode.Uri.file(fsPath)];
  }

  async function compare(entry: Entry): Promise<void> {
    await vscode.commands.executeCommand('vscode.diff', ...sides(entry), t('{0} (pending)', entry.file.path));
  }

  const files = (args: readonly unknown[]): Entry[] => urisOf(args).flatMap((uri) => entriesAt(uri));

  return {
    async change(verb, args) {
      const target = await targetOf(args);
      await settle(verb, target === undefined ? [] : aimedAt(entries(), target), target?.hunk);
    },
    file: (verb, args) => settle(verb, files(args)),
    async all(verb) {
      const chosen = entries();
      if (verb === 'reject' && !(await confirmed(chosen))) return;
      await settle(verb, chosen);
    },
    async undo() {
      ports.requireTrust();
      const titles = new Map(entries().map(({ session, title }) => [session, title]));
      const items = [...titles].map(([session, label]) => ({ label, session }));
      const picked =
        items.length < 2 ? items[0] : await vscode.window.showQuickPick(items, { placeHolder: t('Whose changes are taken back?') });
      if (picked !== undefined) await front()?.undo(picked.session);
    },
    async go(step) {
      const paths = [...new Set(entries().map(({ fsPath }) => fsPath))];
      if (paths.length === 0) throw nothing();
      const editor = vscode.window.activeTextEditor;
      const here = editor && spotBeyond(await spots(editor.document), editor.selection.active.line, step);
      if (editor !== undefined && here !== undefined) return reveal(editor.document, here.hunk.line);
      const [uri] = urisOf([]);
      const at = uri === undefined ? -1 : paths.indexOf(uri.fsPath);
      const next = at < 0 ? (step === 1 ? 0 : paths.length - 1) : (at + step + paths.length) % paths.length;
      const path = paths[next];
      if (path !== undefined) await open(path, step);
    },
    async diff(args) {
      const [entry] = files(args);
      if (entry === undefined) throw nothing();
      await compare(entry);
    },
    async diffAll() {
      const rows = [...byPath(entries()).values()].flatMap(([entry]) => (entry ? [[vscode.Uri.file(entry.fsPath), ...sides(entry)]] : []));
      if (rows.length === 0) throw nothing();
      await vscode.commands.executeCommand('vscode.changes', t('Pending'), rows);
    },
  };
}

async function reveal(document: vscode.TextDocument, line: number): Promise<void> {
  const place = new vscode.Range(line, 0, line, 0);
  const editor = await vscode.window.showTextDocument(document, { selection: place, viewColumn: vscode.ViewColumn.Active });
  editor.revealRange(place, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

async function confirmed(chosen: readonly Entry[]): Promise<boolean> {
  const { t } = vscode.l10n;
  const yes = t('Reject All');
  const detail = t('Your own edits stay.');
  return (await vscode.window.showWarningMessage(t('Reject {0}?', changesText(countOf(chosen))), { modal: true, detail }, yes)) === yes;
}

const isTarget = (value: unknown): value is Target =>
  typeof value === 'object' && value !== null && 'session' in value && 'apply' in value && 'fsPath' in value;

/** Lines of a change as the editor gives it, which counts from 1; one that only removes is at the line before. */
function linesOf(change: unknown): [number, number] {
  const { modifiedStartLineNumber: from = 1, modifiedEndLineNumber: to = 0 } = (change ?? {}) as Partial<Record<string, number>>;
  return [Math.max(0, from - 1), Math.max(from, to) - 1];
}

/** Files named by rows of a list, groups of them, or by themselves; without any the file of the active tab, in a diff too. */
function urisOf(args: readonly unknown[]): vscode.Uri[] {
  const named = args.flat().flatMap((arg) => {
    if (arg instanceof vscode.Uri) return [arg];
    const { resourceUri } = (typeof arg === 'object' && arg !== null ? arg : {}) as { resourceUri?: unknown };
    return resourceUri instanceof vscode.Uri ? [resourceUri] : [];
  });
  if (named.length > 0) return named;
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputTextDiff) return [input.modified, input.original].filter(({ scheme }) => scheme === 'file');
  const uri = (input as { uri?: unknown } | undefined)?.uri;
  return uri instanceof vscode.Uri ? [uri] : [];
}
