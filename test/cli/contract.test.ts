/** What other programs rely on: exit codes that `run.test.ts` does not reach, failures as JSON, patches as bytes. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { cli, git, linesOf, massgen, projects, started, twoTurns } from './massgen.js';

const newProject = projects();

describe('the exit code of run', () => {
  it('is 4 where nothing is decided: one answered, and nobody is left to vote', async () => {
    const gone = 'fail: { status: 401, times: always }';
    const folder = await newProject(
      `agents:\n  maya:\n    work:\n      - answer: Mine.\n      - ${gone}\n  otto:\n    work:\n      - ${gone}\n`,
    );
    const { code, stdout } = await massgen(folder, ['run', '--json', 'x']);
    const last = linesOf(stdout).at(-1);
    expect({ code, last }).toMatchObject({ code: 4, last: { type: 'turn.ended', outcome: 'undecided' } });
    expect(last).not.toHaveProperty('cause');
  });

  it('is 3 where a budget of calls ends it, and the best candidate is kept and named', async () => {
    const folder = await newProject(twoTurns, 'limits: { max_calls: 3 }\n');
    const { code, stdout } = await massgen(folder, ['run', '--json', 'x']);
    expect({ code, last: linesOf(stdout).at(-1) }).toMatchObject({ code: 3, last: { type: 'turn.ended', cause: 'budget' } });
    const candidates = JSON.parse((await massgen(folder, ['candidates', 'latest', '--json'])).stdout);
    expect(candidates.map((one: { name: string }) => one.name).sort()).toEqual(['maya.1', 'otto.1']);
  });
});

describe('a failure under --json is the last line of stderr, and stdout stays empty', () => {
  it.each<[string, string[], object]>([
    ['no such command', ['nope', '--json'], { code: 'usage' }],
    ['no command', ['--json'], { code: 'usage' }],
    ['an option that is none', ['run', '--json', '--bogus', 'x'], { code: 'usage' }],
    ['no argument', ['apply', '--json'], { code: 'usage' }],
    ['half a command', ['sessions', '--json'], { code: 'usage' }],
    ['no such session', ['--json', 'diff', 'nope'], { code: 'not-found', hint: expect.any(String) }],
    ['no such candidate', ['candidates', 'nope', '--json'], { code: 'not-found' }],
    ['no configuration', ['run', '-c', 'nope.yaml', '--json', 'x'], { code: 'usage' }],
    ['nothing to take back', ['undo', 'latest', '--json'], { code: 'not-found' }],
  ])('%s', async (_, args, failure) => {
    const folder = await newProject(twoTurns);
    const { code, stdout, stderr } = await massgen(folder, args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({ failure });
  });

  it('a configuration that is wrong, with every place', async () => {
    const folder = await newProject(twoTurns, 'quorumm: 1\npolicyy: {}\n');
    const { code, stdout, stderr } = await massgen(folder, ['run', '--json', 'x']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({
      failure: { code: 'config' },
      problems: [
        { line: 7, column: 1, hint: expect.stringContaining('quorum') },
        { line: 8, column: 1, hint: expect.stringContaining('policy') },
      ],
    });
  });

  it('a winner that does not fit the folder any more: stdout ends with turn.ended all the same', async () => {
    const folder = await newProject(twoTurns.replaceAll('- call:', '- delay: 1\n        call:'));
    const child = started(folder, ['run', '--apply', '--json', 'x']);
    let stdout = '';
    let stderr = '';
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    const edited = new Promise<void>((resolve) => {
      child.stdout?.on('data', (chunk) => {
        const before = stdout.includes('"turn.started"');
        stdout += chunk;
        if (!before && stdout.includes('"turn.started"'))
          writeFile(path.join(folder, 'src', 'words.txt'), 'one\nzwei\nthree\n').then(resolve);
      });
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    await edited;
    expect({ code, last: linesOf(stdout).at(-1) }).toMatchObject({ code: 1, last: { type: 'turn.ended', outcome: 'decided' } });
    expect(JSON.parse(stderr)).toMatchObject({ failure: { code: 'conflict' }, conflicts: [{ path: 'src/words.txt' }] });
    expect(await readFile(path.join(folder, 'src', 'words.txt'), 'utf8')).toBe('one\nzwei\nthree\n');
  });
});

/** Latin-1 lines, a binary file and a renamed one, as commands that an agent runs. */
const bytes = `agents:
  "*":
    work:
      - call:
          - run_command: { command: "printf 'caf\\\\351\\\\nb\\\\344r\\\\n' > latin1.txt && printf '\\\\000\\\\001\\\\377' > image.bin && mv src/words.txt src/moved.txt" }
        answer: Bytes.
      - vote: { for: best }
`;

describe('diff', () => {
  it("is git's very bytes, so that any file goes through `git apply`", async () => {
    const folder = await newProject(bytes);
    await writeFile(path.join(folder, 'latin1.txt'), Buffer.from('caf\xe9\nbar\n', 'latin1'));
    expect(await massgen(folder, ['run', 'x'])).toMatchObject({ code: 0 });
    const { stdout } = await promisify(execFile)(process.execPath, [cli, 'diff', 'latest'], { cwd: folder, encoding: 'buffer' });
    expect(stdout.toString('latin1')).toContain('-bar\n+b\xe4r\n');
    const patch = path.join(path.dirname(folder), 'patch');
    await writeFile(patch, stdout);
    expect(await git(folder, ['apply', patch])).toMatchObject({ code: 0 });
    expect((await readFile(path.join(folder, 'latin1.txt'))).toString('latin1')).toBe('caf\xe9\nb\xe4r\n');
    expect([...(await readFile(path.join(folder, 'image.bin')))]).toEqual([0, 1, 255]);
    expect(await readFile(path.join(folder, 'src', 'moved.txt'), 'utf8')).toBe('one\ntwo\nthree\n');
    const { encoding, diff } = JSON.parse((await massgen(folder, ['diff', 'latest', '--json'])).stdout);
    expect({ encoding, diff: Buffer.from(diff, 'base64') }).toEqual({ encoding: 'base64', diff: stdout });
  });
});

describe('apply', () => {
  it('with --check applies nothing in which something newly fails, and what of it holds', async () => {
    const folder = await newProject(twoTurns);
    const settings = path.join(folder, 'massgen.yaml');
    const quiet = "checks:\n  - { name: quiet, command: '! grep -q TWO src/words.txt' }\n";
    await writeFile(settings, (await readFile(settings, 'utf8')).replace('checks: none\n', quiet));
    await massgen(folder, ['run', 'Say two louder.']);
    const refused = await massgen(folder, ['apply', 'latest', 'maya', '--check', '--json']);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({ dryRun: true, apply: null, checks: [{ name: 'quiet', status: 'failed' }] });
    expect((await git(folder, ['diff', '--stat'])).stdout).not.toContain('words.txt');
    const part = await massgen(folder, ['apply', 'latest', 'maya', '--check', '--file', 'src/new.txt', '--json']);
    expect(part.code).toBe(0);
    expect(JSON.parse(part.stdout)).toMatchObject({ paths: ['src/new.txt'], checks: [{ name: 'quiet', status: 'passed' }] });
    expect((await git(folder, ['status', '--porcelain', 'src/new.txt'])).stdout).toBe('?? src/new.txt\n');
  });

  it('takes files and hunks together, and writes markers only where it is told to', async () => {
    const folder = await newProject(twoTurns);
    await massgen(folder, ['run', 'x']);
    expect(await massgen(folder, ['apply', 'latest', 'maya.1', '--file', 'src/new.txt', '--hunk', 'src/words.txt:1'])).toMatchObject({
      code: 0,
    });
    expect(await readFile(path.join(folder, 'src', 'words.txt'), 'utf8')).toBe('one\nTWO\nthree\n');
    expect(await massgen(folder, ['undo', 'latest'])).toMatchObject({ code: 0 });
    const mine = 'one\nzwei\nthree\n';
    await writeFile(path.join(folder, 'src', 'words.txt'), mine);
    expect(await massgen(folder, ['apply', 'latest'])).toMatchObject({ code: 1, stdout: expect.stringContaining('Nothing was changed') });
    expect(await readFile(path.join(folder, 'src', 'words.txt'), 'utf8')).toBe(mine);
    expect(await massgen(folder, ['apply', 'latest', '--markers'])).toMatchObject({ code: 0 });
    expect(await readFile(path.join(folder, 'src', 'words.txt'), 'utf8')).toMatch(/^one\n<{7} .*\nzwei\n={7}\nTWO\n>{7} .*\nthree\n$/);
    expect(await massgen(folder, ['undo', 'latest'])).toMatchObject({ code: 0 });
    expect(await readFile(path.join(folder, 'src', 'words.txt'), 'utf8')).toBe(mine);
  });
});

it('a session is a unique prefix of its id, and one that is not unique is refused', async () => {
  const folder = await newProject(twoTurns);
  const { stdout } = await massgen(folder, ['run', '--json', 'x']);
  const id = String(linesOf(stdout)[0]?.id);
  expect(await massgen(folder, ['candidates', id.slice(0, -2)])).toMatchObject({ code: 0 });
  await massgen(folder, ['run', 'y']);
  expect(await massgen(folder, ['candidates', '2'])).toMatchObject({ code: 2, stderr: expect.stringContaining(id) });
});

it.each([[[]], [['--verbosity', 'verbose']], [['--verbosity', 'quiet']]])('without a terminal nothing is coloured: %j', async (more) => {
  const folder = await newProject(twoTurns);
  const { stdout, stderr } = await massgen(folder, ['run', ...more, 'x'], { env: { FORCE_COLOR: '1', NO_COLOR: '' } });
  expect(stdout + stderr).not.toContain('\u001b');
  if (more.includes('quiet')) expect(stderr).toBe('');
});
