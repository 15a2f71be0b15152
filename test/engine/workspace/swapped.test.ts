/** Another program swaps folders and files of the person's for links, pipes and folders while changes are written, as fast as it can. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { writeChanges } from '../../../src/engine/workspace/apply.js';
import type { Store } from '../../../src/engine/workspace/store.js';
import { FailureError } from '../../../src/protocol/failure.js';
import { type Files, scratchFolder, treesOf } from './scratch.js';
import { put, scratchStore, snapshotOf } from './scratch-store.js';

/** Swaps `what` for something else and back, without end: it stands for some milliseconds, and something else for less than one. */
const SWAPPER = `
  const { mkdirSync, renameSync, symlinkSync } = require('node:fs');
  const { execFileSync } = require('node:child_process');
  const [what, other, kind, outside] = process.argv.slice(1);
  const own = other + '-own';
  if (kind === 'link') symlinkSync(outside, other);
  if (kind === 'pipe') execFileSync('mkfifo', [other]);
  if (kind === 'folder') mkdirSync(other);
  let stopped = false;
  process.on('SIGTERM', () => { stopped = true; });
  const trying = (from, to) => { try { renameSync(from, to); return true; } catch { return false; } };
  const spin = (ms) => { for (const until = performance.now() + Math.random() * ms; performance.now() < until; ); };
  const round = () => {
    spin(3);
    if (trying(what, own)) {
      const swapped = trying(other, what);
      spin(0.6);
      if (swapped) trying(what, other);
      trying(own, what);
    }
    if (stopped) process.exit();
    setImmediate(round);
  };
  process.send('ready');
  round();
`;

let swapper: ChildProcess | undefined;
afterEach(() => swapper?.kill('SIGKILL'));

async function swapping(what: string, kind: 'link' | 'pipe' | 'folder', outside: string, scratch: string): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, ['-e', SWAPPER, what, join(scratch, 'other'), kind, outside], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  swapper = child;
  await once(child, 'message');
  return async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
}

const ROUNDS = 50;

interface Ready {
  store: Store;
  trees: [string, string];
  paths: string[];
}

async function ready(files: [Files, Files]): Promise<Ready> {
  const store = await scratchStore();
  await put(store.root, files[0]);
  const { tree } = await store.capture();
  const [other = ''] = await treesOf(store.gitDir, [files[1]]);
  return { store, trees: [tree, other], paths: [...new Set(files.flatMap((each) => Object.keys(each)))] };
}

/** Writes one tree and then the other, again and again. What is refused is refused in words. */
async function writeAgain({ store, trees, paths }: Ready, rounds = ROUNDS): Promise<void> {
  let [from, to] = trees;
  for (let round = 0; round < rounds; round++) {
    try {
      await writeChanges(store, from, to, { paths });
      [from, to] = [to, from];
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      expect(error.failure.code).toMatch(/^(conflict|workspace)$/);
    }
  }
}

const before: Files = { 'd/s/a.txt': 'a\n', 'd/s/gone.txt': 'gone\n' };
const after: Files = { 'd/s/a.txt': 'A\n', 'd/s/made/n.txt': 'n\n' };

describe.skipIf(process.platform !== 'linux')('while something else is put in its place', () => {
  it.each([
    ['d/s', ''],
    ['d', 's/'],
  ])(
    'nothing is written, removed or made where a link leads that a folder became: %s',
    async (what, inside) => {
      const at = await ready([before, after]);
      const outside = await scratchFolder();
      await put(outside, { [`${inside}a.txt`]: 'a\n', [`${inside}gone.txt`]: 'gone\n' });
      const there = await snapshotOf(outside);
      const stop = await swapping(join(at.store.root, what), 'link', outside, await scratchFolder());
      await writeAgain(at);
      await stop();
      expect(await snapshotOf(outside)).toEqual(there);
      // Where the folder was just away, what is there may be one that was made anew.
      expect((await snapshotOf(at.store.root))['d/s/a.txt'] ?? '644 a\n').toMatch(/^644 a\n$/i);
    },
    30_000,
  );

  it.each(['link', 'pipe', 'folder'] as const)(
    'a file that became a %s is neither followed nor waited for',
    async (kind) => {
      const at = await ready([{ 'a.txt': 'a\n', 'b.txt': 'b\n' }, { 'a.txt': 'A\n' }]);
      const outside = join(await scratchFolder(), 'theirs.txt');
      await writeFile(outside, 'a\n');
      const stop = await swapping(join(at.store.root, 'a.txt'), kind, outside, await scratchFolder());
      await writeAgain(at, 20);
      await stop();
      expect(await readFile(outside, 'utf8')).toBe('a\n');
      // Who swaps as we rename may have the last word on what stands there; a file is ours or theirs, whole.
      const left = join(at.store.root, 'a.txt');
      if ((await lstat(left)).isFile()) expect(await readFile(left, 'utf8')).toMatch(/^a\n$/i);
    },
    30_000,
  );
});
