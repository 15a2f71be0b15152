/** What an agent asks: as a notification and in the sidebar, and how far each answer reaches. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { openWalls } from '../walls.js';
import { decided, repairs, scriptedFiles, startTask } from './scripted.js';
import { openWorkbench } from './workbench.js';

const run = (command: string) => ({ call: [{ run_command: { command } }] });
/** In a notification it would be a link that says `fine`, and a terminal would swallow what stands before that. */
const lying = 'echo \u001b]0;hidden\u0007 [fine](command:workbench.action.closeWindow)';
const asks = repairs([
  run('bash walls.sh'),
  run('echo one'),
  run('echo two'),
  run('echo two'),
  run('echo three'),
  run('curl https://example.com'),
  run(lying),
  run('twine upload dist'),
]);

test('an agent is allowed once, for the session or always, or denied, in either place', async () => {
  await using walls = await openWalls(inject('server').home);
  const files = { ...scriptedFiles({ solo: asks }, { policy: { ask: ['echo'] } }), 'walls.sh': walls.script };
  await using window = await openWorkbench({ files });
  const sidebar = await window.sidebar();
  await startTask(sidebar, 'Make it add.');
  const inToast = (command: string, answer: string) => window.toast(command).getByRole('button', { name: answer, exact: true });
  const inSidebar = sidebar.locator('.ask');

  await inToast('solo wants to run: echo one', 'Once').waitFor({ timeout: 60_000 });
  expect(await inSidebar.textContent()).toMatch(/solo.*wants to run.*echo one.*in its own copy/s);
  await window.picture('approval');
  await inToast('echo one', 'Once').click();
  await inToast('echo two', 'This Session').click();
  // The same line is not asked again.
  await inSidebar.filter({ hasText: 'echo three' }).waitFor();
  await inSidebar.getByRole('button', { name: 'Always' }).click();
  await inSidebar.filter({ hasText: 'curl' }).waitFor();
  await inSidebar.getByRole('button', { name: 'Deny' }).click();

  // A notification shows it whole or offers no answer.
  await inSidebar.filter({ hasText: 'hidden' }).waitFor();
  expect(await inSidebar.locator('code').textContent()).toBe(lying.replace('\u001b', '⟨1b⟩').replace('\u0007', '⟨7⟩'));
  const pointing = window.toast('too long to be shown here');
  await pointing.waitFor();
  expect(await pointing.getByRole('button', { name: 'Once', exact: true }).count()).toBe(0);
  await pointing.getByRole('button', { name: 'Show', exact: true }).click();
  await inSidebar.getByRole('button', { name: 'Deny' }).click();

  // What cannot be taken back is asked for at the end, and a yes is for this once.
  await inSidebar.filter({ hasText: 'twine upload dist' }).waitFor();
  expect(await inSidebar.textContent()).toMatch(/has planned, beyond your folder.*twine upload dist.*cannot be taken back/s);
  expect(await inSidebar.getByRole('button').allTextContents()).toEqual(['Once', 'Deny']);
  const planned = window.toast('solo has planned, beyond your folder: twine upload dist');
  await planned.waitFor();
  expect(await planned.getByRole('button', { name: /Session|Always/ }).count()).toBe(0);
  await planned.getByRole('button', { name: 'Deny', exact: true }).click();

  const events = [...(await decided(window.folder)).facts];
  const answers = events.flatMap((event) => (event.type === 'approval.answered' && event.by === 'you' ? [event] : []));
  expect(answers.map((one) => [one.answer, 'for' in one ? one.for : undefined])).toEqual([
    ['allowed', undefined],
    ['allowed', 'session'],
    ['allowed', 'always'],
    ['denied', undefined],
    ['denied', undefined],
    ['denied', undefined],
  ]);
  const [tried, ...returned] = events.flatMap((event) => (event.type === 'tool.returned' ? [event] : []));
  // What needs no question is held by the sandbox, in the packaged extension as in its source.
  expect(walls.harm(tried?.output ?? '', window.folder)).toEqual([]);
  expect(returned.slice(0, 5).map(({ ok }) => ok)).toEqual([true, true, true, true, false]);
  const policy = readFileSync(join(window.folder, '.massgen/policy.yaml'), 'utf8');
  expect([policy.includes('echo three'), policy.includes('echo two')]).toEqual([true, false]);
});
