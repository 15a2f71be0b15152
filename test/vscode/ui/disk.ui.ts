/** Disk space: one quiet word where the limit is near, and a command that says what would go before anything does. */
import { expect, test } from 'vitest';
import { createSession } from '../../../src/engine/session.js';
import { listSessions } from '../../../src/engine/sessions.js';
import { scriptedTeam, testHost } from '../../fixtures/team.js';
import { decided, repairs, scriptedFiles, startTask } from './scripted.js';
import { openWorkbench } from './workbench.js';

const OLD = 10;
const DAYS_40 = 40 * 24 * 3600 * 1000;
const files = scriptedFiles({ solo: repairs() }, { storage: { max_size: '20KB' } });

test('where the limit is near it is told after a turn, and what goes is confirmed by name', async () => {
  await using window = await openWorkbench({ files });
  const { page, folder } = window;
  const team = scriptedTeam({ solo: repairs() });
  const host = { ...testHost(), now: () => Date.now() - DAYS_40 };
  for (let one = 1; one <= OLD; one++) {
    await using session = await createSession({ folder, host });
    await session.turn([{ type: 'text', text: `Old task ${one}` }], team);
  }
  const titles = async () => (await listSessions(folder)).map(({ title }) => title);
  await startTask(await window.sidebar(), 'Make it add.');
  await decided(folder);

  const notice = window.toast('of the 20 kB that its configuration allows');
  await notice.waitFor();
  await window.picture('disk-1-notice');
  await notice.getByRole('button', { name: 'Free Disk Space…' }).click();
  const way = page.locator('.quick-input-list .monaco-list-row', { hasText: 'Sessions older than 30 days' });
  await way.waitFor();
  expect(await way.textContent()).toMatch(/10 sessions, \d+ kB and their answers/);
  await window.picture('disk-2-ways');
  await way.click();
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.waitFor();
  expect(await dialog.textContent()).toMatch(
    /Remove 10 sessions\?.*Old task 10.*… and 2 more.*gone for good.*applied to your folder stays/s,
  );
  await window.picture('disk-3-dialog');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(await titles()).toHaveLength(OLD + 1);

  await window.run('MassGen: Free Disk Space');
  await way.click();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await window.toast('are free again').waitFor();
  await window.picture('disk-4-freed');
  expect(await titles()).toEqual(['Make it add.']);
});
