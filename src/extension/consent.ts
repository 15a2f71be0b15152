/** Asks the person whether what came along with a folder may send keys of theirs: when a team is to be started, not before. */
import * as vscode from 'vscode';
import { isText, type Sending } from '../engine/config/sendings.js';
import { exactly } from '../protocol/exactly.js';

/** Invariant: only the button agrees, beside the whole of what is sent. */
export async function askConsent(sendings: readonly Sending[]): Promise<boolean> {
  const { t } = vscode.l10n;
  const send = t('Send');
  const lines = sendings.map((one) => `${wordsOf(one)}${placeOf(one)}`);
  const detail = [...lines, t('Yes holds from now on; “Show What Is Always Allowed” takes it back.')].join('\n\n');
  return (
    (await vscode.window.showWarningMessage(
      t('What came along with this folder would send what is yours.'),
      { modal: true, detail },
      send,
    )) === send
  );
}

/** As a person reads it. */
export function wordsOf({ name, to }: Pick<Sending, 'name' | 'to'>): string {
  const [what, where] = [exactly(name), exactly(to)];
  if (isText({ to })) return vscode.l10n.t('{0} becomes part of what the team of {1} is told and does', what, where);
  return vscode.l10n.t('{0} goes to {1}', what, where);
}

const placeOf = ({ place }: Sending): string => (place === undefined ? '' : ` (${exactly(place.file)}:${place.line}:${place.column})`);
