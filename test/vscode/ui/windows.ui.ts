/** Windows that are not one folder with git: several folders, none with git, a second window, another language. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { createSession } from '../../../src/engine/session.js';
import { scriptedTeam, testHost } from '../../fixtures/team.js';
import { decided, repairs, scriptedFiles, startTask } from './scripted.js';
import { openWorkbench } from './workbench.js';

const files = scriptedFiles({ solo: repairs() });
const read = (folder: string) => readFileSync(join(folder, 'src/add.js'), 'utf8');

test('a folder without git: a turn, its apply behind a question, and its undo', async () => {
  await using window = await openWorkbench({ files, git: false });
  await startTask(await window.sidebar(), 'Make it add.');
  await decided(window.folder);
  await window.run('MassGen: Apply Winner');
  const dialog = window.page.locator('.monaco-dialog-box');
  await dialog.waitFor();
  expect(await dialog.textContent()).toMatch(/Apply solo\.1\?.*src\/add\.js/s);
  expect(read(window.folder)).toContain('a - b');
  await dialog.getByRole('button', { name: 'Apply', exact: true }).click();
  await expect.poll(() => read(window.folder)).toContain('a + b');
  await window.run('MassGen: Undo Apply');
  await expect.poll(() => read(window.folder)).toContain('a - b');
});

test('several folders: the sessions are about the one that is chosen', async () => {
  await using first = await openWorkbench({ files: { 'README.md': '# Other\n' }, beside: { second: files } });
  const second = join(dirname(first.folder), 'second');
  await first.run('MassGen: Choose Folder');
  const { page } = first;
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'second' }).click();
  await startTask(await first.sidebar(), 'Make it add.');
  await decided(second);
});

test('a second window on the folder follows, and is told why it cannot vote or apply', async () => {
  await using window = await openWorkbench({ files });
  const other = await createSession({ folder: window.folder, host: testHost() });
  await other.turn([{ type: 'text', text: 'Make it add.' }], scriptedTeam({ solo: repairs() }));
  const sidebar = await window.sidebar();
  await window.run('MassGen: Continue Session');
  await window.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Make it add.' }).click();
  await sidebar.getByText('solo.1').first().waitFor();
  await window.run('MassGen: Apply Winner');
  await window.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Apply', exact: true }).click();
  await window.toast('Another window or terminal').waitFor();
  await window.picture('second-window');
  expect(read(window.folder)).toContain('a - b');
  await other[Symbol.asyncDispose]();
});
