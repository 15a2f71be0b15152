import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { acquireLock, lockOwner } from '../../../src/engine/process/lock.js';
import { startTimeOf } from '../../../src/engine/process/process-info.js';
import { FailureError } from '../../../src/protocol/failure.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'lock-')));
const script = join(root, 'contender.mjs');
let count = 0;
const fresh = () => join(root, `${++count}`, 'lock');

interface Contender {
  process: ChildProcess;
  ask(command: string): Promise<string>;
}
const contenders: Contender[] = [];

/** A process of its own that takes and gives back locks as it is told, and says what came of it. */
function contender(): Contender {
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const one: Contender = {
    process: child,
    async ask(command) {
      child.stdin.write(`${command}\n`);
      return String((await answers.next()).value);
    },
  };
  contenders.push(one);
  return one;
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.signalCode !== null || child.exitCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exit;
}

const failureOf = async (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof FailureError ? error.failure : error),
  );

/** What is left beside the lock itself. */
const litter = (path: string) => readdirSync(join(path, '..')).filter((name) => name !== 'lock');

function written(path: string, more: object): void {
  const entry = { pid: process.pid, host: hostname(), purpose: 'writing', since: 1, start: startTimeOf(process.pid), id: 'x', ...more };
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, JSON.stringify(entry));
}

beforeAll(async () => {
  await build({
    stdin: {
      contents: `import { createInterface } from 'node:readline';
        import { acquireLock } from './src/engine/process/lock.ts';
        const held = new Map();
        for await (const line of createInterface({ input: process.stdin })) {
          const [what, path] = line.split(' ');
          if (what === 'take')
            console.log(await acquireLock(path, 'contending').then((lock) => (held.set(path, lock), 'won'), (error) => error.failure?.code ?? String(error)));
          else console.log(await held.get(path)[Symbol.asyncDispose]().then(() => 'free', String));
        }`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: script,
  });
});
afterEach(async () => {
  await Promise.all(contenders.splice(0).map((one) => killed(one.process)));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a lock', () => {
  test('is held until it is disposed, and names its owner', async () => {
    const path = fresh();
    expect(await lockOwner(path)).toBeUndefined();
    {
      await using lock = await acquireLock(path, 'a turn');
      expect(lock.path).toBe(path);
      expect(await lockOwner(path)).toMatchObject({ pid: process.pid, host: hostname(), purpose: 'a turn' });
      expect(litter(path)).toEqual([]);
    }
    expect(await lockOwner(path)).toBeUndefined();
    await using again = await acquireLock(path, 'another turn');
    expect(again.path).toBe(path);
  });

  test('is refused to the same process a second time, and says so', async () => {
    const path = fresh();
    await using _ = await acquireLock(path, 'a turn');
    expect(await failureOf(acquireLock(path, 'a vote'))).toMatchObject({
      code: 'locked',
      message: expect.stringMatching(/^This very process .*: a turn, since/),
    });
  });

  test('names pid, host and purpose of another process that lives', async () => {
    const path = fresh();
    const other = contender();
    expect(await other.ask(`take ${path}`)).toBe('won');
    const failure = await failureOf(acquireLock(path, 'a turn'));
    expect(failure).toMatchObject({ code: 'locked', retryable: true });
    expect(failure).toHaveProperty('message', expect.stringContaining(`(process ${other.process.pid}) is busy here: contending, since`));
    expect(await other.ask(`free ${path}`)).toBe('free');
    await using lock = await acquireLock(path, 'a turn');
    expect(lock.path).toBe(path);
  });

  test('can be taken at once when its owner was killed', async () => {
    const path = fresh();
    const other = contender();
    expect(await other.ask(`take ${path}`)).toBe('won');
    await killed(other.process);
    expect(await lockOwner(path)).toBeUndefined();
    await using _ = await acquireLock(path, 'a turn');
    expect(await lockOwner(path)).toMatchObject({ pid: process.pid });
    expect(litter(path)).toEqual([]);
  });

  test('of a process whose id was given to another since can be taken', async () => {
    const path = fresh();
    written(path, { pid: process.ppid, start: startTimeOf(process.ppid) });
    expect(await failureOf(acquireLock(path, 'a turn'))).toMatchObject({ code: 'locked' });
    written(path, { pid: process.ppid, start: 'long before' });
    await using _ = await acquireLock(path, 'a turn');
    expect(await lockOwner(path)).toMatchObject({ pid: process.pid });
  });

  test('of another host counts as held, and the hint says how to remove it', async () => {
    const path = fresh();
    written(path, { host: 'elsewhere', pid: 4_000_000 });
    expect(await failureOf(acquireLock(path, 'a turn'))).toMatchObject({
      code: 'locked',
      message: expect.stringContaining('elsewhere, process 4000000'),
      hint: expect.stringContaining(`remove ${path}`),
    });
    expect(await lockOwner(path)).toMatchObject({ host: 'elsewhere' });
  });

  test.each(['', '{"pid": 1', 'null', '[]', '{"pid": "1"}', '{"pid": -1, "host": "h"}'])('that reads %j is nobody’s', async (text) => {
    const path = fresh();
    mkdirSync(join(path, '..'));
    writeFileSync(path, text);
    expect(await lockOwner(path)).toBeUndefined();
    await using _ = await acquireLock(path, 'a turn');
    expect(await lockOwner(path)).toMatchObject({ pid: process.pid });
  });

  test('that is no longer ours is not removed', async () => {
    const path = fresh();
    const lock = await acquireLock(path, 'a turn');
    written(path, { purpose: 'somebody else' });
    await lock[Symbol.asyncDispose]();
    expect(await lockOwner(path)).toMatchObject({ purpose: 'somebody else' });
  });

  test('works where there are no hard links', async () => {
    const path = fresh();
    const link = () => Promise.reject(Object.assign(new Error('no links here'), { code: 'EPERM' }));
    {
      await using _ = await acquireLock(path, 'a turn', { link });
      expect(await failureOf(acquireLock(path, 'a vote', { link }))).toMatchObject({ code: 'locked' });
    }
    written(path, { start: 'long before' });
    await using _ = await acquireLock(path, 'a turn', { link });
    expect(await lockOwner(path)).toMatchObject({ purpose: 'a turn' });
    expect(litter(path)).toEqual([]);
  });

  test('whose takeover was cut off by a crash can still be taken', async () => {
    const path = fresh();
    written(path, { start: 'long before' });
    written(`${path}.takeover`, { start: 'long before' });
    await using _ = await acquireLock(path, 'a turn');
    expect(await lockOwner(path)).toMatchObject({ purpose: 'a turn' });
    expect(litter(path)).toEqual([]);
  });
});

describe('eight processes at once', () => {
  test('over a stale lock, over a takeover that was cut off, over nothing, over garbage: exactly one gets it, every time', async () => {
    const all = Array.from({ length: 8 }, contender);
    const starts: ((path: string) => void)[] = [
      (path) => written(path, { start: 'long before' }),
      (path) => {
        written(path, { start: 'long before' });
        written(`${path}.takeover`, { start: 'long before' });
      },
      () => undefined,
      (path) => {
        mkdirSync(join(path, '..'));
        writeFileSync(path, '{"torn');
      },
    ];
    for (let round = 0; round < 24; round += 1) {
      const path = fresh();
      starts[round % starts.length]?.(path);
      const said = await Promise.all(all.map((one) => one.ask(`take ${path}`)));
      expect(said.filter((word) => word !== 'locked')).toEqual(['won']);
      const winner = all[said.indexOf('won')];
      expect(await lockOwner(path)).toMatchObject({ pid: winner?.process.pid });
      expect(readFileSync(path, 'utf8')).toContain('contending');
      expect(litter(path)).toEqual([]);
    }
  });
});
