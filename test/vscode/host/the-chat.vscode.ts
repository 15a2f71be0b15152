/** `@massgen` in the Chat view: a message starts a session, the answer follows it, and the next message goes on with it. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Front } from '../../../src/extension/front.js';
import type { Api } from '../../../src/extension/main.js';
import { currentTurn } from '../../../src/protocol/state.js';
import { until } from './until.js';

describe('the Chat view', () => {
  let front: Front;
  const said = (query: string) => vscode.commands.executeCommand('workbench.action.chat.open', { query, mode: 'ask' });
  const decided = (turns: number, not?: string) =>
    until(`turn ${turns}`, () => {
      const { state } = front.seen();
      const done = state !== undefined && state.id !== not && state.turns.length === turns && currentTurn(state)?.decision !== undefined;
      return done ? state : undefined;
    });
  const transcript = async (): Promise<string> => {
    await vscode.commands.executeCommand('workbench.action.chat.copyAll');
    return vscode.env.clipboard.readText();
  };

  before(async () => {
    const api = (await vscode.extensions.getExtension<Api>('massgen.massgen')?.activate()) ?? assert.fail('no extension');
    await vscode.commands.executeCommand('massgen.demo', { fast: true });
    front = await api.front();
    await decided(1);
    // Without a model the view answers nothing, whoever is asked.
    await until('a model', async () => (await vscode.lm.selectChatModels()).at(0));
  });

  it('starts a session with @massgen, and tells what comes of it', async () => {
    const before = front.seen().state?.id;
    await said('@massgen Fix the burst after idle.');
    const state = await decided(1, before);
    assert.equal(state.turns[0]?.request.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(), 'Fix the burst after idle.');
    const text = await until('the outcome', async () => {
      const now = await transcript();
      return now.includes('Decided: rin') ? now : undefined;
    });
    assert.match(text, /\+20 −3, 2 files.*Review Candidates.*Apply Winner/s);
  });

  it('goes on with it', async () => {
    const { id } = front.seen().state ?? assert.fail('nothing is shown');
    await said('@massgen And now a changelog entry.');
    const state = await decided(2);
    assert.equal(state.id, id);
  });
});
