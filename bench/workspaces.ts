/** Five workspaces of a dirty repository, beside the least that writing their files takes and beside five copies of the folder. */
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openStore } from '../src/engine/workspace/open-store.js';
import { BIG, MED, makeDirtyRepository, type Size } from './dirty-repository.js';
import { limitWriter } from './limit-writer.js';
import { median } from './numbers.js';
import type { Row } from './row.js';
import { scratch } from './scratch.js';

const run = promisify(execFile);

const WORKSPACES = ['a', 'b', 'c', 'd', 'e'];

interface Round {
  ours: number;
  limit: number;
  copies: number | undefined;
}

/** Pairs differ by half on a machine that is shared; the first of them is that of a process whose code is not compiled yet. */
export const bench = (): Promise<Row[]> => measure('workspaces', MED, 15);
export const benchBig = (): Promise<Row[]> => measure('workspaces-big', BIG, 3);

async function measure(name: string, size: Size, times: number): Promise<Row[]> {
  const { folder, place } = await scratch();
  try {
    const root = join(folder, 'repository');
    makeDirtyRepository(root, size);
    await using limit = await limitWriter(root);
    const rounds: Round[] = [];
    for (let round = 0; round < times; round++) {
      const ours = await byStore(root);
      const written = await without(join(folder, 'limit'), (to) => limit.write(WORKSPACES.map((name) => join(to, name))));
      const copies = await without(join(folder, 'copies'), (to) => byCopying(root, to));
      rounds.push({ ours, limit: written, copies });
    }
    return rowsOf(name, rounds, `${limit.files} files, ${Math.round(limit.bytes / 1e6)} MB, first capture included, ${place}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function rowsOf(name: string, rounds: readonly Round[], what: string): Row[] {
  const ours = median(rounds.map((round) => round.ours));
  const toLimit = median(rounds.map((round) => round.ours / round.limit));
  const limitMs = Math.round(median(rounds.map((round) => round.limit)));
  const rows: Row[] = [
    {
      name: `${name}: ms for five`,
      ours,
      peer: `${limitMs}: their files written by one thread`,
      ratio: toLimit,
      target: '<= 1.6',
      ok: toLimit <= 1.6,
      note: `${what}; median of ${rounds.length} pairs`,
    },
  ];
  const copied = rounds.flatMap((round) => (round.copies === undefined ? [] : [{ ours: round.ours, copies: round.copies }]));
  if (copied.length === 0) {
    process.stderr.write('workspaces: skipped beside shutil.copytree, as python3 is not there\n');
    return rows;
  }
  const toCopies = median(copied.map((round) => round.ours / round.copies));
  const copiesMs = Math.round(median(copied.map((round) => round.copies)));
  rows.push({
    name: `${name}: ms for five`,
    ours,
    peer: `${copiesMs}: shutil.copytree of the folder`,
    ratio: toCopies,
    target: '<= 0.35',
    ok: toCopies <= 0.35,
    note: 'copies without .massgen and .git',
  });
  return rows;
}

/** Capture and forks in a store that is new. */
async function byStore(root: string): Promise<number> {
  const home = join(root, '.massgen');
  await rm(home, { recursive: true, force: true });
  try {
    await using store = await openStore(root);
    const start = performance.now();
    const { tree } = await store.capture({ forked: true });
    await Promise.all(WORKSPACES.map((name) => store.fork({ session: 's', name, tree })));
    return performance.now() - start;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

const COPY = `
import shutil, sys, time
start = time.perf_counter()
for name in sys.argv[3:]:
    shutil.copytree(sys.argv[1], sys.argv[2] + "/" + name, symlinks=True, ignore=shutil.ignore_patterns(".git"))
print((time.perf_counter() - start) * 1000)
`;

/** Timed inside, as python's own start is not copying. */
async function byCopying(root: string, to: string): Promise<number | undefined> {
  try {
    return Number((await run('python3', ['-c', COPY, root, to, ...WORKSPACES])).stdout);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** With an empty folder that is gone afterwards. */
async function without<T>(to: string, measure: (to: string) => Promise<T>): Promise<T> {
  mkdirSync(to);
  try {
    return await measure(to);
  } finally {
    await rm(to, { recursive: true, force: true });
  }
}
