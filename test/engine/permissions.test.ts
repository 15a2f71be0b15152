import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Facts, openFacts } from '../../src/engine/facts.js';
import type { Approval, ApprovalRequest } from '../../src/engine/host.js';
import { forget, openPermissions, permissionsIn, policyFile } from '../../src/engine/permissions.js';
import { createSession, openSession } from '../../src/engine/session.js';
import type { FactEvent } from '../../src/protocol/events.js';
import { removeFolders, repository, scriptedTeam, testHost } from '../fixtures/team.js';

const made: string[] = [];
const home = (): string => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'massgen-policy-')));
  made.push(folder);
  return folder;
};
afterAll(() => {
  removeFolders();
  for (const folder of made) rmSync(folder, { recursive: true });
});

const never = new AbortController().signal;
const install: ApprovalRequest = { run: 'r1', call: 'x1', agent: 'a', effect: 'run', what: 'npm install', why: 'it needs the network' };
const yes = (reach?: 'session' | 'always'): Approval => ({ answer: 'allowed', by: 'you', ...(reach && { for: reach }) });

function factsOf(events: readonly FactEvent[]): Facts {
  const facts = openFacts('', (written) => written);
  for (const event of events) facts.add(event, 0);
  return facts;
}

/** A person who gives these answers, one a question. */
function open(folder: string, answers: Approval[], events: FactEvent[] = []) {
  const asked: string[] = [];
  const permissions = openPermissions({
    home: folder,
    facts: () => factsOf(events),
    now: () => 0,
    approve: async ({ what }) => {
      asked.push(what);
      return answers.shift() ?? { answer: 'denied', by: 'you' };
    },
  });
  return { permissions, asked };
}

describe('a yes', () => {
  test('for once is asked again', async () => {
    const { permissions, asked } = open(home(), [yes(), yes()]);
    expect(await permissions.ask(install, never)).toEqual(yes());
    await permissions.ask(install, never);
    expect(asked).toHaveLength(2);
  });

  test('for good is data in the folder, for this very command line, until it is taken back', async () => {
    const folder = home();
    expect(await open(folder, [yes('always')]).permissions.ask(install, never)).toEqual(yes('always'));
    expect(await permissionsIn(folder)).toEqual([{ command: 'npm install', since: '1970-01-01T00:00:00.000Z' }]);
    const later = open(folder, []);
    expect(await later.permissions.ask(install, never)).toEqual({
      answer: 'allowed',
      by: 'policy',
      why: 'you always allow it in this folder',
    });
    expect((await later.permissions.ask({ ...install, what: 'npm install x' }, never)).answer).toBe('denied');
    expect(later.asked).toEqual(['npm install x']);
    await expect(forget(folder, 'npm')).rejects.toMatchObject({ failure: { code: 'not-found' } });
    expect(await forget(folder, 'npm install')).toEqual([]);
    expect((await later.permissions.ask(install, never)).answer).toBe('denied');
  });

  test('for longer is for commands only: what else is asked counts once', async () => {
    const folder = home();
    const { permissions, asked } = open(folder, [yes('always'), yes('always')]);
    const write = { ...install, effect: 'write' as const, what: 'write_file {"path":"a"}' };
    expect(await permissions.ask(write, never)).toEqual(yes());
    await permissions.ask(write, never);
    expect(asked).toHaveLength(2);
    expect(await permissionsIn(folder)).toEqual([]);
  });

  test('is what was said in this very folder: what came along with a copy of it is nobody’s yes', async () => {
    const [mine, copy] = [home(), home()];
    await open(mine, [yes('always')]).permissions.ask(install, never);
    const written = readFileSync(policyFile(mine), 'utf8');
    writeFileSync(policyFile(copy), written);
    expect([(await permissionsIn(mine)).length, await permissionsIn(copy)]).toEqual([1, []]);
    writeFileSync(policyFile(copy), written.replace(/^folder:.*\n/m, ''));
    expect((await open(copy, []).permissions.ask(install, never)).answer).toBe('denied');
  });

  test('of a file that cannot be read there is none', async () => {
    const folder = home();
    writeFileSync(policyFile(folder), 'always: everything\n');
    await expect(open(folder, [yes()]).permissions.ask(install, never)).rejects.toMatchObject({ failure: { code: 'config' } });
    expect(readFileSync(policyFile(folder), 'utf8')).toBe('always: everything\n');
  });
});

test('a command that two agents ask about at once is asked once, if the yes is for longer', async () => {
  const folder = home();
  const { permissions, asked } = open(folder, [yes('always')]);
  const answers = await Promise.all([permissions.ask(install, never), permissions.ask({ ...install, run: 'r2', agent: 'b' }, never)]);
  expect(answers.map((one) => one.answer)).toEqual(['allowed', 'allowed']);
  expect(asked).toHaveLength(1);
});

test('two commands that are allowed for good at once are both kept', async () => {
  const folder = home();
  const { permissions } = open(folder, [yes('always'), yes('always')]);
  await Promise.all(['npm install', 'npm test'].map((what) => permissions.ask({ ...install, what }, never)));
  expect((await permissionsIn(folder)).map((one) => one.command).sort()).toEqual(['npm install', 'npm test']);
});

test('for the session holds in its later turns, after a new start too, and the facts say so', async () => {
  const folder = repository({ 'a.txt': 'a\n' });
  const asks = {
    work: [
      { call: [{ run_command: { command: 'echo one' } }] },
      { answer: 'one' },
      { vote: { for: 'one' } },
      { call: [{ run_command: { command: 'echo one' } }] },
      { answer: 'two' },
      { vote: { for: 'two' } },
    ],
    present: [{ say: 'x' }, { say: 'x' }],
  };
  const team = scriptedTeam({ a: asks }, { settings: { policy: { allow: [], ask: ['echo'], deny: [], network: 'none' } } });
  const asked: ApprovalRequest[] = [];
  const host = {
    ...testHost(),
    approve: async (request: ApprovalRequest): Promise<Approval> => {
      asked.push(request);
      return yes('session');
    },
  };
  const session = await createSession({ folder, host });
  await session.turn([{ type: 'text', text: 'Go.' }], team);
  await session[Symbol.asyncDispose]();
  await using again = await openSession({ folder, host, id: session.id });
  await again.turn([{ type: 'text', text: 'Again.' }], team);
  expect(asked).toMatchObject([{ agent: 'a', effect: 'run', what: 'echo one' }]);
  expect([...again.facts].filter((event) => event.type === 'approval.answered')).toMatchObject([
    { answer: 'allowed', by: 'you', for: 'session' },
    { answer: 'allowed', by: 'policy', why: 'you allowed it for this session' },
  ]);
});
