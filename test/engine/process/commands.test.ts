import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, describe, expect, test } from 'vitest';
import { type CommandSpec, type Commands, openCommands } from '../../../src/engine/process/commands.js';
import { markedProcesses } from '../../../src/engine/process/process-info.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'commands-')));
const home = join(root, 'person');
const recordFile = join(root, 'state', 'processes.jsonl');
const env = { ...process.env, HOME: home, OPENAI_API_KEY: 'sk-never-seen', MY_TOKEN: 'never-seen' };

for (const file of ['.ssh/id_ed25519', '.config/gh/hosts.yml', '.npmrc', 'project/src.txt', 'project/.massgen/log']) {
  mkdirSync(join(home, file, '..'), { recursive: true });
  writeFileSync(join(home, file), 'a secret');
}
const confined = await openCommands({ env, privateHome: join(root, 'own'), recordFile });
const unconfined = await openCommands({ env, privateHome: join(root, 'own-off'), recordFile, sandbox: 'off' });
const noSandbox = confined.sandbox === 'none';
if (noSandbox) console.warn(`Tests of the sandbox are skipped: ${confined.sandboxProblem}`);

let count = 0;
function specOf(command: string, more: Partial<CommandSpec> = {}): CommandSpec {
  const workspace = join(root, `workspace-${++count}`);
  mkdirSync(workspace);
  return { command, cwd: workspace, writable: [workspace], network: 'none', timeoutMs: 20_000, ...more };
}
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
/** What buffers hold that is still in use. */
const bytesHeld = (): number => {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
};
/** Ids of what a running command recorded. */
const recorded = (): string[] => readFileSync(recordFile, 'utf8').match(/(?<="mark":")[^"]+/g) ?? [];

afterAll(async () => {
  await confined[Symbol.asyncDispose]();
  await unconfined[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

const kinds: [string, Commands][] = [['without a sandbox', unconfined]];
if (!noSandbox) kinds.push([`in ${confined.sandbox}`, confined]);

describe.each(kinds)('a command %s', (_, commands) => {
  test('gives its exit code and both streams in the order they were written', async () => {
    const result = await commands.run(specOf('echo one; echo two >&2; echo three; exit 3'));
    expect(result).toMatchObject({ exitCode: 3, endedBy: 'exit', output: 'one\ntwo\nthree\n' });
  });

  test('runs in its folder with its own HOME and TMPDIR, which work', async () => {
    const spec = specOf('pwd; touch "$HOME/a" "$TMPDIR/b" && echo kept; test "$HOME" != "$PERSON" && echo own', { env: { PERSON: home } });
    expect((await commands.run(spec)).output).toBe(`${spec.cwd}\nkept\nown\n`);
  });

  test('sees no key of the person’s', async () => {
    const { output } = await commands.run(specOf('env'));
    expect(output).toContain('NO_COLOR=1');
    expect(output).not.toMatch(/never-seen|OPENAI|MY_TOKEN/);
  });

  test('commands with different writable roots share no HOME', async () => {
    const first = specOf('echo planted > "$HOME/.gitconfig"; cat "$HOME/.gitconfig"');
    expect((await commands.run(first)).output).toBe('planted\n');
    expect((await commands.run({ ...first, command: 'cat "$HOME/.gitconfig"' })).output).toBe('planted\n');
    expect((await commands.run(specOf('cat "$HOME/.gitconfig"'))).exitCode).not.toBe(0);
  });

  test('that runs too long is ended with all it started, even what ignores SIGTERM', async () => {
    const spec = specOf('trap "" TERM; (trap "" TERM; setsid sleep 600 & sleep 600) & echo started; sleep 600', { timeoutMs: 1200 });
    const marks = new Set<string>();
    const result = await commands.run({ ...spec, onOutput: () => recorded().forEach((mark) => void marks.add(mark)) });
    expect(result).toMatchObject({ exitCode: null, endedBy: 'timeout', output: 'started\n' });
    expect(marks.size).toBe(1);
    await until(() => markedProcesses(marks).size === 0);
  });

  test('ends on abort, and may say good-bye', async () => {
    const stop = new AbortController();
    const spec = specOf('trap "echo bye; exit 0" TERM; echo ready; while :; do sleep 0.05; done', { signal: stop.signal });
    const result = await commands.run({ ...spec, onOutput: (text) => text.includes('ready') && stop.abort() });
    expect(result).toMatchObject({ exitCode: null, endedBy: 'abort', output: expect.stringMatching(/^ready\n[\s\S]*bye\n$/) });
  });

  test('is not started when it was aborted before', async () => {
    const spec = specOf('touch made', { signal: AbortSignal.abort() });
    expect(await commands.run(spec)).toMatchObject({ exitCode: null, endedBy: 'abort', output: '' });
    expect(existsSync(join(spec.cwd, 'made'))).toBe(false);
  });

  test('is over when it ends, though something it started holds its output open', async () => {
    const marks = new Set<string>();
    const result = await commands.run(
      specOf('(setsid sleep 600 &) ; sleep 600 & echo over', { onOutput: () => recorded().forEach((mark) => void marks.add(mark)) }),
    );
    expect(result).toMatchObject({ exitCode: 0, endedBy: 'exit', output: 'over\n' });
    await until(() => markedProcesses(marks).size === 0);
  });

  test('may print any amount: memory stays flat, head and tail are kept', async () => {
    const before = bytesHeld();
    let held = 0;
    const spec = specOf('echo first; head -c 300000000 /dev/zero; echo; echo last', { maxOutputBytes: 1000 });
    const result = await commands.run({
      ...spec,
      onOutput(text) {
        // All has been printed by now, and nothing is given back yet.
        if (text.endsWith('last\n')) held = bytesHeld() - before;
      },
    });
    expect(result.output).toMatch(/^first\n[\s\S]*\n… 299,99\d,\d{3} bytes left out …\n[\s\S]*\nlast\n$/);
    expect(held).not.toBe(0);
    expect(held).toBeLessThan(100_000_000);
  });

  test('characters are never torn in what is shown as it comes', async () => {
    let seen = '';
    await commands.run(specOf("printf '\\342'; sleep 0.1; printf '\\202\\254\\n'", { onOutput: (text) => (seen += text) }));
    expect(seen).toBe('€\n');
  });

  test('that cannot be started is a result that says why', async () => {
    const result = await commands.run(specOf('true', { cwd: join(root, 'nowhere') }));
    expect(result.exitCode).toBe(126);
    expect(result.output).toContain('could not be started');
  });

  test('in the background: what is new since the last read, then how it ended', async () => {
    const spec = specOf('echo one; until [ -e go ]; do sleep 0.02; done; echo two; until [ -e end ]; do sleep 0.02; done; exit 4');
    const command = commands.start('b1', spec);
    const read = async (wanted: string): Promise<string> => {
      let text = '';
      while (!text.includes(wanted)) {
        text += command.read().output;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return text;
    };
    expect(await read('one')).toBe('one\n');
    writeFileSync(join(spec.cwd, 'go'), '');
    expect(await read('two')).toBe('two\n');
    expect(command.read()).toEqual({ output: '' });
    writeFileSync(join(spec.cwd, 'end'), '');
    let ended = command.read().ended;
    while (!ended) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      ended = command.read().ended;
    }
    expect(ended).toMatchObject({ exitCode: 4, endedBy: 'exit', output: 'one\ntwo\n' });
    expect(await command.stop()).toBe(ended);
  });

  test('in the background it can be stopped', async () => {
    const command = commands.start('b2', specOf('echo up; sleep 600'));
    await until(() => command.read().output !== '');
    expect(await command.stop()).toMatchObject({ endedBy: 'abort', output: 'up\n' });
  });

  test('leaves no record once it is over', async () => {
    await commands.run(specOf('true'));
    expect(existsSync(recordFile)).toBe(false);
  });
});

test('closing ends what still runs', async () => {
  const commands = await openCommands({ env, privateHome: join(root, 'own-closing'), sandbox: 'off' });
  const result = commands.run(specOf('sleep 600'));
  await commands[Symbol.asyncDispose]();
  expect(await result).toMatchObject({ endedBy: 'abort' });
  expect(existsSync(join(root, 'own-closing', 'scopes'))).toBe(false);
});

test('a sandbox that is switched off says so', () => {
  expect(unconfined).toMatchObject({ sandbox: 'none', sandboxProblem: expect.stringContaining('switched off') });
});

describe.skipIf(noSandbox)('the sandbox', () => {
  const outputOf = async (command: string, more: Partial<CommandSpec> = {}): Promise<string> =>
    (await confined.run(specOf(command, more))).output;

  test('writes go only where they may', async () => {
    const outside = join(root, 'outside.txt');
    const project = join(home, 'project', 'src.txt');
    const spec = specOf(`echo x > inside.txt; echo x > ${outside}; echo x > ${project}; echo x > /etc/massgen-test; true`);
    await confined.run(spec);
    expect(existsSync(join(spec.cwd, 'inside.txt'))).toBe(true);
    expect(existsSync(outside)).toBe(false);
    expect(existsSync('/etc/massgen-test')).toBe(false);
    expect(readFileSync(project, 'utf8')).toBe('a secret');
  });

  test('what is read-only below a writable root stays so', async () => {
    const spec = specOf('echo x > node_modules/dep.js || echo refused; cat node_modules/dep.js');
    mkdirSync(join(spec.cwd, 'node_modules'));
    writeFileSync(join(spec.cwd, 'node_modules', 'dep.js'), 'theirs\n');
    const { output } = await confined.run({ ...spec, readOnly: [join(spec.cwd, 'node_modules')] });
    expect(output).toContain('refused\ntheirs\n');
  });

  test('is there, too, where this process stands in a folder that is gone', async () => {
    const stood = process.cwd();
    const gone = mkdtempSync(join(tmpdir(), 'gone-'));
    process.chdir(gone);
    rmSync(gone, { recursive: true });
    try {
      await using commands = await openCommands({ env, privateHome: join(root, 'own-gone') });
      expect([commands.sandbox, commands.sandboxProblem]).toEqual([confined.sandbox, undefined]);
    } finally {
      process.chdir(stood);
    }
  });

  test('targets of links outside are readable and not writable', async () => {
    const target = join(home, 'project');
    const output = await outputOf(`cat ${target}/src.txt; echo x > ${target}/src.txt || echo refused`, { readOnly: [target] });
    expect(output).toContain('a secret');
    expect(output).toContain('refused');
  });

  test('secrets of the home cannot be read', async () => {
    const output = await outputOf(`cat ${home}/.ssh/id_ed25519 ${home}/.config/gh/hosts.yml ${home}/.npmrc; ls -A ${home}/.ssh | wc -l`);
    expect(output).not.toContain('a secret');
    expect(output).toMatch(/(^|\n)0\n$/);
  });

  test('what the caller hides cannot be read, but for the roots it names in it', async () => {
    const hidden = join(home, 'project', '.massgen');
    const workspace = join(hidden, 'workspaces', 'w');
    mkdirSync(workspace, { recursive: true });
    const spec = { cwd: workspace, writable: [workspace], unreadable: [hidden] };
    expect(await outputOf(`cat ${hidden}/log || echo hidden; echo mine > file; cat file`, spec)).toMatch(/hidden\nmine\n$/);
    expect(readFileSync(join(workspace, 'file'), 'utf8')).toBe('mine\n');
  });

  test('a read-only root around a writable one is shown without covering it', async () => {
    const store = join(root, 'store');
    const own = join(store, 'gitdirs', 'w');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(store, 'objects'), 'objects\n');
    const output = await outputOf(`cat ${store}/objects; echo x > ${store}/objects; echo head > ${own}/HEAD; cat ${own}/HEAD`, {
      readOnly: [store],
      writable: [own],
      unreadable: [store],
    });
    expect(output).toMatch(/^objects\n[\s\S]*head\n$/);
    expect(readFileSync(join(store, 'objects'), 'utf8')).toBe('objects\n');
  });

  test('no network by default; loopback inside works', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const connect = (to: string) =>
      `node -e "require('net').connect(${to},'127.0.0.1').on('connect',()=>{console.log('connected');process.exit()}).on('error',e=>console.log(e.code))"`;
    expect(await outputOf(connect(String(port)))).toBe('ECONNREFUSED\n');
    expect(await outputOf(connect(String(port)), { network: 'open' })).toBe('connected\n');
    server.close();
    const inside = `node -e "const n=require('net');const s=n.createServer(c=>c.end()).listen(0,'127.0.0.1',()=>n.connect(s.address().port,'127.0.0.1').on('connect',()=>{console.log('inside');process.exit()}))"`;
    expect(await outputOf(inside)).toBe('inside\n');
  });

  test('a network of named domains lets nothing else through, and leaves HOME and TMPDIR as they are', async () => {
    const command = `curl -s -o /dev/null -w '%{http_code}\\n' http://not-listed.example/ || true; echo "$TMPDIR" | grep -c ${root}`;
    expect(await outputOf(command, { network: { domains: ['listed.example'] } })).toBe('403\n1\n');
  });

  test('processes outside, and what is in their environment, are not there', async () => {
    const output = await outputOf(
      `ls /proc | grep -c '^[0-9]*$'; cat /proc/*/environ | tr '\\0' '\\n' | grep -c never-seen; kill -0 ${process.pid} || echo alone`,
    );
    expect(output).toMatch(/\n0\n[\s\S]*alone\n$/);
  });

  test('sockets of services in /tmp and /run are not there; /tmp is writable, and the same for the next command', async () => {
    const socket = join(tmpdir(), `agent-${process.pid}.sock`);
    const server = createServer().listen(socket);
    await new Promise((resolve) => server.once('listening', resolve));
    const spec = specOf(`ls ${socket} || echo gone; echo kept > /tmp/note`);
    expect((await confined.run(spec)).output).toMatch(/gone\n$/);
    server.close();
    expect((await confined.run({ ...spec, command: 'cat /tmp/note' })).output).toBe('kept\n');
    expect(existsSync('/tmp/note')).toBe(false);
  });

  test('ordinary work works: git, hooks included, and node', async () => {
    const output = await outputOf(
      [
        'git init -q . && git config user.email a@b.c && git config user.name n',
        'printf "#!/bin/sh\\necho hooked" > .git/hooks/pre-commit && chmod +x .git/hooks/pre-commit',
        'echo 1 > a && git add -A && git commit -qm one && git log --oneline | wc -l',
        'mkdir .vscode && echo {} > .vscode/settings.json && node -p "1+1" && git status --porcelain',
      ].join(' && '),
    );
    expect(output).toBe('hooked\n1\n2\n?? .vscode/\n');
  });

  test('leaves nothing in the workspace that the command did not make', async () => {
    const spec = specOf('ls -A');
    const { output } = await confined.run(spec);
    expect(output).toBe('');
  });
});
