/** The extension host is killed in the middle of a turn: the window that comes back asks before it goes on, and comes to the same outcome. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { decided, lastSession, repairs, scriptedFiles, startTask } from './scripted.js';
import { openWorkbench } from './workbench.js';

/** The extension hosts of our server: its own processes, found by whose children they are. */
function extensionHosts(): number[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().match(/^(\d+)\s+(\d+)\s+(.*)$/))
    .map((match) => ({ pid: Number(match?.[1]), parent: Number(match?.[2]), args: match?.[3] ?? '' }));
  const under = (pid: number): typeof rows => rows.filter(({ parent }) => parent === pid).flatMap((row) => [row, ...under(row.pid)]);
  return under(inject('server').pid).flatMap(({ pid, args }) => (args.includes('--type=extensionHost') ? [pid] : []));
}

test('a turn whose window died is gone on with when the person says so', async () => {
  const slow = { say: 'Looking at it first.', call: [{ read_file: { path: 'src/add.js' } }], delay: 4 };
  await using window = await openWorkbench({ files: scriptedFiles({ solo: repairs([slow, slow]) }) });
  const { page, folder } = window;
  await startTask(await window.sidebar(), 'Make it add.');
  const returned = async () => [...(await lastSession(folder)).facts].filter(({ type }) => type === 'tool.returned').length;
  await expect.poll(returned, { timeout: 60_000 }).toBe(1);
  const hosts = extensionHosts();
  expect(hosts.length).toBeGreaterThan(0);
  for (const pid of hosts) process.kill(pid, 'SIGKILL');

  await page.reload();
  const sidebar = await window.sidebar();
  await sidebar.getByText('This turn was cut off').waitFor({ timeout: 60_000 });
  await window.picture('cut-off');
  const before = await lastSession(folder);
  expect([...before.facts].some(({ type }) => type === 'session.resumed')).toBe(false);
  expect(readFileSync(join(folder, 'src/add.js'), 'utf8')).toContain('a - b');
  await sidebar.getByRole('button', { name: 'Go on' }).click();

  const { facts, state } = await decided(folder);
  const events = [...facts];
  expect(events.slice(0, before.facts.length)).toEqual([...before.facts]);
  expect(state.turns.at(-1)).toMatchObject({
    decision: { outcome: 'decided' },
    candidates: [{ agent: 'solo', words: [{ text: 'It adds now.' }] }],
  });
  // What had returned was not done again.
  expect(events.filter(({ type }) => type === 'run.started').length).toBeLessThanOrEqual(3);
});
