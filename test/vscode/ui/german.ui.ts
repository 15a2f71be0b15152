/** A window in another language: commands, notifications and our own views. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startServer } from '../../../scripts/vscode/server.mjs';
import { decided, repairs, scriptedFiles, startTask } from './scripted.js';
import { openWorkbench } from './workbench.js';

let server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  server = await startServer({ extensions: [inject('vsix')], language: 'de' });
});
afterAll(() => server?.stop());

const run = { call: [{ run_command: { command: 'echo eins' } }] };

test('a German window speaks German, from the palette to the question of an agent', async () => {
  const files = scriptedFiles({ solo: repairs([run]) }, { policy: { ask: ['echo'] } });
  await using window = await openWorkbench({ files, locale: 'de-DE', server });
  const sidebar = await window.sidebar();
  await expect.poll(() => sidebar.locator('html').getAttribute('lang')).toBe('de');
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
