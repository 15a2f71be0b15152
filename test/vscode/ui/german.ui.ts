/** A window in another language: commands, notifications and our own views. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startServer } from '../../../scripts/vscode/server.mjs';
import { decided, repairs, scriptedFiles, startTask } from './scripted.js';
import { openWorkbench } from './workbench.js';

let server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  server = await startServer({ extensions: [inject('vsix')], language: 'de', env: { SOME_KEY: 'sk-nobody-s' } });
});
afterAll(() => server?.stop());

const run = { call: [{ run_command: { command: 'echo eins' } }] };

const sends = `agents:
  - id: maya
    backend: { type: chatcompletion, base_url: "https://gateway.example/v1", model: m, api_key: "\${SOME_KEY}" }
`;

test('a German window speaks German, from the palette to the question of an agent', async () => {
  const files = scriptedFiles({ solo: repairs([run]) }, { policy: { ask: ['echo'] } });
  await using window = await openWorkbench({ files: { ...files, 'massgen.yaml': sends }, locale: 'de-DE', server });
  const sidebar = await window.sidebar();
  await expect.poll(() => sidebar.locator('html').getAttribute('lang')).toBe('de');

  // Enter, struck once too often, sends no key of theirs.
  await startTask(sidebar, 'Bring es zum Addieren.', 'Was zu tun ist');
  const question = window.page.locator('.monaco-dialog-box');
  await question.filter({ hasText: /SOME_KEY geht an https:\/\/gateway\.example\/v1\s*massgen\.yaml, Zeile 3/ }).waitFor();
  await window.picture('german-consent');
  await window.page.keyboard.press('Enter');
  await window.page.locator('.tab.active', { hasText: 'massgen.yaml' }).waitFor();
  expect(existsSync(join(window.folder, '.massgen/sessions'))).toBe(false);
  writeFileSync(join(window.folder, 'massgen.yaml'), files['massgen.yaml'] ?? '');
  await sidebar.getByText('kostenlos').first().waitFor();

  await startTask(sidebar, 'Bring es zum Addieren.', 'Was zu tun ist');
  const toast = window.toast('solo will ausführen: echo eins');
  await toast.waitFor({ timeout: 60_000 });
  expect(await sidebar.locator('.ask').textContent()).toMatch(/Einmal.*Sitzung.*Immer.*Ablehnen/s);
  await window.picture('german');
  await toast.getByRole('button', { name: 'Einmal' }).click();
  await decided(window.folder);
  await window.toast('Entschieden: solo').waitFor();
  await window.run('MassGen: Antworten durchsehen');
  const review = await window.view('body[data-view="review"]');
  await review.getByText('Auswahl').first().waitFor();
  await window.picture('german-review');
});
