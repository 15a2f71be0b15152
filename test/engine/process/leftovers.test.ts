import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endLeftovers } from '../../../src/engine/process/commands.js';
import { startTimeOf } from '../../../src/engine/process/process-info.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'leftovers-')));
const script = join(root, 'parent.mjs');
let count = 0;

/** A process of its own that starts `command` and says when it runs. */
async function parentOf(command: string, sandbox: 'auto' | 'off'): Promise<{ parent: ChildProcess; recordFile: string; pids: number[] }> {
  const recordFile = join(root, `record-${++count}.jsonl`);
  const parent = spawn(process.execPath, [script, recordFile, command, sandbox], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  for await (const chunk of parent.stdout) {
    said += chunk;
    if (said.includes('ready')) break;
  }
  // Inside a sandbox these are ids of another world; the tests that use them run without.
  const pids = [...said.matchAll(/^pid (\d+)$/gm)].map((match) => Number(match[1]));
  return { parent, recordFile, pids };
}
async function killed(parent: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => parent.once('exit', resolve));
  parent.kill('SIGKILL');
  await exit;
}

beforeAll(async () => {
  await build({
    stdin: {
      contents: `import { openCommands } from './src/engine/process/commands.ts';
        const [recordFile, command, sandbox] = process.argv.slice(2);
        const root = recordFile + '.d';
        const commands = await openCommands({ recordFile, env: process.env, privateHome: root, sandbox });
        await commands.run({ command, cwd: root, writable: [root], network: 'none', timeoutMs: 600000, onOutput: (text) => process.stdout.write(text) });`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outfile: join(process.cwd(), 'node_modules', '.cache', `leftovers-${process.pid}.mjs`),
  });
  writeFileSync(script, `await import(${JSON.stringify(join(process.cwd(), 'node_modules', '.cache', `leftovers-${process.pid}.mjs`))});`);
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
  rmSync(join(process.cwd(), 'node_modules', '.cache', `leftovers-${process.pid}.mjs`), { force: true });
});

describe('what a killed process leaves', () => {
  const work = 'sleep 600 & echo pid $!; setsid sleep 600 & echo pid $!; echo pid $$; echo ready; trap "" TERM; wait; sleep 600';

  test('is ended: the command, its children, and what went into a session of its own', async () => {
    const { parent, recordFile, pids } = await parentOf(work, 'off');
    await killed(parent);
    expect(pids.map((pid) => startTimeOf(pid) !== undefined)).toEqual([true, true, true]);
    expect(await endLeftovers(recordFile)).toBe(1);
    expect(pids.map((pid) => startTimeOf(pid) !== undefined)).toEqual([false, false, false]);
  });

  test('is ended once: a second call has nothing to do', async () => {
    const { parent, recordFile } = await parentOf(work, 'off');
    await killed(parent);
    expect(await endLeftovers(recordFile)).toBe(1);
    expect(await endLeftovers(recordFile)).toBe(0);
  });

  test.runIf(process.platform === 'linux')('is ended though its leader has gone and only children are left', async () => {
    const { parent, recordFile, pids } = await parentOf(work, 'off');
    await killed(parent);
    const leader = Number(/"pid":(\d+)/.exec(readFileSync(recordFile, 'utf8'))?.[1]);
    process.kill(leader, 'SIGKILL');
    while (startTimeOf(leader) !== undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await endLeftovers(recordFile)).toBe(1);
    expect(pids.map((pid) => startTimeOf(pid) !== undefined)).toEqual([false, false, false]);
  });

  test('in a sandbox nothing is left for long', async () => {
    const { parent, recordFile } = await parentOf(work, 'auto');
    const leader = Number(/"pid":(\d+)/.exec(readFileSync(recordFile, 'utf8'))?.[1]);
    await killed(parent);
    await endLeftovers(recordFile);
    expect(startTimeOf(leader)).toBeUndefined();
  });
});

describe('the record', () => {
  const recordOf = (lines: unknown[]): string => {
    const file = join(root, `written-${++count}.jsonl`);
    writeFileSync(file, lines.map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`)).join(''));
    return file;
  };

  test('names another process with the same id: that one is left alone', async () => {
    const bystander = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    const pid = bystander.pid ?? 0;
    expect(await endLeftovers(recordOf([{ pid, start: 'another time', mark: 'm1' }]))).toBe(0);
    expect(startTimeOf(pid)).toBeDefined();
    expect(await endLeftovers(recordOf([{ pid, start: startTimeOf(pid), mark: 'm1' }]))).toBe(1);
    expect(startTimeOf(pid)).toBeUndefined();
  });

  test('of a command that ended, a torn line and nonsense are nothing to end', async () => {
    const lines = [
      { pid: process.pid, start: startTimeOf(process.pid), mark: 'm' },
      { ended: 'm' },
      'null\n',
      '{"pid":1,"start":"x","mark":"y"}\n',
      '{"pid":4',
    ];
    expect(await endLeftovers(recordOf(lines))).toBe(0);
    expect(await endLeftovers(join(root, 'no such file'))).toBe(0);
  });
});
