/** A folder that the person has not trusted: nothing runs in it, and that is said. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startServer } from '../../../scripts/vscode/server.mjs';
import { openWorkbench, type Workbench } from './workbench.js';

let server: Awaited<ReturnType<typeof startServer>>;
let window: Workbench;
beforeAll(async () => {
  server = await startServer({
    extensions: [inject('vsix')],
    trust: true,
    settings: { 'security.workspace.trust.startupPrompt': 'never', 'security.workspace.trust.banner': 'never' },
  });
  window = await openWorkbench({ server: { url: server.url, port: server.port } });
});
afterAll(async () => {
  await window?.[Symbol.asyncDispose]();
  await server?.stop();
});

test('the demo does not run, and the person is told what to do', async () => {
  await window.run('MassGen: Run Demo');
  await window.toast('not trusted').waitFor();
  await window.picture('untrusted');
});

test('commands that run something are not offered, those that do not are', async () => {
  const { page } = window;
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget input.input').fill('>MassGen: ');
  const rows = page.locator('.quick-input-list .monaco-list-row');
  await rows.filter({ hasText: 'MassGen: Set API Key' }).first().waitFor();
  expect(await rows.filter({ hasText: 'MassGen: Start Session' }).count()).toBe(0);
  await page.keyboard.press('Escape');
});

test('the sidebar says so too', async () => {
  const sidebar = await window.sidebar();
  await sidebar.locator('[role="note"]').first().waitFor();
});
