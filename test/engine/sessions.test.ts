import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createSession } from '../../src/engine/session.js';
import { exportSession, openCatalogue, removeSession, searchSessions, sessionFiles } from '../../src/engine/sessions.js';
import { removeFolders, repository, scriptedTeam, testHost, writeFiles } from '../fixtures/team.js';

afterAll(removeFolders);

const team = scriptedTeam({
  a: {
    work: [
      { call: [{ write_file: { path: 'b.txt', content: 'b\n' } }], answer: 'It is quiet.' },
      { vote: { for: 'quiet', reason: 'Mine.' } },
    ],
    present: [{ say: 'Done.' }],
  },
});

test('a row tells of a session what a list shows, and follows it as it goes on', async () => {
  const folder = repository({ 'a.txt': 'a\n' });
  const catalogue = openCatalogue(folder);
  expect(await catalogue.rows()).toEqual([]);
  const session = await createSession({ folder, host: testHost() });
  const { winner = '' } = await session.turn([{ type: 'text', text: 'Say\n something.' }], team);
  const [row] = await catalogue.rows();
  expect(row).toMatchObject({
    id: session.id,
    title: 'Say something.',
    turns: 1,
    agents: 1,
    status: 'decided',
    costUsd: 0,
    unknown: false,
    applied: 0,
  });
  expect(row?.bytes).toBeGreaterThan(1000);
  await session.apply({ chosen: [{ candidate: winner, selection: 'all' }] });
  session.rename('  The quiet\none ');
  expect(await catalogue.rows()).toMatchObject([{ title: 'The quiet one', applied: 1 }]);
  await session.undo();
  session.rename('');
  expect(await catalogue.rows()).toMatchObject([{ title: 'Say something.', applied: 0 }]);

  await expect(removeSession(folder, session.id)).rejects.toMatchObject({ failure: { code: 'locked' } });
  await session[Symbol.asyncDispose]();
  expect(await searchSessions(folder, 'QUIET')).toMatchObject([{ id: session.id, matches: [{ turn: 't1', in: 'candidate' }] }]);
  expect(await searchSessions(folder, 'nowhere')).toEqual([]);
  expect(await exportSession(folder, session.id, 'md')).toContain('It is quiet.');
  await removeSession(folder, session.id);
  expect(existsSync(sessionFiles(folder, session.id).folder)).toBe(false);
  expect(await catalogue.rows()).toEqual([]);
});

test('a turn without an outcome runs as long as a living process writes it, and is cut off after', async () => {
  const folder = repository({ 'a.txt': 'a\n' });
  const hangs = scriptedTeam({ a: { work: [{ fail: { hang: true, times: 'always' } }] } });
  const catalogue = openCatalogue(folder);
  const session = await createSession({ folder, host: testHost() });
  const begun = new Promise<void>((resolve) => session.subscribe((event) => event.type === 'run.started' && resolve()));
  const turn = session.turn([{ type: 'text', text: 'Wait.' }], hangs).catch(() => undefined);
  await begun;
  expect(await catalogue.rows()).toMatchObject([{ status: 'running' }]);
  await session[Symbol.asyncDispose]();
  await turn;
  expect(await catalogue.rows()).toMatchObject([{ status: 'cut-off' }]);
  appendFileSync(sessionFiles(folder, session.id).log, '{"not": "a fact"}\n{}\n');
  expect(await catalogue.rows()).toMatchObject([{ status: 'cut-off' }]);
});

test('what a process has left that died before its session had begun goes with the next session, and nothing else does', async () => {
  const folder = repository({ 'a.txt': 'a\n' });
  const lockOf = (pid: number): string =>
    `${JSON.stringify({ pid, host: hostname(), purpose: 'a test', since: Date.now(), start: '', id: 'x' })}\n`;
  const gone = lockOf(spawnSync('true').pid);
  writeFiles(join(folder, '.massgen', 'sessions'), {
    'died/lock': gone,
    'died/processes.jsonl': '',
    'died/home/trial/file': '',
    'lives/lock': lockOf(process.pid),
    'lives/processes.jsonl': '',
    'other/lock': gone,
    'other/of-an-older-massgen.json': '{}',
    'another/file': '',
  });
  await using session = await createSession({ folder, host: testHost() });
  await session.turn([{ type: 'text', text: 'Say something.' }], team);
  expect(readdirSync(join(folder, '.massgen', 'sessions')).sort()).toEqual([session.id, 'another', 'lives', 'other'].sort());
});

test('a session that could not begin leaves nothing', async () => {
  const folder = repository({ 'a.txt': 'a\n' });
  const session = await createSession({ folder, host: testHost() });
  await expect(
    session.turn([{ type: 'text', text: 'Say something.' }], { ...team, settings: { ...team.settings, checks: [{}] as never } }),
  ).rejects.toThrow();
  await session[Symbol.asyncDispose]();
  expect(readdirSync(join(folder, '.massgen', 'sessions'))).toEqual([]);
});
