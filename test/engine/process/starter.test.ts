import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTimeOf } from '../../../src/engine/process/process-info.js';
import { type Ended, type Starter, starting } from '../../../src/engine/process/starter.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'starter-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SHELLS = new Set(['/bin/sh', '/bin/dash', '/bin/bash'].filter((shell) => existsSync(shell)).map((shell) => realpathSync(shell)));
const env = { PATH: process.env.PATH ?? '', KEPT: 'kept' };
const NODE = process.execPath;
const text = (ended: Ended | undefined) => ended && { ...ended, out: Buffer.from(ended.out).toString('utf8') };
const program = (body: string, ...args: string[]) => [NODE, '-e', body, ...args];

/** Waits for what another process does. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(10);
}

describe.skipIf(process.platform === 'win32').each([...SHELLS])('programs that %s starts', (shell) => {
  let starter: Starter | undefined;
  beforeAll(async () => {
    starter = await starting(env, shell);
  });
  afterAll(() => starter?.[Symbol.dispose]());
  const run = (command: readonly string[], more: Partial<Parameters<Starter['run']>[1]> = {}) =>
    starter?.run(command, { cwd: folder, env: {}, ...more }) ?? Promise.reject(new Error('there is no starter'));

  test('tell what they print, what they complain of and how they end', async () => {
    const body = 'process.stdout.write("out\\n"); process.stderr.write("first\\n  second\\n"); process.exitCode = 7';
    expect(text(await run(program(body)))).toEqual({ code: 7, out: 'out\n', err: 'first\n  second' });
    expect(text(await run(['true']))).toEqual({ code: 0, out: '', err: '' });
  });

  test('print any bytes, megabytes of them', async () => {
    const body = 'process.stdout.write(Buffer.alloc(3e6, Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))))';
    const bytes = Buffer.alloc(3e6, Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));
    expect(Buffer.from((await run(program(body)))?.out ?? []).equals(bytes)).toBe(true);
  });

  test('get their arguments and variables as they are, whatever is in them', async () => {
    const word = fc.string({ unit: 'grapheme' }).map((some) => some.replaceAll('\0', ''));
    const awkward = fc.oneof(word, fc.constantFrom("'", "''", "a'b\n'$(touch x)`x`", '\\', '-n', '$HOME', '*', ' ', '\u0081\u0088', '"!"'));
    const body = 'process.stdout.write(JSON.stringify([process.argv.slice(1), process.env.OWN]))';
    await fc.assert(
      fc.asyncProperty(fc.array(awkward, { maxLength: 5 }), awkward, async (args, own) => {
        const ended = await run(program(body, '--', ...args), { env: { OWN: own } });
        expect(JSON.parse(Buffer.from(ended?.out ?? []).toString('utf8'))).toEqual([args, own]);
      }),
      { numRuns: 12 },
    );
  });

  test('have the starter’s variables but for those that are taken away, and leave none to the next', async () => {
    const kept = program('process.stdout.write(process.env.KEPT + " " + process.env.OWN)');
    expect(text(await run(kept, { env: { OWN: 'own' } }))?.out).toBe('kept own');
    expect(text(await run(kept, { env: { KEPT: undefined } }))?.out).toBe('undefined undefined');
    expect(text(await run(kept))?.out).toBe('kept undefined');
  });

  test('have nothing to read, and are where they should be', async () => {
    const body = 'process.stdin.resume().on("end", () => process.stdout.write(process.cwd()))';
    expect(text(await run(program(body)))?.out).toBe(folder);
    expect(await run(['true'], { cwd: join(folder, 'gone') })).toMatchObject({ code: 127 });
    expect(await run(['no-such-program'])).toMatchObject({ code: 127, err: expect.stringContaining('no-such-program') });
  });

  test('run side by side, more of them one after the other, and none hears another', async () => {
    const words = Array.from({ length: 25 }, (_, at) => `word ${at}`);
    const ended = await Promise.all(
      words.map((word) => run(['sh', '-c', 'sleep 0.0$(($2 % 7)); echo "$1"; echo "$1" >&2; exit $2', 'sh', word, `${word.slice(5)}`])),
    );
    expect(ended.map(text)).toEqual(words.map((word, at) => ({ code: at, out: `${word}\n`, err: word })));
  });

  test('are ended by an abort, and are over then', async () => {
    const abort = new AbortController();
    const file = join(folder, `runs-${shell.replaceAll('/', '-')}`);
    const ended = run(['sh', '-c', 'echo $$ > "$1"; exec sleep 600', 'sh', file], { signal: abort.signal });
    await until(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'));
    abort.abort();
    expect(await ended).toMatchObject({ code: 143 });
    expect(startTimeOf(Number(readFileSync(file, 'utf8')))).toBeUndefined();
    // Before it could begin, too.
    const at = new AbortController();
    const before = run(['sleep', '600'], { signal: at.signal });
    at.abort();
    expect(await before).toMatchObject({ code: 143 });
  });
});

describe.skipIf(process.platform === 'win32')('the shell that starts programs', () => {
  test('may be ended by somebody: what runs is over before it is told that nobody knows how', async () => {
    const starter = await starting(env);
    const file = join(folder, 'shell');
    const ended = starter?.run(['sh', '-c', 'echo $PPID > "$1"; sleep 0.3; echo over > "$1"', 'sh', file], { cwd: folder, env: {} });
    await until(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'));
    // Of the programs it has started, only the shell itself has a group of its own.
    const { stdout } = spawnSync('ps', ['-o', 'pgid=', '-p', readFileSync(file, 'utf8').trim()], { encoding: 'utf8' });
    process.kill(Number(stdout), 'SIGKILL');
    await ended;
    expect(readFileSync(file, 'utf8')).toBe('over\n');
    await until(() => starter?.isAlive() === false);
    expect(await starter?.run(['true'], { cwd: folder, env: {} })).toBeUndefined();
  });

  test('is none where there is no such program, or one that is no such shell', async () => {
    expect(await starting(env, '/no/such/shell')).toBeUndefined();
    // What cannot be started throws.
    expect(await starting({ A: 'a\0b' })).toBeUndefined();
    expect(await starting(env, '/bin/cat')).toBeUndefined();
    const other = join(folder, 'other');
    writeFileSync(other, '#!/bin/sh\nsed -u "s/exit 7/exit 8/" | exec /bin/sh\n', { mode: 0o755 });
    expect(await starting(env, other)).toBeUndefined();
  });

  test('leaves nothing of what has ended in the list of processes', async () => {
    const starter = await starting(env);
    const all = Buffer.from((await starter?.run(['sh', '-c', 'ps -o pgid= -p $$'], { cwd: '/', env: {} }))?.out ?? []).toString();
    for (let time = 0; time < 30; time++) await starter?.run(['true'], { cwd: '/', env: {} });
    const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', all.trim()], { encoding: 'utf8' });
    expect(stdout.split('\n').filter((line) => line !== '').length).toBeLessThan(5);
    starter?.[Symbol.dispose]();
  });

  test('keeps no process alive, and ends with it', async () => {
    const script = join(folder, 'parent.mjs');
    await build({
      stdin: {
        contents: `import { starting } from './src/engine/process/starter.ts';
          const starter = await starting({ PATH: process.env.PATH });
          const { out } = await starter.run(['sh', '-c', 'ps -o pgid= -p $$'], { cwd: '/', env: {} });
          process.stdout.write(Buffer.from(out).toString());`,
        resolveDir: process.cwd(),
      },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: script,
      logLevel: 'silent',
    });
    const { stdout, status } = spawnSync(NODE, [script], { encoding: 'utf8', timeout: 30_000 });
    expect({ status, shell: Number(stdout) > 1 }).toEqual({ status: 0, shell: true });
    await until(() => startTimeOf(Number(stdout)) === undefined);
  });
});
