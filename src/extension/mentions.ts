/** What an `@` in the composer may name: the selection, problems, files, folders and symbols of the folder, the best first. */
import * as vscode from 'vscode';
import type { Mention } from '../protocol/wire.js';
import { mentionOfSelection, relative } from './about.js';

const MOST = 30;
/** Language servers that are still starting are not waited for. */
const SYMBOLS_MS = 400;

export async function mentionsFor(text: string, folder: string): Promise<Mention[]> {
  const wanted = text.toLowerCase();
  const [paths, symbols] = await Promise.all([filesLike(wanted, folder), symbolsLike(text, folder)]);
  const fits = ({ label }: Mention) => label.toLowerCase().includes(wanted);
  const files = paths.map((path): Mention => ({ kind: 'file', label: nameOf(path), detail: path, text: path }));
  const folders = [...new Set(paths.flatMap(parents))].map(
    (path): Mention => ({ kind: 'folder', label: `${nameOf(path)}/`, detail: path, text: `${path}/` }),
  );
  const found = [...selection(folder).filter(fits), ...problems().filter(fits), ...files, ...folders.filter(fits), ...symbols];
  return found.sort((a, b) => rank(a, wanted) - rank(b, wanted)).slice(0, MOST);
}

/** What begins with the text comes first, then what has it in its name, then what has it in its path; short before long. */
function rank({ kind, label, detail = '' }: Mention, wanted: string): number {
  const name = label.toLowerCase();
  const place = kind === 'selection' || kind === 'problems' ? 0 : name.startsWith(wanted) ? 1 : name.includes(wanted) ? 2 : 3;
  return place * 10_000 + (kind === 'symbol' ? 5_000 : 0) + Math.min(detail.length, 4_000);
}

function selection(folder: string): Mention[] {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined || editor.selection.isEmpty) return [];
  const text = mentionOfSelection(editor, folder).trim().slice(1);
  return text === '' ? [] : [{ kind: 'selection', label: vscode.l10n.t('selection'), detail: text, text }];
}

function problems(): Mention[] {
  const count = vscode.languages.getDiagnostics().reduce((sum, [, all]) => sum + all.length, 0);
  if (count === 0) return [];
  return [{ kind: 'problems', label: vscode.l10n.t('problems'), detail: vscode.l10n.t('{0} in the editor', count), text: 'problems' }];
}

async function filesLike(wanted: string, folder: string): Promise<string[]> {
  const letters = [...wanted].map((one) => (/[a-z]/.test(one) ? `[${one}${one.toUpperCase()}]` : /[\w./-]/.test(one) ? one : '?'));
  const like = `**/*${letters.join('')}*`;
  const pattern = new vscode.RelativePattern(vscode.Uri.file(folder), wanted === '' ? '**/*' : `{${like},${like}/**}`);
  const uris = await vscode.workspace.findFiles(pattern, excluded(), 200);
  return uris.flatMap((uri) => relative(uri, folder) ?? []);
}

/** What the person hides from the search is not offered. */
function excluded(): string {
  const { get } = vscode.workspace.getConfiguration();
  const hidden = { ...get<Record<string, unknown>>('files.exclude', {}), ...get<Record<string, unknown>>('search.exclude', {}) };
  const patterns = Object.entries(hidden).flatMap(([pattern, on]) => (on === true && !/[{}]/.test(pattern) ? [pattern] : []));
  return `{${['**/.massgen/**', '**/node_modules/**', '**/.git/**', ...patterns].join(',')}}`;
}

async function symbolsLike(text: string, folder: string): Promise<Mention[]> {
  if (text.length < 2) return [];
  const asked = vscode.commands.executeCommand<vscode.SymbolInformation[] | undefined>('vscode.executeWorkspaceSymbolProvider', text);
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), SYMBOLS_MS));
  const found = (await Promise.race([asked, late])) ?? [];
  return found.slice(0, MOST).flatMap(({ name, location: { uri, range } }): Mention[] => {
    const path = relative(uri, folder);
    if (path === undefined) return [];
    return [{ kind: 'symbol', label: name, detail: path, text: `${path}#L${range.start.line + 1}-L${range.end.line + 1}` }];
  });
}

const nameOf = (path: string): string => path.split('/').at(-1) ?? path;

function parents(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
}
