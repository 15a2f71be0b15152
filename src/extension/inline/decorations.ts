/** How pending lines look in an editor: the theme's colours, and what stood there before behind them. */
import * as vscode from 'vscode';
import { type Kind, type Mark, removedText } from './marks.js';

const color = (id: string) => new vscode.ThemeColor(id);

const looks = {
  added: { gutter: 'editorGutter.addedBackground', ruler: 'editorOverviewRuler.addedForeground' },
  changed: { gutter: 'editorGutter.modifiedBackground', ruler: 'editorOverviewRuler.modifiedForeground' },
  removed: { gutter: 'editorGutter.deletedBackground', ruler: 'editorOverviewRuler.deletedForeground' },
} as const satisfies Record<Kind, { gutter: string; ruler: string }>;

/** A line along what is there; above the line where something is not there any more. */
const typeOf = (kind: Kind): vscode.TextEditorDecorationType =>
  vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    borderStyle: 'solid',
    borderWidth: kind === 'removed' ? '1px 0 0 3px' : '0 0 0 3px',
    borderColor: color(looks[kind].gutter),
    ...(kind !== 'removed' && { backgroundColor: color('diffEditor.insertedLineBackground') }),
    overviewRulerColor: color(looks[kind].ruler),
    overviewRulerLane: vscode.OverviewRulerLane.Left,
    after: { margin: '0 0 0 2em', color: color('gitDecoration.deletedResourceForeground'), fontStyle: 'italic' },
  });

export interface Decorations extends vscode.Disposable {
  show(editor: vscode.TextEditor, marks: readonly Mark[]): void;
}

export function openDecorations(): Decorations {
  const types: [Kind, vscode.TextEditorDecorationType][] = [];
  return {
    show(editor, marks) {
      // Made with the first mark: most windows never have one.
      if (types.length === 0 && marks.length === 0) return;
      if (types.length === 0) for (const kind of ['added', 'changed', 'removed'] as const) types.push([kind, typeOf(kind)]);
      for (const [kind, type] of types) editor.setDecorations(type, marks.filter((mark) => mark.kind === kind).map(optionsOf));
    },
    dispose() {
      for (const [, type] of types) type.dispose();
    },
  };
}

function optionsOf({ first, last, removed }: Mark): vscode.DecorationOptions {
  const range = new vscode.Range(first, 0, first === last ? first : last, 0);
  if (removed.length === 0) return { range };
  const before = new vscode.MarkdownString(vscode.l10n.t('Before:'));
  before.appendCodeblock(removed.map((line) => `- ${line}`).join('\n'), 'diff');
  return { range, hoverMessage: before, renderOptions: { after: { contentText: `− ${removedText(removed)}` } } };
}
