/** What the extension has from the editor: models, ripgrep, names for the composer, keys of the keyboard. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as vscode from 'vscode';
import type { Message, ModelRequest, StreamPart } from '../../../src/engine/providers/provider.js';
import { mentionOfSelection, mentionsOf } from '../../../src/extension/about.js';
import { configuredFor, onConfigured } from '../../../src/extension/configured.js';
import { editorModels } from '../../../src/extension/editor-models.js';
import { mentionsFor } from '../../../src/extension/mentions.js';
import { rgPath } from '../../../src/extension/ripgrep.js';
import { until } from './until.js';

const folder = (): vscode.WorkspaceFolder => {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(first, 'no folder is open');
  return first;
};
const file = (path: string) => vscode.Uri.joinPath(folder().uri, path);

describe('the models of the editor', () => {
  const user = (text: string): Message => ({ role: 'user', parts: [{ type: 'text', text }] });
  const request = (messages: Message[], tools: ModelRequest['tools'] = []): ModelRequest => ({
    system: 'You are a test.',
    messages,
    tools,
    position: { agent: 'a', purpose: 'work', call: 0 },
    media: async () => new TextEncoder().encode('attached words'),
  });
  const tool = { name: 'look', description: 'Looks.', parameters: { type: 'object', properties: {} } };
  async function reply(asked: ModelRequest, signal = new AbortController().signal): Promise<StreamPart[]> {
    const parts: StreamPart[] = [];
    for await (const part of editorModels.stream('echo', asked, signal)) parts.push(part);
    return parts;
  }

  it('are those that another extension offers', async () => {
    const echo = await until('its model', async () => (await editorModels.list()).find(({ id }) => id === 'echo'));
    assert.deepEqual(echo, { id: 'echo', label: 'Echo', family: 'echo' });
  });

  it('answer in words', async () => {
    assert.deepEqual(await reply(request([user('hello')])), [
      { type: 'text', text: 'echo: hello' },
      { type: 'end', reason: 'stop' },
    ]);
  });

  it('call tools, and are given what they returned', async () => {
    const call = { type: 'tool-call', call: 'call-1', tool: 'look', args: '{"from":"echo"}' } as const;
    assert.deepEqual(await reply(request([user('look')], [tool])), [call, { type: 'end', reason: 'tool-calls' }]);
    const after: Message[] = [
      user('look'),
      { role: 'assistant', parts: [call] },
      { role: 'tool', call: 'call-1', tool: 'look', ok: true, output: 'a tree' },
    ];
    assert.equal((await reply(request(after, [tool])))[0]?.type, 'text');
  });

  it('read attached text', async () => {
    const part = { type: 'file', name: 'notes.md', mime: 'text/markdown', blob: 'b', bytes: 14 } as const;
    const [first] = await reply(request([{ role: 'user', parts: [part] }]));
    assert.match(first?.type === 'text' ? first.text : '', /<file name="notes.md">\nattached words/);
  });

  it('stop when they are told to, with the reason', async () => {
    const reason = new Error('enough');
    await assert.rejects(reply(request([user('hello')]), AbortSignal.abort(reason)), (error) => error === reason);
  });

  it('that are not there are a failure in words', async () => {
    const asking = editorModels.stream('nobody', request([user('hello')]), new AbortController().signal);
    await assert.rejects(async () => {
      for await (const part of asking) assert.fail(part.type);
    }, /no longer offers the model "nobody"/);
  });
});

describe('the settings', () => {
  it('name a configuration, and limits over it', async () => {
    const { fsPath } = folder().uri;
    const settings = () => vscode.workspace.getConfiguration('massgen', folder().uri);
    assert.deepEqual(configuredFor(fsPath), { config: undefined, chosen: false, over: {} });
    const said = { config: 'teams/two.yaml', maxCost: 0.5, timeout: 90, dependencies: 'copy' };
    let told: true | undefined;
    const listening = onConfigured(fsPath, () => {
      told = true;
    });
    for (const [key, value] of Object.entries(said)) await settings().update(key, value, vscode.ConfigurationTarget.Global);
    await until('the settings', () => told);
    listening.dispose();
    assert.deepEqual(configuredFor(fsPath), {
      config: file('teams/two.yaml').fsPath,
      chosen: false,
      over: { seconds: 90, costUsd: 0.5, dependencies: 'copy' },
    });
    for (const key of Object.keys(said)) await settings().update(key, undefined, vscode.ConfigurationTarget.Global);
  });
});

describe('ripgrep', () => {
  it("is the editor's own", () => {
    assert.ok(rgPath.startsWith(vscode.env.appRoot), rgPath);
    assert.match(execFileSync(rgPath, ['--version'], { encoding: 'utf8' }), /^ripgrep \d+/);
  });
});

describe('what a task is about', () => {
  it('is named as a path of the folder', () => {
    const { fsPath } = folder().uri;
    assert.equal(mentionsOf([file('src/add.js'), file('src'), vscode.Uri.file('/elsewhere/x')], fsPath), '@src/add.js @src ');
  });

  it('is the lines that are selected', async () => {
    const editor = await vscode.window.showTextDocument(file('README.md'));
    editor.selection = new vscode.Selection(0, 0, 0, 4);
    assert.equal(mentionOfSelection(editor, folder().uri.fsPath), '@README.md#L1 ');
    editor.selection = new vscode.Selection(0, 0, 2, 3);
    assert.equal(mentionOfSelection(editor, folder().uri.fsPath), '@README.md#L1-L3 ');
    editor.selection = new vscode.Selection(0, 0, 2, 0);
    assert.equal(mentionOfSelection(editor, folder().uri.fsPath), '@README.md#L1-L2 ');
  });

  it('is found by a part of its name, and the selection comes first', async () => {
    const editor = await vscode.window.showTextDocument(file('README.md'));
    editor.selection = new vscode.Selection(0, 0, 0, 4);
    const named = async (text: string) => (await mentionsFor(text, folder().uri.fsPath)).map((one) => `${one.kind} ${one.text}`);
    assert.deepEqual(await named('ADD'), ['file src/add.js']);
    assert.deepEqual(await named('src'), ['folder src/', 'file src/add.js']);
    assert.equal((await named(''))[0], 'selection README.md#L1');
  });
});

describe('the keys of the keyboard', () => {
  it('clash with none that the editor has', async () => {
    const text = (await vscode.workspace.openTextDocument(vscode.Uri.parse('vscode://defaultsettings/keybindings.json'))).getText();
    const keys = [...text.matchAll(/"key": "([^"]+)"/g)].map(([, key = '']) => key);
    assert.ok(keys.length > 500, `only ${keys.length} keys are known`);
    const extension = vscode.extensions.getExtension('massgen.massgen');
    assert.ok(extension, 'the extension is not there');
    const { keybindings } = extension.packageJSON.contributes as { keybindings: { key: string }[] };
    const chord = keybindings[0]?.key.split(' ')[0] ?? '';
    assert.ok(
      keys.some((key) => key.startsWith(chord)),
      'ours are there too',
    );
    const own = new Set(keybindings.map(({ key }) => key));
    assert.deepEqual(
      keys.filter((key) => key.split(' ')[0] === chord && !own.has(key)),
      [],
    );
  });
});
