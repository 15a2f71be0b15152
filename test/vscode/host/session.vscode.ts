/** A whole session inside the editor: the demo, its review, its apply and its undo. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { readSession } from '../../../src/engine/sessions.js';
import type { Front } from '../../../src/extension/front.js';
import type { Api } from '../../../src/extension/main.js';
import { currentTurn, type TurnState } from '../../../src/protocol/state.js';
import { until } from './until.js';

const tab = (fits: (input: unknown) => boolean) =>
  until('a tab', () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).find(({ input }) => fits(input)));

describe('a session', () => {
  let front: Front;
  let turn: TurnState;
  const read = (path: string) => readFile(join(front.folder, path), 'utf8');
  const winner = () => {
    const { presented, winner } = turn.decision ?? {};
    return presented ?? winner ?? assert.fail('nothing is decided');
  };

  before(async () => {
    const api = (await vscode.extensions.getExtension<Api>('massgen.massgen')?.activate()) ?? assert.fail('no extension');
    await vscode.commands.executeCommand('massgen.demo', { fast: true });
    front = await api.front();
    turn = await until('a decision', () => {
      const { state } = front.seen();
      const last = state && currentTurn(state);
      return last?.decision === undefined ? undefined : last;
    });
  });

  it('comes to a decision with evidence for every answer', () => {
    assert.equal(turn.decision?.outcome, 'decided');
    assert.equal(turn.candidates.find(({ id }) => id === winner())?.agent, 'rin');
    for (const candidate of turn.candidates)
      assert.ok((turn.checks[candidate.tree]?.results?.length ?? 0) > 0, `${candidate.id} is unchecked`);
  });

  it('has tools that work in the packaged engine: search, lists, commands in a sandbox', async () => {
    const events = [...(await readSession(front.folder, front.seen().state?.id ?? '')).facts];
    const tools = new Map(events.flatMap((event) => (event.type === 'tool.called' ? [[`${event.run} ${event.call}`, event.tool]] : [])));
    const returned = events.flatMap((event) =>
      event.type === 'tool.returned' ? [{ tool: tools.get(`${event.run} ${event.call}`), ok: event.ok }] : [],
    );
    for (const name of ['search', 'list_files', 'run_checks'])
      assert.ok(
        returned.some(({ tool }) => tool === name),
        `${name} was not used`,
      );
  });

  it('is listed', async () => {
    const row = await until('its row', () => front.seen().rows.find(({ status }) => status === 'decided'));
    assert.deepEqual([row.turns, row.agents], [1, 3]);
  });

  it('is reviewed in a panel of its own', async () => {
    await vscode.commands.executeCommand('massgen.review');
    await tab((input) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('massgen.review'));
  });

  it("is compared in the editor's own diffs", async () => {
    const { id } = front.seen().state ?? assert.fail('nothing is shown');
    await vscode.commands.executeCommand('massgen.openDiff', id, winner(), 'src/limiter.js');
    const { input } = await tab((one) => one instanceof vscode.TabInputTextDiff);
    assert.ok(input instanceof vscode.TabInputTextDiff);
    const [before, after] = await Promise.all([input.original, input.modified].map((uri) => vscode.workspace.openTextDocument(uri)));
    assert.equal(before?.getText(), await read('src/limiter.js'));
    assert.match(after?.getText() ?? '', /Math\.min\(burst/);
    assert.equal(after?.languageId, 'javascript');
    await vscode.commands.executeCommand('massgen.openChanges', id, winner());
    await until('all changes', () => vscode.window.tabGroups.activeTabGroup.activeTab?.label.includes('rin.') || undefined);
  });

  it('is applied as a whole, beside what the person had changed, and taken back to the byte', async () => {
    const session = front.seen().state?.id ?? '';
    const [mine, source] = [await read('docs/report.md'), await read('src/limiter.js')];
    assert.deepEqual((await front.preview(session, [{ candidate: winner(), selection: 'all' }])).conflicts, []);
    await front.intend({ do: 'apply', session, chosen: [{ candidate: winner(), selection: 'all' }] });
    assert.match(await read('src/limiter.js'), /Math\.min\(burst/);
    assert.equal(await read('docs/report.md'), mine);
    await front.intend({ do: 'undo', session });
    assert.equal(await read('src/limiter.js'), source);
  });

  it('is kept when disk space is freed, which asks before anything goes', async () => {
    const { id } = front.seen().state ?? assert.fail('nothing is shown');
    const { showQuickPick, showWarningMessage } = vscode.window;
    const asked: string[] = [];
    Object.assign(vscode.window, {
      showQuickPick: async (offered: Promise<vscode.QuickPickItem[]>) => {
        const items = await offered;
        asked.push(items[0]?.label ?? '', items[0]?.detail ?? '');
        return items[0];
      },
      showWarningMessage: async (text: string, options: vscode.MessageOptions, yes: string) => {
        asked.push(text, options.detail ?? '');
        return yes;
      },
    });
    try {
      await vscode.commands.executeCommand('massgen.freeDiskSpace');
    } finally {
      Object.assign(vscode.window, { showQuickPick, showWarningMessage });
    }
    assert.match(asked.join('\n'), /^Only what no session needs\nMassGen takes [\d.]+ .?B here.*\nFree disk space\?\nNo session goes/);
    assert.deepEqual((await readSession(front.folder, id)).state.turns.length, 1);
  });
});
