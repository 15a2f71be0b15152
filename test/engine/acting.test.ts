import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { actables, type Perform } from '../../src/engine/acting.js';
import type { Host } from '../../src/engine/host.js';
import { createSession, openSession, type Session } from '../../src/engine/session.js';
import type { Overrides } from '../fixtures/team.js';
import { git, removeFolders, repository, scriptedTeam, testHost, writeFiles } from '../fixtures/team.js';

/** What a person has: a name, a token, a remote with their work, a registry. */
const home = realpathSync(mkdtempSync(join(tmpdir(), 'acting-')));
const remote = join(home, 'remote.git');
const published: { token: string | undefined; path: string | undefined }[] = [];
const registry = createServer((request, response) => {
  if (request.method === 'PUT') published.push({ token: request.headers.authorization, path: request.url });
  request.resume().on('end', () => {
    response.writeHead(request.method === 'PUT' ? 201 : 404, { 'content-type': 'application/json' });
    response.end('{}');
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  const address = registry.address();
  const host = `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  writeFiles(home, {
    '.npmrc': `registry=http://${host}/\n//${host}/:_authToken=a-token\nfund=false\nupdate-notifier=false\n`,
    '.gitconfig': '[user]\n\tname = Person\n\temail = person@example.com\n',
  });
  execFileSync('git', ['init', '-q', '--bare', remote]);
});
afterAll(() => {
  registry.close();
  removeFolders();
  rmSync(home, { recursive: true, force: true });
});

const project = (): string => {
  const folder = repository({ 'package.json': '{"name":"thing","version":"1.0.0"}\n' });
  git(folder, 'remote', 'add', 'origin', remote);
  return folder;
};

/** A shell of the person's in the folder. */
const asPerson =
  (folder: string): Perform =>
  (line) =>
    new Promise((resolve) => {
      const child = spawn('bash', ['-c', line], { cwd: folder, env: { PATH: process.env.PATH, HOME: home }, stdio: 'ignore' });
      child.once('exit', resolve);
    });
const never: Perform = () => Promise.reject(new Error('it was run'));

const publish = 'npm publish';
const push = 'git add -A && git commit -qm Released && git push -q origin HEAD:refs/heads/released';

interface Decided {
  approve?: Host['approve'];
  more?: Overrides;
  present?: readonly object[];
}

async function decided(folder: string, lines: readonly string[], given: Decided = {}): Promise<Session> {
  const { approve, more, present = [{ say: 'Done.' }] } = given;
  const host: Host = { ...testHost({ ...process.env, HOME: home }), ...(approve && { approve }) };
  const session = await createSession({ folder, host });
  const doer = {
    work: [
      {
        call: [
          { write_file: { path: 'package.json', content: '{"name":"thing","version":"1.1.0"}\n' } },
          ...lines.map((command) => ({ run_command: { command } })),
        ],
        answer: 'Ready to go out.',
      },
      { vote: { for: 'Ready' } },
    ],
    present,
  };
  await session.turn([{ type: 'text', text: 'Release it.' }], scriptedTeam({ doer }, { settings: { checks: [] }, ...more }));
  return session;
}
const winner = (session: Session): string => session.state.turns.at(-1)?.decision?.winner ?? '';
const fates = (session: Session) => actables(session.state, winner(session)).map(({ what, status, not }) => [what, status, not]);
const applied = (session: Session) => session.apply({ chosen: [{ candidate: winner(session), selection: 'all' }] });

describe('what an applied answer planned', () => {
  test('is done by the person’s word in the folder, with what they are: a push and a release that agents could not make', async () => {
    const folder = project();
    // Said yes to when the answer is presented, it has no identity there, and fails.
    await using session = await decided(folder, [publish, push], { approve: async () => ({ answer: 'allowed', by: 'you' }) });
    expect(fates(session)).toEqual([
      [publish, 'failed', 'the answer is not applied'],
      [push, 'planned', 'the answer is not applied'],
    ]);
    expect(published).toEqual([]);
    await expect(session.act(winner(session), 0, never)).rejects.toThrow('It is not done: the answer is not applied.');

    await applied(session);
    expect(await session.act(winner(session), 0, asPerson(folder))).toBe(true);
    expect(published).toEqual([{ token: 'Bearer a-token', path: '/thing' }]);
    expect(await session.act(winner(session), 1, asPerson(folder))).toBe(true);
    expect(git(remote, 'log', '-1', '--format=%an %s', 'released').trim()).toBe('Person Released');
    expect(git(remote, 'show', 'released:package.json')).toBe(readFileSync(join(folder, 'package.json'), 'utf8'));
    expect(fates(session)).toEqual([
      [publish, 'done', 'it is done already'],
      [push, 'done', 'it is done already'],
    ]);
    await expect(session.act(winner(session), 0, never)).rejects.toThrow('done already');
  });

  test('is in the log before and after; begun and not ended it is never done again', async () => {
    const folder = project();
    const session = await decided(folder, [push]);
    await applied(session);
    const { id } = session;
    await expect(session.act(winner(session), 0, never)).rejects.toThrow('it was run');
    await session[Symbol.asyncDispose]();
    await using again = await openSession({ folder, host: testHost(), id });
    expect([...again.facts].at(-1)).toMatchObject({ type: 'action.started', what: push });
    expect(fates(again)).toEqual([[push, 'under-way', 'it was begun, and whether it was done is not known']]);
    await expect(again.act(winner(again), 0, never)).rejects.toThrow('whether it was done is not known');
  });

  test('that failed may be tried again; that was ended by a signal is not known', async () => {
    const folder = project();
    await using session = await decided(folder, [push, publish]);
    await applied(session);
    expect(await session.act(winner(session), 0, async () => 1)).toBe(false);
    expect(await session.act(winner(session), 1, async () => null)).toBe(false);
    expect(fates(session).map(([, status, not]) => [status, not])).toEqual([
      ['failed', undefined],
      ['unknown', 'it was begun, and whether it was done is not known'],
    ]);
  });

  test('is what is shown, and nothing that the policy denies', async () => {
    const hiding = 'git push origin main \u200b';
    const denied = 'git push --force origin main';
    const policy = { allow: [], ask: [], deny: ['re:--force'], network: 'none' as const };
    await using session = await decided(project(), [hiding, push]);
    await applied(session);
    expect(fates(session).map(([, , not]) => not)).toEqual(['there is more in it than can be seen on one line', undefined]);
    await using other = await decided(project(), [push], { more: { settings: { checks: [], policy } } });
    expect(fates(other)).toHaveLength(1);
    await using none = await decided(project(), [denied], { more: { settings: { checks: [], policy } } });
    expect(fates(none)).toEqual([]);
    await expect(none.act(winner(none), 0, never)).rejects.toThrow('planned nothing of that number');
  });

  test('is not done with what was taken back again', async () => {
    const folder = project();
    await using session = await decided(folder, [push]);
    await applied(session);
    await session.undo();
    expect(fates(session)).toEqual([[push, 'denied', 'the answer is not applied']]);
    writeFileSync(join(folder, 'later.txt'), 'mine');
    await expect(session.act(winner(session), 0, never)).rejects.toThrow('not applied');
  });

  test('is not done with another version of the answer', async () => {
    const present = [
      { call: [{ write_file: { path: 'package.json', content: '{"name":"thing","version":"1.1.1"}\n' } }] },
      { say: 'Done.' },
    ];
    await using session = await decided(project(), [push], { present });
    const presented = session.state.turns.at(-1)?.decision?.presented ?? '';
    expect(presented).not.toBe(winner(session));
    await applied(session);
    expect(fates(session)).toEqual([[push, 'denied', undefined]]);
    expect(actables(session.state, presented).map(({ what, not }) => [what, not])).toEqual([[push, 'the answer is not applied']]);
  });
});
