/** Pending changes as a person sees them: in a window that is loaded anew, where nothing of MassGen is open. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createSession } from '../../../src/engine/session.js';
import { readSession } from '../../../src/engine/sessions.js';
import { removeFolders, scriptedTeam, testHost } from '../../fixtures/team.js';
import { openWorkbench } from './workbench.js';

afterAll(removeFolders);

const source = [
  '/** Adds, and says what it did. */',
  'export function add(a, b) {',
  '  return a - b;',
  '}',
  '',
  ...Array.from({ length: 12 }, (_, at) => `export const name${at} = ${at};`),
  '',
  'export function log(text) {',
  '  // Nobody reads this.',
  '  console.log(text);',
  '}',
  '',
].join('\n');
const wanted = source.replace('a - b', 'a + b').replace('  // Nobody reads this.\n', '').replace('Adds, and', 'Adds two numbers, and');
const team = scriptedTeam({
  solo: {
    work: [
      {
        call: [{ write_file: { path: 'src/add.js', content: wanted } }, { write_file: { path: 'src/new.js', content: 'export {};\n' } }],
        answer: 'Fixed.',
      },
      { vote: { for: 'Fixed' } },
    ],
    present: [{ say: 'Fixed.' }],
  },
});

test('what was applied is pending in the editors after a reload, until it is accepted or rejected', async () => {
  await using window = await openWorkbench({ files: { 'src/add.js': source }, width: 1300, height: 800 });
  const { page, folder } = window;
  const session = await createSession({ folder, host: testHost() });
  const { winner = '' } = await session.turn([{ type: 'text', text: 'Fix it.' }], team);
  await session.apply({ chosen: [{ candidate: winner, selection: 'all' }] });
  await session[Symbol.asyncDispose]();

  await page.reload();
  const count = page.locator('.statusbar-item[id="massgen.massgen.massgen.pending"]');
  await expect.poll(() => count.textContent(), { timeout: 60_000 }).toContain('3');
  expect(await page.locator('.editor-instance').count()).toBe(0);
  await count.click();
  const lens = (text: string) => page.locator('.codelens-decoration a', { hasText: text });
  await lens('Accept').first().waitFor();
  await expect.poll(() => lens('Reject').count(), { timeout: 30_000 }).toBe(3);
  const behind = () =>
    page.locator('.view-lines span').evaluateAll((spans) => spans.map((span) => getComputedStyle(span, '::after').content).join());
  await expect.poll(behind).toContain('// Nobody reads this.');
  await page.keyboard.press('Control+Shift+G');
  await page.locator('.scm-view .resource', { hasText: 'new.js' }).first().waitFor();
  await window.picture('inline-1-pending');

  await lens('Reject').nth(1).click();
  await expect.poll(() => lens('Reject').count(), { timeout: 30_000 }).toBe(2);
  expect(readFileSync(join(folder, 'src/add.js'), 'utf8')).toBe(
    wanted.replace('a + b', 'a - b').replace('Adds two numbers, and', 'Adds, and'),
  );
  await page.reload();
  await expect.poll(() => count.textContent(), { timeout: 60_000 }).toContain('2');
  await expect.poll(() => lens('Reject').count(), { timeout: 30_000 }).toBe(2);
  await lens('Accept File').click();
  await expect.poll(() => lens('Reject').count(), { timeout: 30_000 }).toBe(0);
  await window.picture('inline-2-accepted');
  const applied = async () => (await readSession(folder, session.id)).state.applies[0];
  await expect.poll(applied, { timeout: 10_000 }).toMatchObject({
    rejected: [{ path: 'src/add.js', hunks: [1] }],
    accepted: [{ path: 'src/add.js', hunks: [2] }],
  });
});
