/** Applied changes in the editor's own documents: pending until accepted or rejected, through the same commands as a person's. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Front } from '../../../src/extension/front.js';
import type { Api } from '../../../src/extension/main.js';
import { currentTurn } from '../../../src/protocol/state.js';
import { until } from './until.js';

const text = (changes: Record<number, string> = {}, end = '\n') =>
  Array.from({ length: 40 }, (_, at) => `${changes[at + 1] ?? `line ${at + 1}`}${end}`).join('');
const wanted = { 5: 'five', 20: 'twenty', 35: 'thirty-five' };

/** What stands in the folder, and what the agent makes of it. */
const stood: Record<string, string> = {
  'pending/a.txt': text(),
  'pending/b.txt': text(),
  'pending/crlf.txt': text({}, '\r\n'),
  'pending/old.txt': 'old\n',
  'pending/data.bin': 'a\0b',
  'pending/note.ipynb': '{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":5}\n',
};
const made: Record<string, string> = {
  'pending/a.txt': text(wanted),
  'pending/b.txt': text({ 10: 'ten' }),
  'pending/crlf.txt': text({ 3: 'three' }, '\r\n'),
  'pending/new.txt': 'new\n',
  'pending/note.ipynb': '{"cells":[],"metadata":{"by":"solo"},"nbformat":4,"nbformat_minor":5}\n',
};
const scenario = JSON.stringify({
  agents: {
    solo: {
      work: [
        {
          call: [
            ...Object.entries(made).map(([path, content]) => ({ write_file: { path, content } })),
            { delete_file: { path: 'pending/old.txt' } },
          ],
          answer: 'Changed.',
        },
        { vote: { for: 'Changed' } },
      ],
      present: [{ say: 'Done.' }],
    },
  },
});

describe('what is applied', () => {
  let api: Api;
  let front: Front;
  let session: string;
  const { workspaceFolders: [opened] = [] } = vscode.workspace;
  const uri = (path: string) => vscode.Uri.joinPath(opened?.uri ?? assert.fail('no folder is open'), path);
  const disk = (path: string) => readFile(uri(path).fsPath, 'utf8');
  const document = (path: string) => vscode.workspace.openTextDocument(uri(path));
  const run = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(`massgen.${command}`, ...args);
  const put = async (path: string, content: string) => {
    await mkdir(dirname(uri(path).fsPath), { recursive: true });
    await writeFile(uri(path).fsPath, content);
  };
  const rows = () => api.inline.rows().map(({ resourceUri }) => vscode.workspace.asRelativePath(resourceUri).replace('pending/', ''));
  const rowsAre = (...expected: string[]) =>
    until(`the rows ${expected}`, () => (rows().join() === expected.join() ? true : undefined)).catch((error: Error) => {
      throw new Error(`${error.message}; there are ${rows()}`);
    });
  const marks = async (path: string) =>
    (await api.inline.marks(await document(path))).map(({ kind, first, last, removed }) => [kind, first, last, removed.join()]);
  const lenses = async (path: string) => {
    const found = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri(path), 100);
    return found.filter(({ command }) => command?.command.startsWith('massgen.'));
  };
  const lensesOf = async (path: string, command: string) =>
    (await lenses(path)).filter((one) => one.command?.command === `massgen.${command}`);
  const press = async (path: string, command: string, at: number) => {
    const lens = (await lensesOf(path, command))[at]?.command ?? assert.fail(`no ${command} ${at}`);
    await vscode.commands.executeCommand(lens.command, ...(lens.arguments ?? []));
  };
  /** The editor follows what is written on the disk a moment later, and moves a cursor that stands in it. */
  const followed = async (path: string) => {
    const open = await document(path);
    await until(`${path} to be as on the disk`, async () => (open.isDirty || open.getText() === (await disk(path)) ? true : undefined));
  };
  const edit = async (path: string, line: number, words: string) => {
    await followed(path);
    const change = new vscode.WorkspaceEdit();
    change.insert(uri(path), new vscode.Position(line, 0), words);
    assert.ok(await vscode.workspace.applyEdit(change));
  };
  const autoSave = (how: string | undefined) =>
    vscode.workspace.getConfiguration('files').update('autoSave', how, vscode.ConfigurationTarget.Global);
  /** What a dialog is answered with, until the test is over. */
  let answers: (string | undefined)[] = [];
  let asked: string[] = [];
  const { showWarningMessage } = vscode.window;
  const errors: string[] = [];
  const { showErrorMessage } = vscode.window;

  before(async () => {
    // In a browser the editor saves by itself.
    await autoSave('off');
    Object.assign(vscode.window, {
      showWarningMessage: async (question: string) => {
        asked.push(question);
        return answers.shift();
      },
      showErrorMessage: async (message: string) => void errors.push(message),
    });
    for (const [path, content] of Object.entries(stood)) await put(path, content);
    await put('massgen.yaml', 'agents:\n  - id: solo\n    backend: { type: scripted, scenario: scenario.json }\n');
    await put('scenario.json', scenario);
    api = (await vscode.extensions.getExtension<Api>('massgen.massgen')?.activate()) ?? assert.fail('no extension');
    front = await api.front();
    const team = await until('its team', async () => (await front.teams()).find(({ agents }) => agents.some(({ id }) => id === 'solo')));
    session = await front.intend({ do: 'start', request: [{ type: 'text', text: 'Change it.' }], team: team.id });
    await until('a decision', () => currentTurn(front.seen().state ?? assert.fail('no session'))?.decision);
  });
  after(async () => {
    Object.assign(vscode.window, { showWarningMessage, showErrorMessage });
    await autoSave(undefined);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await front.intend({ do: 'remove', session });
    await front.show(undefined);
    for (const path of ['massgen.yaml', 'scenario.json', 'pending']) await rm(uri(path).fsPath, { recursive: true, force: true });
  });
  beforeEach(async () => {
    answers = [];
    asked = [];
    errors.length = 0;
    const { candidates } = currentTurn(front.seen().state ?? assert.fail('no session')) ?? assert.fail('no turn');
    const candidate = candidates.at(-1)?.id ?? assert.fail('no candidate');
    await front.intend({ do: 'apply', session, chosen: [{ candidate, selection: 'all' }] });
    await rowsAre('a.txt', 'b.txt', 'crlf.txt', 'new.txt', 'note.ipynb', 'old.txt');
    for (const path of ['pending/a.txt', 'pending/b.txt', 'pending/crlf.txt']) await followed(path);
  });
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    if (front.seen().state?.applies.at(-1)?.status === 'applied') await front.intend({ do: 'undo', session });
    await rowsAre();
    for (const [path, content] of Object.entries(stood)) assert.equal(await disk(path), content, path);
  });

  it('is marked, listed and counted; nothing opens by itself', async () => {
    assert.deepEqual(
      vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs),
      [],
    );
    assert.deepEqual(await marks('pending/a.txt'), [
      ['changed', 4, 4, 'line 5'],
      ['changed', 19, 19, 'line 20'],
      ['changed', 34, 34, 'line 35'],
    ]);
    assert.deepEqual(await marks('pending/crlf.txt'), [['changed', 2, 2, 'line 3']]);
    assert.deepEqual(await marks('pending/new.txt'), [['added', 0, 0, '']]);
    assert.deepEqual(
      (await lensesOf('pending/a.txt', 'acceptChange')).map(({ range }) => range.start.line),
      [4, 19, 34],
    );
    const [row] = api.inline.rows().filter(({ decorations }) => decorations?.strikeThrough);
    assert.equal(row?.resourceUri.path.endsWith('old.txt'), true);
    assert.match((await lensesOf('pending/a.txt', 'diffPending'))[0]?.command?.title ?? '', /3 pending changes/);
  });

  it('is accepted and rejected hunk by hunk, and what is rejected goes to the byte', async () => {
    await press('pending/a.txt', 'acceptChange', 0);
    await until('two marks', async () => ((await marks('pending/a.txt')).length === 2 ? true : undefined));
    await press('pending/a.txt', 'rejectChange', 0);
    assert.equal(await disk('pending/a.txt'), text({ 5: 'five', 35: 'thirty-five' }));
    await until('one mark', async () => ((await marks('pending/a.txt')).map(([, first]) => first).join() === '34' ? true : undefined));
    await run('rejectFile', uri('pending/new.txt'));
    assert.equal(existsSync(uri('pending/new.txt').fsPath), false);
    await run('rejectFile', ...api.inline.rows().filter(({ resourceUri }) => resourceUri.path.endsWith('old.txt')));
    assert.equal(await disk('pending/old.txt'), 'old\n');
    await run('rejectFile', uri('pending/crlf.txt'));
    assert.equal(await disk('pending/crlf.txt'), stood['pending/crlf.txt']);
    await run('rejectFile', uri('pending/note.ipynb'));
    await rowsAre('a.txt', 'b.txt');
    await run('acceptAll');
    await rowsAre();
    assert.equal(await disk('pending/b.txt'), made['pending/b.txt']);
    assert.deepEqual(errors, []);
    const [apply] = front.seen().state?.applies.slice(-1) ?? [];
    assert.equal(apply?.rejections.length, 5);
  });

  it('is gone through change by change, across files', async () => {
    const at = () => {
      const { activeTextEditor: editor } = vscode.window;
      return editor && `${editor.document.uri.path.split('/').at(-1)}:${editor.selection.active.line}`;
    };
    const seen: (string | undefined)[] = [];
    for (let step = 0; step < 5; step++) {
      await run('nextChange');
      seen.push(at());
    }
    assert.deepEqual(seen, ['a.txt:4', 'a.txt:19', 'a.txt:34', 'b.txt:9', 'crlf.txt:2']);
    await run('previousChange');
    assert.equal(at(), 'b.txt:9');
    await run('acceptChange');
    await rowsAre('a.txt', 'crlf.txt', 'new.txt', 'note.ipynb', 'old.txt');
  });

  it('keeps its place under what the person types, saved or not', async () => {
    await vscode.window.showTextDocument(await document('pending/a.txt'));
    await edit('pending/a.txt', 0, 'mine\nmine too\n');
    assert.deepEqual(
      (await marks('pending/a.txt')).map(([, first]) => first),
      [6, 21, 36],
    );
    // It is not saved, and not agreed to: nothing is written.
    answers = [undefined];
    await press('pending/a.txt', 'rejectChange', 1);
    assert.match(asked[0] ?? '', /pending\/a\.txt/);
    assert.match(errors[0] ?? '', /unsaved changes in pending\/a\.txt/);
    assert.equal(await disk('pending/a.txt'), made['pending/a.txt']);
    errors.length = 0;
    answers = ['Save and Continue'];
    await press('pending/a.txt', 'rejectChange', 1);
    assert.deepEqual(errors, []);
    assert.equal(await disk('pending/a.txt'), `mine\nmine too\n${text({ 5: 'five', 35: 'thirty-five' })}`);
    const open = await document('pending/a.txt');
    await until('the editor to follow', () => (open.getText().includes('line 20') ? true : undefined));
    assert.equal(open.isDirty, false);
    const undo = new vscode.WorkspaceEdit();
    undo.delete(uri('pending/a.txt'), new vscode.Range(0, 0, 2, 0));
    await vscode.workspace.applyEdit(undo);
    await open.save();
  });

  it('is undone as one, and asks for what is unsaved first', async () => {
    await edit('pending/b.txt', 0, 'mine\n');
    answers = [undefined];
    await run('undo');
    assert.equal(await disk('pending/a.txt'), made['pending/a.txt']);
    await (await document('pending/b.txt')).save();
    await run('undo');
    assert.equal(await disk('pending/b.txt'), `mine\n${stood['pending/b.txt']}`);
    assert.equal(await disk('pending/a.txt'), stood['pending/a.txt']);
    await put('pending/b.txt', stood['pending/b.txt'] ?? '');
  });

  it('that was edited away is refused with its path, or accepted', async () => {
    await put('pending/b.txt', text({ 10: 'mine' }));
    const open = await document('pending/b.txt');
    await until('the editor to follow', () => (open.getText().includes('mine') ? true : undefined));
    assert.deepEqual(await marks('pending/b.txt'), []);
    await run('rejectFile', uri('pending/b.txt'));
    assert.match(errors[0] ?? '', /pending\/b\.txt/);
    assert.equal(await disk('pending/b.txt'), text({ 10: 'mine' }));
    await put('pending/b.txt', made['pending/b.txt'] ?? '');
  });

  it('is compared with what stood before, in the language of the file', async () => {
    const compared = async (path: string) => {
      await run('diffPending', uri(path));
      return until(`the diff of ${path}`, () => {
        const { input } = vscode.window.tabGroups.activeTabGroup.activeTab ?? {};
        return input instanceof vscode.TabInputTextDiff && input.modified.path.endsWith(path) ? input : undefined;
      });
    };
    const input = await compared('pending/a.txt');
    assert.equal((await vscode.workspace.openTextDocument(input.original)).getText(), stood['pending/a.txt']);
    assert.equal(input.modified.toString(), uri('pending/a.txt').toString());
    const deleted = await compared('pending/old.txt');
    assert.equal((await vscode.workspace.openTextDocument(deleted.original)).getText(), 'old\n');
    assert.equal((await vscode.workspace.openTextDocument(deleted.modified)).getText(), '');
    await run('diffAllPending');
    await until('all of them', () => (vscode.window.tabGroups.activeTabGroup.activeTab?.label.startsWith('Pending') ? true : undefined));
  });

  it('is not rejected under an unsaved notebook', async () => {
    const notebook = await vscode.workspace.openNotebookDocument(uri('pending/note.ipynb'));
    await vscode.window.showNotebookDocument(notebook);
    const change = new vscode.WorkspaceEdit();
    const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Markup, 'mine', 'markdown');
    change.set(notebook.uri, [vscode.NotebookEdit.insertCells(0, [cell])]);
    assert.ok(await vscode.workspace.applyEdit(change));
    await until('the notebook to be unsaved', () => notebook.isDirty || undefined);
    answers = [undefined];
    await run('rejectFile', notebook.uri);
    assert.match(asked[0] ?? '', /pending\/note\.ipynb/);
    assert.equal(await disk('pending/note.ipynb'), made['pending/note.ipynb']);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await until('the notebook to be as on the disk', () => (notebook.isDirty ? undefined : true));
    await run('rejectFile', notebook.uri);
    assert.equal(await disk('pending/note.ipynb'), stood['pending/note.ipynb']);
  });

  it("is rejected from the editor's own peek view of changed lines", async () => {
    const changes = [5, 20, 35].map((line) => ({ modifiedStartLineNumber: line, modifiedEndLineNumber: line }));
    await run('rejectChange', uri('pending/a.txt'), changes, 1);
    assert.equal(await disk('pending/a.txt'), text({ 5: 'five', 35: 'thirty-five' }));
  });

  it('is taken back from the list, what was accepted too', async () => {
    await run('acceptFile', uri('pending/b.txt'));
    await run('undoPending');
    await rowsAre();
    assert.equal(await disk('pending/b.txt'), stood['pending/b.txt']);
  });

  it('is rejected in a read-only file too, which stays so', async () => {
    await chmod(uri('pending/b.txt').fsPath, 0o444);
    await run('rejectFile', uri('pending/b.txt'));
    assert.equal(await disk('pending/b.txt'), stood['pending/b.txt']);
    await chmod(uri('pending/b.txt').fsPath, 0o644);
  });
});
