import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openFacts } from '../../src/engine/facts.js';
import { openPermissions } from '../../src/engine/permissions.js';
import { linesOf, massgen, projects, type Ran, twoTurns } from './massgen.js';

const newProject = projects();

describe('sessions of a folder', () => {
  let folder = '';
  const recording = '../recording.jsonl';
  const run = (...args: string[]): Promise<Ran> => massgen(folder, args);
  const data = async (...args: string[]) => JSON.parse((await run(...args, '--json')).stdout);
  const inShort = ({ stdout }: Ran) =>
    linesOf(stdout).flatMap((event) => (/^(candidate\.submitted|ballot\.cast|turn\.ended)$/.test(String(event.type)) ? [event] : []));
  let first: Ran;

  beforeAll(async () => {
    folder = await newProject(twoTurns);
    first = await run('run', '--record', recording, '--json', 'Say two louder.');
  });

  it('a recording is played again to the same outcome, and brings its own task', async () => {
    const again = await run('run', '--replay', recording, '--json');
    expect(again).toMatchObject({ code: 0, stderr: '' });
    const [then, now] = [inShort(first), inShort(again)].map((events) => events.at(-1));
    expect(now).toMatchObject({ outcome: 'decided', winner: then?.winner, standings: then?.standings });
    expect(await run('run', '--replay', recording, 'A task of its own')).toMatchObject({ code: 2, stdout: '' });
  });

  it('who voted for another answer than the winner stands beside it with the reason, in words and as data', async () => {
    const voted = await run('vote', 'latest', 'otto', '--reason', 'numbers');
    expect(voted.stdout).toMatch(/decided {2}otto\.1[\s\S]*\n {2}otto voted for maya\.1: Louder than mine\.\n/);
    const { turns } = await data('sessions', 'show', 'latest');
    const reasons = turns[0].dissent.map(({ voter, reason }: Record<string, string>) => `${voter}: ${reason}`);
    expect(reasons.sort()).toEqual(['maya: It says it louder.', 'otto: Louder than mine.']);
  });

  it('sizes says what they take, prune what would go and then what went; without an age or a number nothing goes', async () => {
    const { total, sessions, store, workspaces } = await data('sessions', 'sizes');
    expect(total).toBe(sessions + store + workspaces);
    expect((await run('sessions', 'sizes')).stdout).toMatch(/^\.massgen takes \d.* kB: sessions .*, store .*, workspaces 0 B\n$/);
    expect((await data('sessions', 'prune')).removed).toEqual([]);
    const would = await run('sessions', 'prune', '--keep', '1', '--dry-run');
    expect({ code: would.code, stderr: would.stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^1 session would go:\n/) });
    expect((await data('sessions', 'prune', '--keep', '1')).removed).toMatchObject([{ title: 'Say two louder.' }]);
    expect(await data('sessions', 'list')).toHaveLength(1);
    expect(await run('sessions', 'prune', '--older-than', 'soon')).toMatchObject({ code: 2, stdout: '' });
  });
});

it('policy shows what is allowed for good in this folder, exactly, and forgets it', async () => {
  const folder = await newProject(twoTurns);
  const home = path.join(folder, '.massgen');
  await mkdir(home);
  const permissions = openPermissions({
    home,
    facts: () => openFacts('', (written) => written),
    now: () => 0,
    approve: async () => ({ answer: 'allowed', by: 'you', for: 'always' }),
  });
  const what = 'npm install\u202e x';
  await permissions.ask(
    { run: 'r', call: 'c', agent: 'a', effect: 'run', what, why: 'it needs the network' },
    new AbortController().signal,
  );
  const { code, stdout } = await massgen(folder, ['policy']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^1970-01-01 {2}npm install.*x\n$/) });
  expect(stdout).not.toContain('\u202e');
  expect(JSON.parse((await massgen(folder, ['policy', '--json'])).stdout)).toMatchObject({ always: [{ command: what }] });
  expect(await massgen(folder, ['policy', '--forget', 'npm'])).toMatchObject({ code: 2 });
  expect(await massgen(folder, ['policy', '--forget', what])).toMatchObject({ code: 0 });
  expect(JSON.parse((await massgen(folder, ['policy', '--json'])).stdout)).toMatchObject({ always: [] });
});
