import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { forget } from '../../../src/engine/permissions.js';
import { createSession, openSession } from '../../../src/engine/session.js';
import { listSessions, removeSession } from '../../../src/engine/sessions.js';
import { prune } from '../../../src/engine/storage.js';
import { openStore } from '../../../src/engine/workspace/open-store.js';
import { removeFolders, repository, scriptedTeam, testHost, writeFiles } from '../../fixtures/team.js';
import { snapshotOf } from './scratch-store.js';

const victim = realpathSync(mkdtempSync(join(tmpdir(), 'massgen-victim-')));
let folder = '';
let session = '';
const home = (path: string): string => join(folder, '.massgen', path.replace('SESSION', session));

beforeAll(async () => {
  writeFiles(victim, { '.bashrc': 'theirs\n', 'documents/letter.txt': 'theirs\n', 'ab/x': 'theirs\n', 'agent1/x': 'theirs\n' });
  folder = repository({ 'a.txt': 'a\n' });
  await using made = await createSession({ folder, host: testHost() });
  await made.turn(
    [{ type: 'text', text: 'Write b.' }],
    scriptedTeam({
      a: {
        work: [
          { call: [{ write_file: { path: 'b.txt', content: 'b\n' } }], answer: 'Written.' },
          { vote: { for: 'Written', reason: 'r' } },
        ],
        present: [{ say: 'Done.' }],
      },
    }),
  );
  session = made.id;
});
afterAll(() => {
  removeFolders();
  rmSync(victim, { recursive: true });
});

/** What the folder came along with: a link in place of what is there. Takes it away again. */
function planted(path: string, to: string): Disposable {
  const [place, aside] = [home(path), join(folder, `.aside-${randomUUID()}`)];
  const had = existsSync(place);
  if (had) renameSync(place, aside);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(join(victim, to), place);
  return {
    [Symbol.dispose]() {
      rmSync(place);
      if (had) renameSync(aside, place);
    },
  };
}

async function refused(path: string, to: string, act: () => Promise<unknown>): Promise<void> {
  const before = await snapshotOf(victim);
  using _link = planted(path, to);
  await expect(act()).rejects.toMatchObject({
    failure: { code: 'workspace', message: expect.stringContaining(`${home(path)} is a link`), hint: expect.stringContaining('Remove it') },
  });
  expect(lstatSync(home(path)).isSymbolicLink()).toBe(true);
  expect(await snapshotOf(victim)).toEqual(before);
}

describe('a link in place of what is ours is refused, and nothing comes about where it leads', () => {
  test.each([
    ['.gitignore', 'nothing-yet'],
    ['checks', ''],
    ['checks-kept', ''],
    ['checks-kept/go-build', ''],
    ['checks-kept/go-build/ab', 'ab'],
    ['folder.lock', 'nothing-yet'],
    ['policy.yaml', '.bashrc'],
    ['policy.yaml.new', '.bashrc'],
    ['sessions', ''],
    ['store.git', ''],
    ['store.git/HEAD', '.bashrc'],
    ['store.git/capture.index', '.bashrc'],
    ['store.git/capture.lock', 'nothing-yet'],
    ['store.git/config', '.bashrc'],
    ['store.git/info', ''],
    ['store.git/info/attributes', '.bashrc'],
    ['store.git/info/exclude', '.bashrc'],
    ['store.git/logs/refs/massgen/kept/0000', '.bashrc'],
    ['store.git/massgen.json', '.bashrc'],
    ['store.git/objects', ''],
    ['store.git/objects/ab', 'ab'],
    ['store.git/objects/info/commit-graph', '.bashrc'],
    ['store.git/objects/pack', ''],
    ['store.git/packed-refs', '.bashrc'],
    ['store.git/refs', ''],
    ['store.git/refs/massgen', ''],
    ['store.git/refs/massgen/trees', ''],
    ['store.git/workspaces', ''],
    ['store.git/workspaces/SESSION', ''],
    ['store.git/workspaces/SESSION/01234567.index', '.bashrc'],
    ['workspaces', ''],
    ['workspaces/SESSION', ''],
    ['workspaces/SESSION/01234567', ''],
    ['workspaces/SESSION/01234567-peers', ''],
  ])('%s', async (path, to) => {
    await refused(path, to, async () => {
      await using store = await openStore(folder);
      await store.capture();
    });
  });

  test.each([
    ['sessions', ''],
    ['sessions/SESSION', ''],
    ['sessions/SESSION/events.jsonl.v1', '.bashrc'],
    ['sessions/SESSION/home', ''],
    ['sessions/SESSION/home/scopes', ''],
    ['sessions/SESSION/home/scopes/0123456789abcdef', ''],
    ['sessions/SESSION/home/scopes/0123456789abcdef/home', ''],
    ['sessions/SESSION/lock', 'nothing-yet'],
    ['sessions/SESSION/processes.jsonl', '.bashrc'],
  ])('%s, where the session is removed', async (path, to) => {
    await refused(path, to, () => removeSession(folder, session));
  });

  test('a log, where its session is gone on with', async () => {
    writeFiles(victim, { 'a-log': readFileSync(home('sessions/SESSION/events.jsonl'), 'utf8') });
    await refused('sessions/SESSION/events.jsonl', 'a-log', () => openSession({ folder, id: session, host: testHost() }));
  });

  test('workspaces, where they are cleared away', async () => {
    await refused('workspaces', '', () => prune(folder));
  });

  test('policy.yaml.new, where a permission is taken back', async () => {
    const [since, ino] = ['2026-01-01', lstatSync(home('')).ino];
    writeFiles(folder, { '.massgen/policy.yaml': `folder: "${ino}"\nalways: [{ command: ls, since: "${since}" }]\n` });
    await refused('policy.yaml.new', '.bashrc', () => forget(home(''), 'ls'));
    expect(await forget(home(''), 'ls')).toEqual([]);
  });
});

test.skipIf(process.platform === 'win32')('a pipe is refused as well, which would be waited for', async () => {
  execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', home('policy.lock')]);
  await expect(openStore(folder)).rejects.toThrow('neither a file nor a folder');
  rmSync(home('policy.lock'));
});

test('links that are an agent’s, the person’s or an older MassGen’s are let be', async () => {
  const links = ['config.yaml', 'massgen_logs/latest', 'workspaces/workspace1/shared', `workspaces/${session}/01234567/node_modules/dep`];
  const planting = links.map((path) => planted(path, 'documents'));
  await using store = await openStore(folder);
  await store.capture();
  expect(await listSessions(folder)).toMatchObject([{ id: session }]);
  for (const link of planting) link[Symbol.dispose]();
});
