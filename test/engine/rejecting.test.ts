import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createSession, type Session } from '../../src/engine/session.js';
import { readSession } from '../../src/engine/sessions.js';
import { removeFolders, repository, scriptedTeam, testHost } from '../fixtures/team.js';

afterAll(removeFolders);

const text = (changes: Record<number, string> = {}) =>
  Array.from({ length: 40 }, (_, at) => `${changes[at + 1] ?? `line ${at + 1}`}\n`).join('');
const wanted = text({ 5: 'five', 20: 'twenty', 21: 'twenty-one', 35: 'thirty-five' });
const files = { 'a.txt': text(), 'b.txt': 'b\n' };
const team = scriptedTeam({
  maya: {
    work: [
      {
        call: [{ write_file: { path: 'a.txt', content: wanted } }, { write_file: { path: 'new.txt', content: 'new\n' } }],
        answer: 'Done.',
      },
      { vote: { for: 'Done' } },
      { when: { contains: 'the person rejected this afterwards' }, answer: 'I know what was rejected.' },
      { vote: { for: 'know' } },
    ],
    present: [{ say: 'Done.' }, { say: 'Done.' }],
  },
});
const ask = (words: string) => [{ type: 'text' as const, text: words }];

/** A session whose only candidate is applied to the folder. */
async function applied(): Promise<{ session: Session; folder: string; now(): string; put(text: string): void }> {
  const folder = repository(files);
  const session = await createSession({ folder, host: testHost() });
  const { winner = '' } = await session.turn(ask('Change it.'), team);
  await session.apply({ chosen: [{ candidate: winner, selection: 'all' }] });
  const file = join(folder, 'a.txt');
  return { session, folder, now: () => readFileSync(file, 'utf8'), put: (content) => writeFileSync(file, content) };
}
const pendingIn = async (session: Session) =>
  (await session.pending()).files.map((file) => [file.path, ...file.hunks.map((hunk) => hunk.number)]);

test('what is applied is pending until it is accepted or rejected; what is rejected goes, and nothing else', async () => {
  const { session, folder, now, put } = await applied();
  await using _ = session;
  expect(await pendingIn(session)).toEqual([
    ['a.txt', 1, 2, 3],
    ['new.txt', 1],
  ]);
  await session.accept('a1', [{ path: 'a.txt', hunks: [1] }]);
  put(now().replace('line 12', 'my own 12'));
  expect((await session.reject('a1', [{ path: 'a.txt', hunks: [3] }, { path: 'new.txt' }])).plan).toMatchObject({
    paths: ['a.txt', 'new.txt'],
    conflicts: [],
  });
  expect(now()).toBe(text({ 5: 'five', 12: 'my own 12', 20: 'twenty', 21: 'twenty-one' }));
  expect(() => readFileSync(join(folder, 'new.txt'))).toThrow();
  expect(await pendingIn(session)).toEqual([['a.txt', 2]]);
  // Its lines: 1 -line 20, 2 -line 21, 3 +twenty, 4 +twenty-one. One after the other, although they touch.
  for (const lines of [
    [1, 3],
    [2, 4],
  ])
    await session.reject('a1', [{ path: 'a.txt', hunks: [{ hunk: 2, lines }] }]);
  expect(now()).toBe(text({ 5: 'five', 12: 'my own 12' }));
  expect(await pendingIn(session)).toEqual([]);
  await session.undo();
  expect(now()).toBe(text({ 12: 'my own 12' }));
  await expect(session.reject('a1', 'all')).rejects.toMatchObject({ failure: { code: 'not-found' } });
});

test('what was edited since is not rejected over: nothing is changed, and nothing recorded', async () => {
  const { session, now, put } = await applied();
  await using _ = session;
  put(now().replace('twenty\n', 'twenty, edited\n'));
  const before = now();
  const { plan } = await session.reject('a1', [{ path: 'a.txt', hunks: [2, 3] }]);
  expect(plan).toMatchObject({ paths: [], conflicts: [{ path: 'a.txt', why: expect.stringContaining('changed since') }] });
  expect(now()).toBe(before);
  expect(session.state.applies[0]?.rejections).toEqual([]);
  await expect(session.reject('a1', [{ path: 'b.txt' }])).rejects.toMatchObject({ failure: { code: 'not-found' } });
  await expect(session.accept('a1', [{ path: 'a.txt', hunks: [4] }])).rejects.toMatchObject({ failure: { code: 'usage' } });
});

test('the next turn is told what was rejected, line by line; a replay knows it too', async () => {
  const { session, folder } = await applied();
  await session.reject('a1', [{ path: 'a.txt', hunks: [2] }]);
  rmSync(join(folder, 'b.txt'));
  const decision = await session.turn(ask('Go on.'), team);
  // The scripted model answers only where its request says so.
  expect(decision.outcome).toBe('decided');
  const { state } = session;
  await session[Symbol.asyncDispose]();
  expect((await readSession(folder, session.id)).state).toEqual(state);
  expect(state.applies[0]).toMatchObject({ rejected: [{ path: 'a.txt', hunks: [2] }], status: 'applied' });
});
