import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig, validateConfig } from '../../src/engine/config/load.js';
import { type Demo, makeDemo } from '../../src/engine/demo/index.js';
import { detectChecks } from '../../src/engine/evidence/detect.js';
import { parseTests } from '../../src/engine/evidence/parse.js';
import { parseScenario, type Scenario } from '../../src/engine/providers/scenario.js';

let scratch: string;
let demo: Demo;
let scenario: Scenario;

beforeAll(async () => {
  scratch = await realpath(await mkdtemp(join(tmpdir(), 'demo-test-')));
  demo = await makeDemo(join(scratch, 'project'));
  scenario = parseScenario(await readFile(join(demo.folder, 'scenario.yaml'), 'utf8'), 'scenario.yaml');
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

interface Ran {
  code: number;
  output: string;
}

function run(command: string, args: readonly string[], cwd: string): Promise<Ran> {
  const env = { PATH: process.env.PATH, HOME: scratch, GIT_CONFIG_NOSYSTEM: '1', FORCE_COLOR: '0' };
  return new Promise((done) => {
    execFile(command, args, { cwd, env, shell: process.platform === 'win32' }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, output: `${stdout}${stderr}` });
    });
  });
}

const git = async (...args: string[]): Promise<string> => (await run('git', args, demo.folder)).output;

/** Counts and names of the failing tests, without their files. */
async function testsIn(folder: string) {
  const { code, output } = await run('npm', ['test'], folder);
  const parsed = parseTests(output);
  return { code, ...parsed?.tests, failing: parsed?.failing.map((name) => name.split(' > ').at(-1)) };
}

/** A copy of the project with one agent's scripted edits, made as the tool makes them: text that occurs exactly once. */
async function withEditsOf(agent: string): Promise<{ folder: string; edits: number }> {
  const folder = join(scratch, agent);
  await cp(demo.folder, folder, { recursive: true });
  const calls = (scenario.agents[agent]?.work ?? []).flatMap((reply) => reply.call ?? []);
  const edits = calls.flatMap((call) => (call.edit_file == null ? [] : [call.edit_file]));
  for (const edit of edits) {
    const file = join(folder, String(edit.path));
    const parts = (await readFile(file, 'utf8')).split(String(edit.old_text));
    expect(parts, `${agent}: ${String(edit.old_text)} in ${String(edit.path)}`).toHaveLength(2);
    await writeFile(file, parts.join(String(edit.new_text)));
  }
  return { folder, edits: edits.length };
}

const newTests = ['an hour of silence earns no more than a burst', 'available() counts whole tokens'];

describe('the project of the demo', () => {
  test('is a git repository of real commits, with work of the person that is in none', async () => {
    expect((await git('log', '--format=%s|%an <%ae>', '--reverse')).trim().split('\n')).toEqual([
      'A team for MassGen, with written replies|MassGen demo <demo@example.invalid>',
      'A token bucket and its tests|MassGen demo <demo@example.invalid>',
      'A limiter for each client|MassGen demo <demo@example.invalid>',
    ]);
    expect((await git('status', '--porcelain')).trimEnd().split('\n')).toEqual([' M test/limiter.test.js', '?? docs/']);
  });

  test('fails exactly the two tests that the person added, and nothing that is committed', async () => {
    expect(await testsIn(demo.folder)).toEqual({ code: 1, passed: 6, failed: 2, skipped: 0, failing: newTests });
    const committed = join(scratch, 'committed');
    await run('git', ['clone', '-q', demo.folder, committed], scratch);
    expect(await testsIn(committed)).toMatchObject({ code: 0, passed: 6, failed: 0 });
  });

  test('has checks that are found: lint and tests', async () => {
    expect((await detectChecks(demo.folder, '')).map(({ name, command }) => [name, command])).toEqual([
      ['lint', 'npm run lint'],
      ['test', 'npm test'],
    ]);
    expect((await run('npm', ['run', 'lint'], demo.folder)).code).toBe(0);
  });

  test('has a configuration that is right', async () => {
    const options = { env: {}, folder: demo.folder };
    expect(await validateConfig(demo.configFile, options)).toEqual([]);
    const team = await loadConfig(demo.configFile, options);
    expect(team.agents.map(({ id, backend }) => [id, backend.type, backend.scenario])).toEqual(
      ['maya', 'otto', 'rin'].map((id) => [id, 'scripted', join(demo.folder, 'scenario.yaml')]),
    );
    expect(Object.keys(scenario.agents)).toEqual(['maya', 'otto', 'rin']);
  });

  test('is never made where files are', async () => {
    await expect(makeDemo(demo.folder)).rejects.toThrow(/needs an empty folder/);
    expect(await git('status', '--porcelain', '--', 'src')).toBe('');
  });

  test('without pauses says and does the same', async () => {
    const fast = await makeDemo(join(scratch, 'fast'), { fast: true });
    const text = await readFile(join(fast.folder, 'scenario.yaml'), 'utf8');
    const replies = Object.values(scenario.agents).flatMap(({ work = [], present = [] }) => [...work, ...present]);
    expect(replies.some(({ delay, rate }) => delay !== undefined || rate !== undefined)).toBe(true);
    const bare = JSON.stringify(scenario, (key, value) => (key === 'delay' || key === 'rate' ? undefined : value));
    expect(JSON.stringify(parseScenario(text, 'scenario.yaml'))).toBe(bare);
  });
});

describe('what the agents of the demo do', () => {
  test('maya makes the new tests pass and breaks an old one', async () => {
    const { folder, edits } = await withEditsOf('maya');
    expect(edits).toBe(1);
    expect(await testsIn(folder)).toEqual({ code: 1, passed: 7, failed: 1, skipped: 0, failing: ['fractions of a token add up'] });
  });

  test('otto makes every test pass by two lines', async () => {
    const { folder, edits } = await withEditsOf('otto');
    expect(edits).toBe(2);
    expect(await testsIn(folder)).toEqual({ code: 0, passed: 8, failed: 0, skipped: 0, failing: [] });
    const changed = await run('git', ['diff', '--numstat', '--', 'src'], folder);
    expect(changed.output.trim()).toBe('2\t2\tsrc/limiter.js');
  });

  test('rin makes every test pass and adds two that fail without its change', async () => {
    const { folder } = await withEditsOf('rin');
    expect(await testsIn(folder)).toEqual({ code: 0, passed: 10, failed: 0, skipped: 0, failing: [] });
    expect((await run('npm', ['run', 'lint'], folder)).code).toBe(0);
    await cp(join(demo.folder, 'src'), join(folder, 'src'), { recursive: true });
    expect((await testsIn(folder)).failing?.filter((name) => !newTests.includes(String(name)))).toEqual([
      'a clock that is set back takes no tokens away',
      'tokens come back after the clock was set back',
    ]);
  });

  test('each votes by what only the meant answer says or does', async () => {
    const answers = Object.entries(scenario.agents).map(([agent, { work = [] }]) => ({
      agent,
      text: JSON.stringify(work.filter(({ vote }) => vote === undefined)),
    }));
    for (const agent of ['maya', 'otto']) {
      const vote = scenario.agents[agent]?.work?.flatMap((reply) => reply.vote ?? []).at(-1);
      const matching = answers.filter(({ text }) => new RegExp(vote?.for ?? '', 's').test(text));
      expect(matching.map((one) => one.agent)).toEqual(['rin']);
    }
    expect(scenario.agents.rin?.work?.flatMap((reply) => reply.vote ?? []).map((vote) => vote.for)).toEqual(['best']);
  });
});
