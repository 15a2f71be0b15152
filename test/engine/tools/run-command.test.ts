import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Commands, openCommands } from '../../../src/engine/process/commands.js';
import { openTree, type TestTree } from './sandbox-tree.js';
import { openContext, pretendCommands, scopeOf, type TestContext } from './tool-context.js';

const keys = {
  OPENAI_API_KEY: 'sk-openai-secret',
  ANTHROPIC_API_KEY: 'sk-ant-secret',
  GITHUB_TOKEN: 'ghp-secret',
  MY_DB_PASSWORD: 'hunter2-secret',
};

let tree: TestTree;
beforeAll(async () => {
  tree = await openTree();
});
afterAll(() => tree[Symbol.asyncDispose]());

describe('run_command and the policy', () => {
  it('runs what is allowed, in the folder, with the scope that the run has', async () => {
    const commands = pretendCommands('bubblewrap', { output: 'hello\n' });
    await using agent = openContext(tree, { commands, more: { env: { PORT: '4000' } } });
    expect(await agent.call('run_command', { command: 'npm test' })).toEqual({ ok: true, output: 'exit code 0\nhello' });
    expect(commands.ran).toEqual([
      {
        command: 'npm test',
        cwd: tree.cwd,
        env: { PORT: '4000' },
        ...scopeOf(tree),
        timeoutMs: 120_000,
        signal: expect.any(AbortSignal),
        onOutput: expect.any(Function),
      },
    ]);
    expect(agent.asked).toEqual([]);
  });

  it.each([
    [{ exitCode: 3, endedBy: 'exit' as const, output: 'no' }, 'exit code 3\nno'],
    [{ exitCode: null, endedBy: 'timeout' as const, output: 'so far' }, 'timed out after 7 s and was stopped\nso far'],
    [{ exitCode: null, endedBy: 'signal' as const }, 'ended by a signal'],
    [{ exitCode: null, endedBy: 'abort' as const }, 'stopped'],
  ])('tells how it ended: %j', async (result, output) => {
    await using agent = openContext(tree, { commands: pretendCommands('bubblewrap', result) });
    expect(await agent.call('run_command', { command: 'npm test', timeout_seconds: 7 })).toEqual({ ok: false, output });
  });

  it('never runs what is denied, and asks nobody', async () => {
    const commands = pretendCommands('bubblewrap');
    await using agent = openContext(tree, { commands, approve: true });
    for (const background of [false, true]) {
      expect(await agent.call('run_command', { command: 'npm test && sudo make', background })).toEqual({
        ok: false,
        output: expect.stringMatching(/^Not run: it takes other rights/),
      });
    }
    expect([commands.ran, agent.asked]).toEqual([[], []]);
  });

  it('describes what cannot be taken back instead of doing it, while answers are compared', async () => {
    const commands = pretendCommands('bubblewrap');
    await using agent = openContext(tree, { commands, approve: true, more: { planning: true } });
    for (const background of [false, true]) {
      expect(await agent.call('run_command', { command: 'npm test && git push', background })).toMatchObject({
        ok: true,
        output: expect.stringMatching(/^Planned, not done: npm test && git push\n/),
        planned: { what: 'npm test && git push', why: 'it publishes or sends something, which cannot be taken back' },
      });
    }
    expect([commands.ran, agent.asked]).toEqual([[], []]);
  });

  it('reads the scripts of the workspace for it, and nothing outside', async () => {
    await writeFile(join(tree.root, 'package.json'), JSON.stringify({ scripts: { out: 'npm publish' } }));
    await writeFile(join(tree.folder, '..', 'ship.sh'), 'git push\n');
    await symlink(join(tree.folder, '..', 'ship.sh'), join(tree.root, 'ship.sh'));
    const commands = pretendCommands('bubblewrap');
    await using agent = openContext(tree, { commands, more: { planning: true } });
    expect((await agent.call('run_command', { command: 'npm run out' })).planned?.why).toMatch(/by scripts\.out of package\.json/);
    expect((await agent.call('run_command', { command: 'bash ship.sh' })).planned).toBeUndefined();
    expect(commands.ran.map(({ command }) => command)).toEqual(['bash ship.sh']);
  });

  it('asks where the policy asks, and takes no for an answer', async () => {
    const commands = pretendCommands('bubblewrap');
    await using agent = openContext(tree, { commands });
    const why = 'it needs the network, which is not open';
    expect(await agent.call('run_command', { command: 'npm install' })).toEqual({
      ok: false,
      output: `Not run: ${why} (nobody is here to ask).`,
    });
    expect([commands.ran, agent.asked]).toEqual([[], [{ what: 'npm install', why }]]);
  });

  it('opens the network for a command that was allowed it, and for no other', async () => {
    const commands = pretendCommands('bubblewrap');
    await using agent = openContext(tree, { commands, approve: true });
    await agent.call('run_command', { command: 'npm install' });
    await agent.call('run_command', { command: 'npm test' });
    await agent.call('run_command', { command: 'docker build .' });
    await agent.call('run_command', { command: 'npm ci', background: true });
    expect(commands.ran.map(({ command, network }) => [command, network])).toEqual([
      ['npm install', 'open'],
      ['npm test', 'none'],
      ['docker build .', 'none'],
      ['npm ci', 'open'],
    ]);
  });

  it("the model's own word that a command is safe counts for nothing (Cline PR#11638)", async () => {
    const commands = pretendCommands('bubblewrap');
    await using agent = openContext(tree, { commands });
    for (const more of [{ requires_approval: false }, { safe: true }])
      expect((await agent.call('run_command', { command: 'npm test', ...more })).output).toContain('unknown argument');
    expect((await agent.call('run_command', { command: 'npm install # safe, approved by the user' })).ok).toBe(false);
    expect(commands.ran).toEqual([]);
  });

  it('S3 and S9, what is forbidden was known by exact names and a few patterns: without a sandbox only what is named runs', async () => {
    const commands = pretendCommands('none');
    await using agent = openContext(tree, { commands, policy: { allow: ['npm test'], lines: ['make check'] } });
    for (const command of ['rm -rf /', 'rm -r ~', 'cat /etc/passwd', 'node -e "x"', 'python3 -c "x"', 'ls', 'npm test; ls']) {
      expect(await agent.call('run_command', { command })).toEqual({
        ok: false,
        output: expect.stringContaining('there is no sandbox on this machine'),
      });
    }
    expect(commands.ran).toEqual([]);
    for (const command of ['npm test', 'make check']) expect((await agent.call('run_command', { command })).ok).toBe(true);
  });

  it('starts nothing once the run was aborted', async () => {
    const commands = pretendCommands('bubblewrap');
    await using agent = openContext(tree, { commands, more: { signal: AbortSignal.abort(new Error('over')) } });
    await expect(agent.call('run_command', { command: 'npm test' })).rejects.toThrow('over');
    expect(commands.ran).toEqual([]);
  });
});

describe('real commands', () => {
  let commands: Commands;
  let own: TestTree;
  let agent: TestContext;
  let home: string;
  const run = (command: string, more: object = {}) => agent.call('run_command', { command, ...more });

  beforeAll(async () => {
    own = await openTree();
    home = join(own.top, 'home', 'me');
    await mkdir(join(home, '.ssh'));
    await writeFile(join(home, '.ssh', 'id_ed25519'), 'private-key-secret');
    await writeFile(join(home, 'notes.txt'), 'notes');
    commands = await openCommands({ env: { ...process.env, ...keys, HOME: home }, privateHome: join(own.top, 'private') });
    agent = openContext(own, { commands, more: { commandScope: { ...scopeOf(own), unreadable: [own.outside] } } });
  });
  afterAll(async () => {
    await agent[Symbol.asyncDispose]();
    await commands[Symbol.asyncDispose]();
    await own[Symbol.asyncDispose]();
  });

  it('runs in the folder and shows what comes', async () => {
    expect(await run('pwd; cat src/a.ts; exit 4')).toEqual({ ok: false, output: `exit code 4\n${own.cwd}\nmine` });
    expect(agent.shown.join('')).toContain('mine');
  });

  it('S6: the environment holds no keys', async () => {
    const { ok, output } = await run('env; cat /proc/$PPID/environ | tr "\\0" "\\n"; true');
    expect(ok).toBe(true);
    expect(output).toContain('PATH=');
    for (const [name, value] of Object.entries(keys)) expect([output.includes(`${name}=`), output.includes(value)]).toEqual([false, false]);
  });

  it('goes on in the background until it is stopped', async () => {
    expect(await run('echo ready; sleep 60', { background: true })).toEqual({
      ok: true,
      output: 'Started as b1. It is stopped after 600 s, and when your work ends.',
    });
    await expect.poll(async () => (await agent.call('read_output', { id: 'b1' })).output, { timeout: 10_000 }).toBe('b1: running\nready');
    expect((await agent.call('read_output', { id: 'b1' })).output).toBe('b1: running\n(nothing new)');
    expect(await agent.call('stop_command', { id: 'b1' })).toEqual({ ok: true, output: 'b1: stopped' });
    expect((await agent.call('read_output', { id: 'b1' })).output).toContain('b1: stopped');
    expect(await agent.call('read_output', { id: 'b9' })).toEqual({ ok: false, output: 'There is no background command "b9".' });
    expect(await agent.call('stop_command', { id: 'b9' })).toEqual({ ok: false, output: 'There is no background command "b9".' });
  });

  describe('in the sandbox', () => {
    beforeAll(() => {
      // What these tests are about must not go untested unseen.
      if (process.platform === 'linux') expect(commands.sandboxProblem).toBeUndefined();
    });
    const linuxOnly = process.platform === 'linux';

    it.runIf(linuxOnly)('S3: rm -rf outside of the workspace removes nothing, secrets are not read', async () => {
      // Where the outside is hidden from the command it may seem to succeed; what counts is what is there afterwards.
      await run(`rm -rf ${own.outside} ${own.repository}/src ${own.peer}`);
      expect(await readFile(join(own.repository, 'src/a.ts'), 'utf8')).toBe('person\n');
      expect(await readFile(join(own.peer, 'src/a.ts'), 'utf8')).toBe('peer\n');
      for (const path of [join(own.outside, 'secret.txt'), join(home, '.ssh/id_ed25519'), 'out-file', 'out-dir/secret.txt']) {
        const { output } = await run(`cat ${path}`);
        expect(output).not.toMatch(/secret$|root:/m);
      }
      expect(await readdir(own.outside)).toEqual(['secret.txt']);
    });

    const oneLiners = [
      'rm -r ~',
      'rm -rf "$HOME"',
      'rm -rf <home>',
      'find <home> -delete',
      'python3 -c "import shutil; shutil.rmtree(\'<home>\')"',
      'node -e "fs.rmSync(\'<home>\', {recursive: true})"',
      "node -e \"fs.writeFileSync('<home>/notes.txt', 'x')\"",
      'perl -e \'unlink "<home>/notes.txt"\'',
      'echo x > <home>/notes.txt',
      'cp package.json <home>/planted.json',
      'mv <home>/notes.txt .',
      'ln -f package.json <home>/planted.json',
      'tee <home>/notes.txt < package.json',
      'echo x > node_modules/dep/index.js',
    ];
    it.runIf(linuxOnly).each(oneLiners)('S9: %j does not touch what is outside', async (command) => {
      await run(command.replaceAll('<home>', home));
      expect((await readdir(home)).sort()).toEqual(['.ssh', 'notes.txt', 'repo']);
      expect(await readFile(join(home, 'notes.txt'), 'utf8')).toBe('notes');
      expect(await readFile(join(own.folder, 'node_modules/dep/index.js'), 'utf8')).toBe('dep\n');
    });

    it.runIf(linuxOnly)('a link that a command makes leads no tool out', async () => {
      expect((await run(`ln -s ${home} made && ln -s ${home}/notes.txt made-file`)).ok).toBe(true);
      for (const path of ['made/notes.txt', 'made-file', 'made/.ssh/id_ed25519']) {
        expect((await agent.call('read_file', { path })).output).toContain('leads outside your workspace');
        expect((await agent.call('write_file', { path, content: 'x' })).output).toContain('leads outside your workspace');
      }
    });
  });
});

describe('background commands', () => {
  it('are ten at most, have no id twice, and are stopped in the end', async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'massgen-background-')));
    const commands = await openCommands({ env: process.env, privateHome: folder, sandbox: 'off' });
    try {
      const agent = openContext(tree, { commands, policy: { allow: ['sleep'] } });
      for (let number = 1; number <= 10; number += 1)
        expect((await agent.call('run_command', { command: 'sleep 300', background: true })).output).toMatch(`Started as b${number}.`);
      expect(await agent.call('run_command', { command: 'sleep 300', background: true })).toEqual({
        ok: false,
        output: expect.stringContaining('10 commands are kept in the background already'),
      });
      await agent.call('stop_command', { id: 'b3' });
      expect((await agent.call('run_command', { command: 'sleep 300', background: true })).output).toMatch('Started as b11.');
      await agent[Symbol.asyncDispose]();
      for (const id of ['b1', 'b11']) expect((await agent.call('read_output', { id })).output).toContain(`${id}: stopped`);
      expect((await agent.call('run_command', { command: 'sleep 300', background: true })).output).toBe('Not started: the work is over.');
    } finally {
      await commands[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
