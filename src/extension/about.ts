/** What a task is about, as the composer mentions it: files and folders of the explorer, the selection of an editor. */
import * as vscode from 'vscode';

/** `@src/a.ts `, relative to the folder that the sessions are about; paths outside of it are left out. */
export function mentionsOf(uris: readonly unknown[], folder: string): string {
  const paths = uris.flatMap((uri) => (uri instanceof vscode.Uri && uri.scheme === 'file' ? [relative(uri, folder)] : []));
  const inside = paths.filter((path) => path !== undefined);
  return inside.map((path) => `@${path === '' ? '.' : path} `).join('');
}

/** `@src/a.ts#L10-L20 ` for what is selected; the whole file where nothing is. */
export function mentionOfSelection(editor: vscode.TextEditor, folder: string): string {
  const path = relative(editor.document.uri, folder);
  if (path === undefined) return '';
  const { start, end, isEmpty } = editor.selection;
  if (isEmpty) return `@${path} `;
  // A selection that ends before the first character of a line does not hold that line.
  const last = end.character === 0 && end.line > start.line ? end.line : end.line + 1;
  return `@${path}#L${start.line + 1}${last > start.line + 1 ? `-L${last}` : ''} `;
}

/** With forward slashes; undefined for what is outside of the folder. */
export function relative(uri: vscode.Uri, folder: string): string | undefined {
  const base = vscode.Uri.file(folder).path.replace(/\/$/, '');
  if (uri.path === base) return '';
  return uri.path.startsWith(`${base}/`) ? uri.path.slice(base.length + 1) : undefined;
}
