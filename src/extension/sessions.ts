/** The commands about sessions: beginning, finding, going on, ending. */
import * as vscode from 'vscode';
import type { SessionId } from '../protocol/events.js';
import { fail } from '../protocol/failure.js';
import type { SessionRow, TeamChoice } from '../protocol/wire.js';
import { mentionOfSelection, mentionsOf } from './about.js';
import type { App, Composed } from './app.js';
import { requireTrust } from './folder.js';
import type { Front } from './front.js';
import { size } from './glance.js';
import { answer } from './notify.js';
import { views } from './views/ids.js';

type SessionCommands = Pick<
  App,
  | 'compose'
  | 'composeAbout'
  | 'composeAboutSelection'
  | 'openSession'
  | 'renameSession'
  | 'removeSession'
  | 'stop'
  | 'resume'
  | 'answer'
  | 'chooseTeam'
>;

export function sessionCommands(front: () => Promise<Front>): SessionCommands {
  const { t } = vscode.l10n;
  const focus = () => vscode.commands.executeCommand(`${views.sidebar}.focus`);

  async function compose(what: Composed): Promise<void> {
    requireTrust();
    const one = await front();
    await focus();
    one.compose(what);
  }

  async function pick(id: string | undefined, placeHolder: string): Promise<SessionRow | undefined> {
    const { rows } = (await front()).seen();
    if (id !== undefined) return rows.find((row) => row.id === id);
    const items = rows.map((row) => ({ label: row.title, description: statusText(row), detail: detailText(row), row }));
    return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true, matchOnDetail: true }))?.row;
  }

  const current = async (): Promise<{ one: Front; session: SessionId }> => {
    const one = await front();
    const { state } = one.seen();
    if (state === undefined || state.id === '') throw fail('usage', t('No session is shown.'));
    return { one, session: state.id };
  };

  return {
    compose,
    async composeAbout(uris) {
      const text = mentionsOf(uris, (await front()).folder);
      if (text === '') throw fail('usage', t('That is not in the folder which the sessions are about.'));
      await compose({ text });
    },
    async composeAboutSelection() {
      const editor = vscode.window.activeTextEditor;
      if (editor === undefined) throw fail('usage', t('No editor is open.'));
      await compose({ text: mentionOfSelection(editor, (await front()).folder) });
    },
    async openSession(id) {
      const row = await pick(id, t('Which session do you go on with?'));
      if (row === undefined) return;
      await focus();
      await (await front()).show(row.id);
    },
    async renameSession(id) {
      const row = await pick(id, t('Which session gets another name?'));
      const title = row && (await vscode.window.showInputBox({ value: row.title, prompt: t('Its new name') }));
      if (row && title?.trim()) await (await front()).intend({ do: 'rename', session: row.id, title: title.trim() });
    },
    async removeSession(id) {
      const row = await pick(id, t('Which session is deleted?'));
      if (row === undefined) return;
      const yes = t('Delete');
      const detail = t('Its log and its answers go ({0}). What was applied to your folder stays.', size(row.bytes, vscode.env.language));
      const question = t('Delete "{0}"?', row.title);
      if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) !== yes) return;
      await (await front()).intend({ do: 'remove', session: row.id });
    },
    async stop() {
      const { one, session } = await current();
      await one.intend({ do: 'stop', session });
    },
    async resume() {
      requireTrust();
      const { one, session } = await current();
      await one.intend({ do: 'resume', session });
    },
    async answer() {
      const one = await front();
      const [first] = one.seen().asking;
      if (first !== undefined) await answer(one, first, true);
    },
    async chooseTeam() {
      const one = await front();
      const items = (await one.teams()).map((team) => ({
        label: team.from,
        description: teamText(team),
        ...(team.failure && { detail: team.failure.message }),
        team,
      }));
      if (items.length === 0)
        throw fail('config', t('There is no team here.'), {
          hint: t('Set an API key, start a local model server, or write a configuration.'),
        });
      const picked = await vscode.window.showQuickPick(items, { placeHolder: t('Who works on the next task?') });
      if (picked !== undefined) await one.prefer(picked.team.id);
    },
  };
}

const teamText = ({ agents, pattern }: TeamChoice): string =>
  `${agents.map(({ label, model }) => `${label} ${model}`).join(' · ')} — ${pattern}`;

function statusText({ status, turns, agents }: SessionRow): string {
  const { t } = vscode.l10n;
  const words = {
    decided: t('decided'),
    undecided: t('undecided'),
    cancelled: t('stopped'),
    failed: t('failed'),
    running: t('running'),
    'cut-off': t('cut off'),
    unreadable: t('unreadable'),
  };
  return t('{0} · turn {1} · {2} agents', words[status], turns, agents);
}

function detailText({ lastAt, bytes, applied }: SessionRow): string {
  const { t } = vscode.l10n;
  const when = new Date(lastAt).toLocaleString(vscode.env.language);
  return applied > 0
    ? t('{0} · {1} · applied {2} files', when, size(bytes, vscode.env.language), applied)
    : `${when} · ${size(bytes, vscode.env.language)}`;
}
