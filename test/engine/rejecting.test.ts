import { chmodSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Host } from '../../src/engine/host.js';
import { selectionOf } from '../../src/engine/pending.js';
import { createSession, type Session } from '../../src/engine/session.js';
import { readSession } from '../../src/engine/sessions.js';
import { fail } from '../../src/protocol/failure.js';
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
async function applied(): Promise<{ session: Session; host: Host; folder: string; now(): string; put(text: string): void }> {
  const folder = repository(files);
  const host: Host = testHost();
  const session = await createSession({ folder, host });
  const { winner = '' } = await session.turn(ask('Change it.'), team);
  await session.apply({ chosen: [{ candidate: winner, selection: 'all' }] });
  const file = join(folder, 'a.txt');
  return { session, host, folder, now: () => readFileSync(file, 'utf8'), put: (content) => writeFileSync(file, content) };
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

test('with a file or a hunk goes exactly what of it is still pending', async () => {
  const { session, now } = await applied();
  await using _ = session;
  const file = async () => (await session.pending()).files.find(({ path }) => path === 'a.txt') ?? expect.fail('a.txt is pending');
  expect(selectionOf(await file())).toEqual([{ path: 'a.txt' }]);
  expect(selectionOf(await file(), 2)).toEqual([{ path: 'a.txt', hunks: [2] }]);
  await session.accept('a1', [{ path: 'a.txt', hunks: [1, { hunk: 2, lines: [1, 3] }] }]);
  expect(selectionOf(await file(), 2)).toEqual([{ path: 'a.txt', hunks: [{ hunk: 2, lines: [2, 4] }] }]);
  await session.reject('a1', selectionOf(await file()));
  // A line that stays comes before one that was added at the same place, as with `git add -p`.
  expect(now()).toBe(text({ 5: 'five', 20: 'line 21', 21: 'twenty' }));
  expect((await session.pending()).files.map(({ path }) => path)).toEqual(['new.txt']);
});

test('what is settled is what stood before with what was accepted', async () => {
  const { session } = await applied();
  await using _ = session;
  await session.accept('a1', [{ path: 'a.txt', hunks: [1] }]);
  await session.reject('a1', [{ path: 'a.txt', hunks: [2] }]);
  const { settled, after } = await session.pending();
  const read = async (tree: string) => Buffer.from((await session.store.read(tree, ['a.txt'])).get('a.txt') ?? []).toString();
  expect(await read(settled)).toBe(text({ 5: 'five' }));
  expect(await read(after)).toBe(wanted);
  expect((await session.store.read(settled, ['new.txt'])).size).toBe(0);
});

describe('a file that became something else since is rejected whole or not at all', () => {
  const whole = [{ path: 'a.txt' }];
  test('deleted: refused with its path', async () => {
    const { session, folder } = await applied();
    await using _ = session;
    rmSync(join(folder, 'a.txt'));
    expect((await session.reject('a1', whole)).plan).toMatchObject({ paths: [], conflicts: [{ path: 'a.txt' }] });
  });

  test('renamed: the change is taken out where the file is now', async () => {
    const { session, folder } = await applied();
    await using _ = session;
    renameSync(join(folder, 'a.txt'), join(folder, 'moved.txt'));
    const { plan } = await session.reject('a1', whole);
    expect([plan.paths, plan.conflicts.map(({ path }) => path)]).toEqual([['moved.txt'], []]);
    expect(readFileSync(join(folder, 'moved.txt'), 'utf8')).toBe(text());
  });

  test('read-only: to the byte, and it stays read-only', async () => {
    const { session, folder, now } = await applied();
    await using _ = session;
    chmodSync(join(folder, 'a.txt'), 0o444);
    await session.reject('a1', whole);
    expect(now()).toBe(text());
    expect(statSync(join(folder, 'a.txt')).mode & 0o777).toBe(0o444);
  });

  test('to CRLF: refused, for every line of it is another', async () => {
    const { session, now, put } = await applied();
    await using _ = session;
    put(wanted.replaceAll('\n', '\r\n'));
    const before = now();
    expect((await session.reject('a1', whole)).plan.conflicts).toMatchObject([{ path: 'a.txt' }]);
    expect(now()).toBe(before);
  });
});

describe('unsaved edits', () => {
  test('are saved first, and merged with', async () => {
    const { session, now, put, host } = await applied();
    await using _ = session;
    const asked: (readonly string[])[] = [];
    host.settle = async (paths) => {
      asked.push(paths);
      if (asked.length > 1) return false;
      put(now().replace('line 12', 'my own 12'));
      return true;
    };
    await session.reject('a1', [{ path: 'a.txt' }]);
    expect(now()).toBe(text({ 12: 'my own 12' }));
    expect(asked.map((paths) => paths.map((path) => path.slice(-5)))).toEqual([['a.txt'], ['a.txt']]);
  });

  test('that an editor saves by itself while it is planned are planned with', async () => {
    const { session, now, put, host } = await applied();
    await using _ = session;
    let saves = 1;
    host.settle = async () => {
      if (saves-- > 0) put(now().replace('line 12', 'my own 12'));
      return false;
    };
    await session.reject('a1', [{ path: 'a.txt', hunks: [2] }]);
    await session.undo();
    expect(now()).toBe(text({ 12: 'my own 12' }));
  });

  test('that are not saved forbid an apply, a rejection and an undo: nothing is written or recorded', async () => {
    const { session, now, host } = await applied();
    await using _ = session;
    host.settle = async () => {
      throw fail('conflict', 'a.txt has unsaved changes.');
    };
    const { seq } = session.state;
    const refused = { failure: { code: 'conflict' } };
    await expect(session.reject('a1', 'all')).rejects.toMatchObject(refused);
    await expect(session.undo()).rejects.toMatchObject(refused);
    expect((await session.undo({ dryRun: true })).plan.paths).toContain('a.txt');
    expect([now(), session.state.seq]).toEqual([wanted, seq]);
  });
});
