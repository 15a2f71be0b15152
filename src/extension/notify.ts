/** Notifications: what an agent asks, and that a turn has ended. The sidebar shows both too; nothing opens by itself. */

import * as vscode from 'vscode';
import { nameOf } from '../engine/export/names.js';
import type { Event, SessionId } from '../protocol/events.js';
import { exactly } from '../protocol/exactly.js';
import type { Permission } from '../protocol/intents.js';
import { chosenOf } from '../protocol/standing.js';
import { currentTurn } from '../protocol/state.js';
import type { Asking } from '../protocol/wire.js';
import type { Front } from './front.js';
import { unlinked } from './unlinked.js';

const keyOf = ({ session, run, call }: Asking): string => `${session} ${run} ${call}`;

type Level = 'all' | 'needed' | 'none';
/** How much of it the person wants. */
export const level = (): Level => vscode.workspace.getConfiguration('massgen').get<Level>('notifications', 'all');

/**
 * Shows what is asked once each, and the ends of turns that the person does not see in the review already. `onFailure` hears of answers
 * that came too late.
 */
export function notifications(
  front: Front,
  reviewed: (session: SessionId) => boolean,
  onFailure: (error: unknown) => void,
): vscode.Disposable {
  const shown = new Set<string>();
  const asking = front.onChange(() => {
    for (const one of front.seen().asking) {
      const key = keyOf(one);
      if (shown.has(key) || level() === 'none') continue;
      shown.add(key);
      answer(front, one).catch(onFailure);
    }
  });
  const ends = front.onEvent((session, event) => {
    if (event.type !== 'turn.ended' || level() !== 'all') return;
    if (!(vscode.window.state.focused && reviewed(session))) ended(front, session, event).catch(onFailure);
  });
  return vscode.Disposable.from(asking, ends);
}

/** Asks the person. Closing the notification answers nothing: the question stays in the sidebar. */
export async function answer(front: Front, asked: Asking, modal = false): Promise<void> {
  const { t } = vscode.l10n;
  const what = exactly(asked.what);
  const why = exactly(asked.why);
  if (!fits(what)) return look(asked, modal);
  const choices: { title: string; permission: Permission }[] = [
    { title: t('Once'), permission: 'once' },
    ...(asked.once
      ? []
      : [
          { title: t('This Session'), permission: 'session' as const },
          { title: t('Always'), permission: 'always' as const },
        ]),
    { title: t('Deny'), permission: 'deny' },
  ];
  const where = asked.once ? t('it cannot be taken back · {0}', why) : t('in its own copy of the folder · {0}', why);
  const picked = modal
    ? await vscode.window.showQuickPick(
        choices.map((choice) => ({ ...choice, label: choice.title })),
        { title: verbText(asked, what), placeHolder: where },
      )
    : await vscode.window.showWarningMessage(unlinked(`${verbText(asked, what)} — ${where}`), ...choices);
  if (picked === undefined || !front.seen().asking.some((one) => keyOf(one) === keyOf(asked))) return;
  const { session, run, call } = asked;
  await front.intend({ do: 'permit', session, run, call, permission: picked.permission });
}

/** Invariant: an answer is only offered beside the whole of what is asked. A notification is cut where it is long, and makes links of some words. */
const fits = (what: string): boolean => what.length <= 200 && unlinked(what) === what;

/** The sidebar shows all of it. */
async function look(asked: Asking, modal: boolean): Promise<void> {
  const { t } = vscode.l10n;
  const show = t('Show');
  const question = t('{0} asks for something that is too long to be shown here.', unlinked(asked.agent));
  if (modal || (await vscode.window.showWarningMessage(question, show)) === show)
    await vscode.commands.executeCommand('massgen.sidebar.focus');
}

function verbText({ agent, effect, once }: Asking, what: string): string {
  const { t } = vscode.l10n;
  if (once) return t('{0} has planned, beyond your folder: {1}', agent, what);
  if (effect === 'run') return t('{0} wants to run: {1}', agent, what);
  if (effect === 'network') return t('{0} wants to reach: {1}', agent, what);
  if (effect === 'read') return t('{0} wants to read: {1}', agent, what);
  return t('{0} wants to write: {1}', agent, what);
}

async function ended(front: Front, session: SessionId, event: Event & { type: 'turn.ended' }): Promise<void> {
  const { t } = vscode.l10n;
  const { state } = front.seen();
  const turn = state?.id === session ? currentTurn(state) : undefined;
  if (turn === undefined || event.outcome === 'cancelled') return;
  const review = t('Review');
  const chosen = chosenOf(turn);
  const text =
    chosen === undefined
      ? t('The agents have not decided.')
      : t('Decided: {0}. Your folder is as it was until you apply it.', nameOf(turn, chosen));
  const offered = turn.candidates.length > 0 ? [review] : [];
  const picked =
    event.outcome === 'failed'
      ? await vscode.window.showErrorMessage(unlinked(event.failure?.message ?? t('The turn failed.')), ...offered)
      : await vscode.window.showInformationMessage(text, ...offered);
  if (picked === review) await vscode.commands.executeCommand('massgen.review', session);
}
