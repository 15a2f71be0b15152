import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { git, linesOf, massgen, projects, type Ran, started, twoTurns } from './massgen.js';

const newProject = projects();

const words = (folder: string) => readFile(path.join(folder, 'src', 'words.txt'), 'utf8');
const original = 'one\ntwo\nthree\n';

describe('from a task to its change in the folder, and back', () => {
  let folder = '';
  let first: Ran;
  beforeAll(async () => {
    folder = await newProject(twoTurns);
    first = await massgen(folder, ['run', '-'], { input: 'Say two louder.\n' });
  });

  it('run decides, says who won and what comes next on stdout, and touches nothing of the folder', async () => {
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toMatch(/decided\s+maya/);
    expect(first.stdout).toContain('massgen apply');
    expect(await words(folder)).toBe(original);
    expect((await git(folder, ['status', '--porcelain'])).stdout).toBe('?? src/mine.txt\n');
  });

  it('candidates tells them apart', async () => {
    const { code, stdout } = await massgen(folder, ['candidates', 'latest', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ agent: 'maya', name: 'maya.1', files: 2, winner: true, evidence: expect.anything() }),
        expect.objectContaining({ agent: 'otto', name: 'otto.1', files: 1, winner: false, ballots: [] }),
      ]),
    );
    const shown = await massgen(folder, ['candidates', 'latest']);
    expect(shown.stdout).toMatch(/\*.*maya/);
    expect(shown.stdout).toContain('otto');
  });

  it('diff is what git apply takes, of one candidate or from one to another', async () => {
    const { stdout } = await massgen(folder, ['diff', 'latest']);
    expect(stdout).toContain('+TWO');
    expect(await git(folder, ['apply', '--check'], stdout)).toMatchObject({ code: 0 });
    const { stdout: other } = await massgen(folder, ['diff', 'latest', 'otto', '--against', 'maya']);
    expect(other).toContain('-TWO\n+2\n');
    expect((await massgen(folder, ['diff', 'latest', '--stat'])).stdout).toContain('2 files changed');
    expect(JSON.parse((await massgen(folder, ['diff', 'latest', '--json'])).stdout)).toMatchObject({ diff: stdout, against: 'base' });
  });

  it('apply takes files of one and lines of another together, and says what they contradict each other in', async () => {
    const both = ['apply', 'latest', '--json', '--file', 'src/new.txt', '--from', 'otto', '--hunk', 'src/words.txt:1.2'];
    const { code, stdout } = await massgen(folder, [...both, '--check']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      also: [{ selection: [{ path: 'src/words.txt' }] }],
      paths: ['src/new.txt', 'src/words.txt'],
      checks: [],
    });
    expect(await words(folder)).toBe('one\ntwo\n2\nthree\n');
    expect(await massgen(folder, ['undo', 'latest'])).toMatchObject({ code: 0 });
    expect(await words(folder)).toBe(original);
    const refused = await massgen(folder, ['apply', 'latest', '--from', 'maya', '--from', 'otto']);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stdout).toContain('maya.1 and otto.1 change the same lines');
    expect(await massgen(folder, ['apply', 'latest', '--hunk', 'src/words.txt:1.3'])).toMatchObject({ code: 2 });
    expect(await massgen(folder, ['apply', 'latest', '--hunk', 'src/words.txt:1.2-1'])).toMatchObject({ code: 2 });
    expect(await words(folder)).toBe(original);
  });

  it('apply brings a part or all into the folder, undo brings back what stood before, to the byte', async () => {
    expect(await massgen(folder, ['apply', 'latest', '--dry-run'])).toMatchObject({ code: 0 });
    expect(await words(folder)).toBe(original);
    expect(await massgen(folder, ['apply', 'latest', '--hunk', 'src/words.txt:1'])).toMatchObject({ code: 0 });
    expect((await git(folder, ['status', '--porcelain'])).stdout).toBe(' M src/words.txt\n?? src/mine.txt\n');
    expect(await massgen(folder, ['undo', 'latest'])).toMatchObject({ code: 0 });
    expect(await words(folder)).toBe(original);
    const { code, stdout } = await massgen(folder, ['apply', 'latest', '--json']);
    expect({ code, paths: JSON.parse(stdout).paths.sort() }).toEqual({ code: 0, paths: ['src/new.txt', 'src/words.txt'] });
    expect(await words(folder)).toBe('one\nTWO\nthree\n');
    expect(await massgen(folder, ['undo', 'latest'])).toMatchObject({ code: 0 });
    expect((await git(folder, ['status', '--porcelain'])).stdout).toBe('?? src/mine.txt\n');
  });

  it('apply with a conflict changes nothing and ends with 1', async () => {
    await writeFile(path.join(folder, 'src', 'words.txt'), 'one\nzwei\nthree\n');
    const { code, stdout } = await massgen(folder, ['apply', 'latest', '--json']);
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 1, apply: null, paths: [], conflicts: [{ path: 'src/words.txt' }] });
    expect(await words(folder)).toBe('one\nzwei\nthree\n');
    await writeFile(path.join(folder, 'src', 'words.txt'), original);
  });

  it('a path that the candidate did not change is a usage error', async () => {
    expect(await massgen(folder, ['apply', 'latest', '--file', 'src/mine.txt'])).toMatchObject({ code: 2, stdout: '' });
    expect(await massgen(folder, ['apply', 'latest', '--file', '../else.txt'])).toMatchObject({ code: 2, stdout: '' });
    expect(await massgen(folder, ['apply', 'latest', '--hunk', 'src/words.txt'])).toMatchObject({ code: 2, stdout: '' });
  });

  it("the person's ballot counts beside the agents'", async () => {
    const { code, stdout } = await massgen(folder, ['vote', 'latest', 'otto', '--reason', 'numbers', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).decision.standings).toEqual(
      expect.arrayContaining([expect.objectContaining({ agent: 'otto', voters: ['you'] })]),
    );
  });

  it('the next turn goes on with the session, and --apply applies its winner', async () => {
    const { code, stdout, stderr } = await massgen(folder, ['run', '--session', 'latest', '--apply', '--json', 'Say it quietly.']);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const events = linesOf(stdout);
    expect(events[0]).toMatchObject({ type: 'turn.started', turn: 't2' });
    expect(events.slice(-2)).toMatchObject([{ type: 'turn.ended', turn: 't2', outcome: 'decided' }, { type: 'changes.applied' }]);
    expect(await words(folder)).toBe('one\ntwo, quietly\nthree\n');
    expect(JSON.parse((await massgen(folder, ['sessions', 'list', '--json'])).stdout)).toMatchObject([{ turns: 2, status: 'decided' }]);
  });

  it('sessions finds, shows, exports and removes it', async () => {
    expect(JSON.parse((await massgen(folder, ['sessions', 'search', 'QUIETLY', '--json'])).stdout)).toMatchObject([
      { matches: expect.arrayContaining([{ turn: 't2', in: 'request', text: 'Say it quietly.' }]) },
    ]);
    expect((await massgen(folder, ['sessions', 'search', 'nowhere said'])).stdout).toBe('');
    expect((await massgen(folder, ['sessions', 'show', 'latest'])).stdout).toContain('Say two louder.');
    expect((await massgen(folder, ['sessions', 'export', 'latest'])).stdout).toContain('Say two louder.');
    expect((await massgen(folder, ['sessions', 'export', 'latest', '--format', 'html'])).stdout).toMatch(/^<!doctype html>/i);
    expect(JSON.parse((await massgen(folder, ['sessions', 'export', 'latest', '--format', 'json'])).stdout)).toBeTruthy();
    expect((await massgen(folder, ['sessions', 'remove', 'latest'])).code).toBe(0);
    expect((await massgen(folder, ['sessions', 'list', '--json'])).stdout).toBe('[]\n');
    expect((await massgen(folder, ['candidates', 'latest'])).code).toBe(2);
  });
});

describe('run --json', () => {
  it('prints events and nothing else: facts without gaps from session.started to turn.ended', async () => {
    const folder = await newProject(twoTurns);
    const { code, stdout } = await massgen(folder, ['run', '--json', 'Say two louder.']);
    expect(code).toBe(0);
    const events = linesOf(stdout);
    const facts = events.filter((event) => event.seq !== undefined);
    expect(facts[0]).toMatchObject({ seq: 1, type: 'session.started', id: expect.any(String) });
    expect(facts.map((fact) => fact.seq)).toEqual(facts.map((_, i) => i + 1));
    expect(events.at(-1)).toMatchObject({ type: 'turn.ended', outcome: 'decided', winner: expect.any(String) });
    for (const type of ['candidate.submitted', 'evidence.recorded', 'ballot.cast', 'run.ended'])
      expect(facts.map((fact) => fact.type)).toContain(type);
    const again = await massgen(folder, ['resume', 'latest', '--json']);
    expect({ code: again.code, lines: linesOf(again.stdout) }).toEqual({ code: 0, lines: [events.at(-1)] });
  });
});

const hangs = 'agents:\n  "*":\n    work:\n      - fail: { hang: true, times: 1 }\n      - answer: Here.\n      - vote: { for: best }\n';

describe('the exit code', () => {
  it('is 1 where every agent fails', async () => {
    const folder = await newProject('agents:\n  "*":\n    work:\n      - fail: { status: 401, times: always }\n');
    const { code, stdout } = await massgen(folder, ['run', '--json', 'x']);
    expect({ code, last: linesOf(stdout).at(-1) }).toMatchObject({ code: 1, last: { type: 'turn.ended', outcome: 'failed' } });
  });

  it('is 3 where a time limit ends it', async () => {
    const folder = await newProject(hangs);
    const { code, stdout } = await massgen(folder, ['run', '--timeout', '1', '--json', 'x']);
    expect({ code, last: linesOf(stdout).at(-1) }).toMatchObject({ code: 3, last: { type: 'turn.ended', cause: 'time' } });
  });

  it('is 130 after SIGINT; what was done is kept, and resume goes on to the end', async () => {
    const folder = await newProject(hangs);
    const child = started(folder, ['run', '--json', 'x']);
    let stderr = '';
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    let stdout = '';
    await new Promise<void>((resolve) => {
      child.stdout?.on('data', (chunk) => {
        stdout += chunk;
        if (stdout.includes('"run.started"')) resolve();
      });
    });
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.once('close', resolve));
    const [{ id } = { id: '' }] = linesOf(stdout);
    expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringContaining(`massgen resume ${id}`) });

    // The scenario's hang was used up by nobody: a new process counts anew, so the file is mended first.
    await writeFile(path.join(folder, 'scenario.yaml'), hangs.replace(/ +- fail.*\n/, ''));
    const resumed = await massgen(folder, ['resume', String(id), '--json']);
    const lines = linesOf(resumed.stdout);
    expect(resumed.code).toBe(0);
    expect(lines[0]).toMatchObject({ type: 'session.resumed' });
    expect(lines.at(-1)).toMatchObject({ type: 'turn.ended', outcome: 'decided' });
  });

  it.each<[string, string[], string]>([
    ['no task', ['run', '-'], 'massgen run'],
    ['a time that is none', ['run', '--timeout', 'soon', 'x'], '--timeout'],
    ['no such session', ['run', '--session', 'nope', 'x'], 'nope'],
    ['no such attachment', ['run', '--attach', 'nope.png', 'x'], 'nope.png'],
    ['no such configuration', ['run', '-c', 'nope.yaml', 'x'], 'nope.yaml'],
    ['no such folder', ['run', '-C', 'nope', 'x'], 'nope'],
    ['no such command', ['rnu', 'x'], 'run'],
    ['no command', [], 'massgen'],
  ])('is 2 for %s, and nothing is started', async (_, args, said) => {
    const folder = await newProject(twoTurns);
    const { code, stdout, stderr } = await massgen(folder, args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(said);
    expect((await massgen(folder, ['sessions', 'list', '--json'])).stdout).toBe('[]\n');
  });

  it('is 2 without a configuration: nothing is asked, and the ways to one are named', async () => {
    const folder = await newProject(twoTurns);
    await rm(path.join(folder, 'massgen.yaml'));
    const { code, stderr } = await massgen(folder, ['run', 'x'], { env: { OPENAI_API_KEY: 'sk-not-to-be-spent-123' } });
    expect(code).toBe(2);
    for (const way of ['config init', '--detect', 'demo']) expect(stderr).toContain(way);
  });
});
