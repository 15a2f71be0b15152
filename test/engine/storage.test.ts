import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSession, openSession, type Session } from '../../src/engine/session.js';
import { listSessions, removeSession, sessionFiles } from '../../src/engine/sessions.js';
import { prune, sizesOf, storageWarning } from '../../src/engine/storage.js';
import { git, removeFolders, repository, scriptedTeam, testHost } from '../fixtures/team.js';

afterAll(removeFolders);

const vote = { vote: { for: 'written', reason: 'Mine.' } };
const answer = (content: string) => ({ call: [{ write_file: { path: 'b.txt', content } }], answer: 'It is written.' });
const writes = (...contents: string[]) => ({ work: contents.flatMap((content) => [answer(content), vote]), present: [{ say: 'Done.' }] });
const say = (text: string) => [{ type: 'text' as const, text }];

/** A session of one turn, whose answer writes that. */
async function worked(folder: string, content: string): Promise<{ session: Session; winner: string }> {
  const session = await createSession({ folder, host: testHost() });
  const { winner = '' } = await session.turn(say(`Write ${content}`), scriptedTeam({ a: writes(content) }));
  return { session, winner };
}
const treeOf = (session: Session): string => session.state.turns[0]?.candidates[0]?.tree ?? '';
const storeOf = (folder: string): string => join(folder, '.massgen', 'store.git');
const fsck = (gitDir: string): string =>
  execFileSync('git', ['--git-dir', gitDir, 'fsck', '--full', '--strict'], { encoding: 'utf8', stdio: 'pipe' });
const has = (folder: string, id: string): boolean => {
  try {
    execFileSync('git', ['--git-dir', storeOf(folder), 'cat-file', '-e', id], { stdio: 'pipe' });
    return true;
  } catch {
    // git says that it is not there.
    return false;
  }
};
const atOnce = { collect: { youngerThan: 'now' } };

function plain(): string {
  const folder = repository({ 'a.txt': 'a\n' });
  rmSync(join(folder, '.git'), { recursive: true });
  return folder;
}

describe.each([
  ['a repository', () => repository({ 'a.txt': 'a\n' })],
  [
    'a repository that was packed',
    () => {
      const folder = repository({ 'a.txt': 'a\n' });
      git(folder, 'gc', '-q');
      return folder;
    },
  ],
  ['a folder without git', plain],
])('in %s', (_, make) => {
  let folder = '';
  let kept: { id: string; winner: string };
  let goneTree = '';
  beforeAll(async () => {
    folder = make();
    const old = await worked(folder, 'gone\n'.repeat(2000));
    goneTree = treeOf(old.session);
    await old.session[Symbol.asyncDispose]();
    const { session, winner } = await worked(folder, 'kept\n');
    await session.attach(join(folder, 'a.txt'));
    await session.apply({ chosen: [{ candidate: winner, selection: 'all' }] });
    kept = { id: session.id, winner };
    await session[Symbol.asyncDispose]();
  }, 60_000);

  test('a dry run tells what would go and changes nothing', async () => {
    const before = await sizesOf(folder);
    const { removed, freed } = await prune(folder, { keep: 1, dryRun: true });
    expect(removed).toMatchObject([{ title: expect.stringContaining('gone') }]);
    expect(freed).toBeUndefined();
    expect(await sizesOf(folder)).toEqual(before);
    expect(await listSessions(folder)).toHaveLength(2);
  });

  test('what is old goes with all that only it needed; what is kept opens, diffs, applies and is undone as before', async () => {
    const theirs = existsSync(join(folder, '.git')) ? git(folder, 'count-objects', '-v') : '';
    const { removed, storeKept } = await prune(folder, { keep: 1, ...atOnce });
    expect(removed).toHaveLength(1);
    expect(storeKept).toBeUndefined();
    expect(has(folder, goneTree)).toBe(false);
    expect(fsck(storeOf(folder))).not.toMatch(/missing|broken|error/);
    if (theirs !== '') expect(git(folder, 'count-objects', '-v')).toBe(theirs);

    await using session = await openSession({ folder, host: testHost(), id: kept.id });
    const [turn] = session.state.turns;
    expect(await session.store.diff(turn?.base ?? '', treeOf(session))).toContain('+kept');
    await session.undo();
    expect(existsSync(join(folder, 'b.txt'))).toBe(false);
    await session.apply({ chosen: [{ candidate: kept.winner, selection: 'all' }] });
    expect(readFileSync(join(folder, 'b.txt'), 'utf8')).toBe('kept\n');
    const again = await session.turn(say('Again.'), scriptedTeam({ a: writes('kept\n', 'again\n') }));
    expect(again.outcome).toBe('decided');
    await session.apply({ chosen: [{ candidate: again.winner ?? '', selection: 'all' }] });
    await session.undo();
    await session.undo();
    expect(existsSync(join(folder, 'b.txt'))).toBe(false);
  });
});

describe('what stays', () => {
  test('a session in use stays, and the store with it; workspaces that nobody needs go', async () => {
    const folder = repository({ 'a.txt': 'a\n' });
    const { session, winner } = await worked(folder, 'one\n');
    const stray = join(folder, '.massgen', 'workspaces', '20200101-000000-aaaa', 'x');
    mkdirSync(stray, { recursive: true });
    const { removed, stayed, workspaces, storeKept } = await prune(folder, { keep: 0, before: Date.now() + 1e6, ...atOnce });
    expect({ removed, workspaces }).toEqual({ removed: [], workspaces: ['20200101-000000-aaaa'] });
    expect(stayed).toMatchObject([{ id: session.id, why: 'another process has it open' }]);
    expect(storeKept).toContain(session.id);
    expect(existsSync(stray)).toBe(false);
    await session.apply({ chosen: [{ candidate: winner, selection: 'all' }] });
    await session[Symbol.asyncDispose]();
  });

  test('what was applied and is pending stays until it is looked at', async () => {
    const folder = repository({ 'a.txt': 'a\n' });
    const { session, winner } = await worked(folder, 'one\n');
    const { apply = '' } = await session.apply({ chosen: [{ candidate: winner, selection: 'all' }] });
    await session[Symbol.asyncDispose]();
    const pending = await prune(folder, { keep: 0, ...atOnce });
    expect(pending.stayed).toMatchObject([{ why: 'what it applied is not all accepted or rejected' }]);
    const opened = await openSession({ folder, host: testHost(), id: session.id });
    await opened.accept(apply, 'all');
    await opened[Symbol.asyncDispose]();
    expect((await prune(folder, { keep: 0, ...atOnce })).removed).toMatchObject([{ id: session.id }]);
    expect(readFileSync(join(folder, 'b.txt'), 'utf8')).toBe('one\n');
  });

  test('a turn that was cut off is gone on with after: what its workspace holds is kept', async () => {
    const folder = repository({ 'a.txt': 'a\n' });
    const call = [{ write_file: { path: 'b.txt', content: 'half\n' } }];
    const team = scriptedTeam({ a: { work: [{ call }, { answer: 'It is written.' }, vote], present: [{ say: 'Done.' }] } });
    const session = await createSession({ folder, host: testHost() });
    session.subscribe((event) => event.type === 'tool.returned' && void session[Symbol.asyncDispose]());
    await expect(session.turn(say('Write.'), team)).rejects.toMatchObject({ failure: { code: 'interrupted' } });
    await session[Symbol.asyncDispose]();
    const { stayed, workspaces } = await prune(folder, { keep: 0, ...atOnce });
    expect(stayed).toMatchObject([{ why: expect.stringContaining('cut off') }]);
    expect(workspaces).toEqual([]);
    await using opened = await openSession({ folder, host: testHost(), id: session.id });
    expect((await opened.resume()).outcome).toBe('decided');
    expect(Buffer.from((await opened.store.read(treeOf(opened), ['b.txt'])).get('b.txt') ?? []).toString()).toBe('half\n');
  });
});

test('a log with nothing in it stays, and is not called a turn that was cut off', async () => {
  const folder = repository({ 'a.txt': 'a\n' });
  const { folder: empty, log } = sessionFiles(folder, '20260101-000000-abcd');
  mkdirSync(empty, { recursive: true });
  writeFileSync(log, '');
  expect((await prune(folder, { keep: 0, ...atOnce })).stayed).toMatchObject([{ why: expect.stringContaining('nothing is recorded') }]);
  await removeSession(folder, '20260101-000000-abcd');
  expect(existsSync(empty)).toBe(false);
});

test('a limit is told of when it is near, and nothing goes by itself', async () => {
  const folder = repository({ 'a.txt': 'a\n' });
  const { session } = await worked(folder, 'one\n');
  await session[Symbol.asyncDispose]();
  const { total, sessions, store, workspaces } = await sizesOf(folder);
  expect(total).toBe(sessions + store + workspaces);
  expect(await storageWarning(folder, {})).toBeUndefined();
  expect(await storageWarning(folder, { maxBytes: total * 2 })).toBeUndefined();
  expect(await storageWarning(folder, { maxBytes: total })).toContain('100 %');
  expect(existsSync(sessionFiles(folder, session.id).log)).toBe(true);
});
