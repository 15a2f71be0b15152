/** Asks the person whether what came along with a folder may send keys of theirs: when a team is to be started, not before. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { isText, type Sending } from '../engine/config/sendings.js';
import { exactly } from '../protocol/exactly.js';

/**
 * Invariant: only its button agrees, beside the whole of what is sent; and another one comes first, for whoever strikes Enter once more than they wanted
 * to takes the first.
 */
export async function askConsent(sendings: readonly Sending[]): Promise<boolean> {
  const { t } = vscode.l10n;
  const place = sendings.find((one) => one.place !== undefined)?.place;
  const [first, send] = [place ? t('Open {0}', exactly(basename(place.file))) : t('Do Not Send'), t('Send')];
  const title = place
    ? t('This folder’s configuration sends secrets of yours. Do you want that?')
    : t('The team of this session sends secrets of yours. Do you want that?');
  const what = t('Whoever runs such a server can read your key, and use it at your expense.');
  const until = t('If you send, it holds from now on; “Show What Is Always Allowed” takes it back.');
  const detail = [
    ...sendings.map((one) => `${inThisFolder(one)}${placeOf(one)}`),
    sendings.every(isText) ? until : `${what} ${until}`,
  ].join('\n\n');
  const answer = await vscode.window.showWarningMessage(title, { modal: true, detail }, first, send);
  if (answer === first && place) await show(place);
  return answer === send;
}

async function show({ file, line, column }: NonNullable<Sending['place']>): Promise<void> {
  const at = new vscode.Position(line - 1, column - 1);
  await vscode.window.showTextDocument(vscode.Uri.file(file), { selection: new vscode.Range(at, at) });
}

const inThisFolder = (one: Sending): string =>
  isText(one) ? vscode.l10n.t('{0} becomes part of what the agents are told, and may come to anybody', exactly(one.name)) : wordsOf(one);

/** As a person reads it. */
export function wordsOf({ name, to }: Pick<Sending, 'name' | 'to'>): string {
  const [what, where] = [exactly(name), exactly(to)];
  if (isText({ to })) return vscode.l10n.t('{0} becomes part of what the team of {1} is told and does', what, where);
  return vscode.l10n.t('{0} goes to {1}', what, where);
}

const placeOf = ({ place }: Sending): string =>
  place === undefined ? '' : `\n${vscode.l10n.t('{0}, line {1}', exactly(vscode.workspace.asRelativePath(place.file)), place.line)}`;
