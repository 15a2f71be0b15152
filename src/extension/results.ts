/** The commands about what came of a session: looking, voting, applying, taking back, keeping. */

import * as vscode from 'vscode';
import { type Format, formats } from '../engine/export/document.js';
import { inline, nameOf, sizeOf } from '../engine/export/names.js';
import { textOf } from '../protocol/content.js';
import type { CandidateId, Chosen, SessionId } from '../protocol/events.js';
import { fail } from '../protocol/failure.js';
import { chosenOf } from '../protocol/standing.js';
import { type CandidateState, currentTurn, type SessionState, type TurnState } from '../protocol/state.js';
import type { App } from './app.js';
import { requireTrust } from './folder.js';
import type { Front } from './front.js';

type ResultCommands = Pick<App, 'review' | 'vote' | 'choose' | 'apply' | 'undo' | 'openLog' | 'exportSession' | 'cleanUp'>;

export function resultCommands(
  front: () => Promise<Front>,
  openReview: (session: SessionId, candidate?: CandidateId) => void,
): ResultCommands {
  const { t } = vscode.l10n;

  /** The session that is shown, with its last turn. */
  async function shown(): Promise<{ one: Front; state: SessionState; turn: TurnState }> {
    const one = await front();
    const { state } = one.seen();
    const turn = state && currentTurn(state);
    if (state === undefined || turn === undefined) throw fail('usage', t('No session is shown.'));
    return { one, state, turn };
  }

  async function pick(turn: TurnState, placeHolder: string): Promise<CandidateState | undefined> {
    const items = turn.candidates.map((candidate) => ({
      label: nameOf(turn, candidate.id),
      description: `${sizeOf(candidate)}${candidate.id === chosenOf(turn) ? ` · ${t('winner')}` : ''}`,
      detail: inline(textOf(candidate.words)),
      candidate,
    }));
    if (items.length === 0) throw fail('usage', t('No agent has answered yet.'));
    return (await vscode.window.showQuickPick(items, { placeHolder, matchOnDetail: true }))?.candidate;
  }

  return {
    async review(session, candidate) {
      openReview(session ?? (await shown()).state.id, candidate);
    },
    async vote() {
      requireTrust();
      const { one, state, turn } = await shown();
      const candidate = await pick(turn, t('Which answer do you vote for?'));
      if (candidate === undefined) return;
      const reason = await vscode.window.showInputBox({ prompt: t('Why? The agents read it in the next turn.') });
      if (reason !== undefined) await one.intend({ do: 'vote', session: state.id, candidate: candidate.id, reason });
    },
    async choose() {
      requireTrust();
      const { one, state, turn } = await shown();
      const candidate = await pick(turn, t('Which answer wins, whatever the agents voted?'));
      if (candidate !== undefined) await one.intend({ do: 'choose', session: state.id, candidate: candidate.id });
    },
    async apply() {
      requireTrust();
      const { one, state, turn } = await shown();
      const candidate = chosenOf(turn);
      if (candidate === undefined) throw fail('usage', t('Nothing is decided yet.'));
      const chosen: Chosen[] = [{ candidate, selection: 'all' }];
      if (await confirmed(one, state.id, chosen, nameOf(turn, candidate))) await one.intend({ do: 'apply', session: state.id, chosen });
    },
    async undo() {
      requireTrust();
      const { one, state } = await shown();
      await one.intend({ do: 'undo', session: state.id });
      void vscode.window.showInformationMessage(t('What was applied last is taken back.'));
    },
    async openLog() {
      const { one, state } = await shown();
      const { sessionFiles } = await import('../engine/sessions.js');
      const document = await vscode.workspace.openTextDocument(sessionFiles(one.folder, state.id).log);
      await vscode.window.showTextDocument(document, { preview: true });
    },
    async exportSession(session) {
      const one = await front();
      const id = session ?? (await shown()).state.id;
      const format = await pickFormat();
      if (format === undefined) return;
      const defaultUri = vscode.Uri.joinPath(vscode.Uri.file(one.folder), `massgen-${id}.${format}`);
      const target = await vscode.window.showSaveDialog({ defaultUri });
      if (target === undefined) return;
      await vscode.workspace.fs.writeFile(target, Buffer.from(await exported(one.folder, id, format)));
    },
    async cleanUp() {
      requireTrust();
      const one = await front();
      const { rows } = one.seen();
      const { openStore } = await import('../engine/workspace/open-store.js');
      await using store = await openStore(one.folder);
      for (const row of rows) if (row.status !== 'running') await store.cleanUp(row.id);
      void vscode.window.showInformationMessage(t('The agents’ workspaces are removed. Sessions and answers are kept.'));
    },
  };

  /** Says what it will do before it does it. */
  async function confirmed(one: Front, session: SessionId, chosen: Chosen[], name: string): Promise<boolean> {
    const { paths, conflicts, kept } = await one.preview(session, chosen);
    if (conflicts.length > 0)
      throw fail(
        'conflict',
        t('{0} does not merge into the folder as it is now: {1}', name, conflicts.map(({ path }) => path).join(', ')),
        {
          hint: t('Review it and choose the parts that do.'),
        },
      );
    const yes = t('Apply');
    const detail = [
      t('{0} files are written: {1}', paths.length, paths.slice(0, 10).join(', ')),
      ...(kept > 0 ? [t('Your own edits in {0} of them are kept.', kept)] : []),
      t('You can take it back.'),
    ].join('\n');
    return (await vscode.window.showInformationMessage(t('Apply {0}?', name), { modal: true, detail }, yes)) === yes;
  }

  async function pickFormat(): Promise<Format | undefined> {
    const labels: Record<Format, string> = { md: 'Markdown', html: 'HTML', json: 'JSON' };
    const items = formats.map((format) => ({ label: labels[format], format }));
    return (await vscode.window.showQuickPick(items, { placeHolder: t('In which format?') }))?.format;
  }
}

async function exported(folder: string, id: SessionId, format: Format): Promise<string> {
  const [{ documentOf }, { readSession }, { openStore }] = await Promise.all([
    import('../engine/export/document.js'),
    import('../engine/sessions.js'),
    import('../engine/workspace/open-store.js'),
  ]);
  const { facts } = await readSession(folder, id);
  await using store = await openStore(folder);
  return documentOf(format, [...facts], (base, tree) => store.diff(base, tree));
}

/** The candidate of a session, for the editors that show it. */
export function candidateOf(state: SessionState, id: CandidateId): { turn: TurnState; candidate: CandidateState } {
  for (const turn of state.turns) {
    const candidate = turn.candidates.find((one) => one.id === id);
    if (candidate !== undefined) return { turn, candidate };
  }
  throw fail('not-found', `There is no candidate ${id}.`);
}
