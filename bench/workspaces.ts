/** Five workspaces of a dirty repository, beside the least that writing their files takes and beside five copies of the folder. */
import { execFile } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openStore } from '../src/engine/workspace/open-store.js';
import { makeDirtyRepository } from './dirty-repository.js';
import { median } from './numbers.js';
import type { Row } from './row.js';
import { scratch } from './scratch.js';

const run = promisify(execFile);

const ROUNDS = 5;
const WORKSPACES = ['a', 'b', 'c', 'd', 'e'];

export async function bench(): Promise<Row[]> {
  const { folder, place } = await scratch();
  try {
    const root = join(folder, 'repository');
    makeDirtyRepository(root);
    const content = contentOf(root);
    const rounds: { ours: number; limit: number; copies: number | undefined }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const ours = await byStore(root);
      const limit = await without(join(folder, 'limit'), (to) => Promise.resolve(byWriting(content, to)));
      const copies = await without(join(folder, 'copies'), (to) => byCopying(root, to));
      rounds.push({ ours, limit, copies });
    }
    return rowsOf(rounds, `${content.files.length} files, ${Math.round(content.bytes / 1e6)} MB, first capture included, ${place}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function rowsOf(rounds: readonly { ours: number; limit: number; copies: number | undefined }[], what: string): Row[] {
  const ours = median(rounds.map((round) => round.ours));
  const toLimit = median(rounds.map((round) => round.ours / round.limit));
  const limitMs = Math.round(median(rounds.map((round) => round.limit)));
  const rows: Row[] = [
    {
      name: 'workspaces: ms for five',
      ours,
      peer: `${limitMs}: their files written by one thread`,
      ratio: toLimit,
      target: '<= 1.6',
      ok: toLimit <= 1.6,
      note: `${what}; median of ${ROUNDS} pairs`,
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
    name: 'workspaces: ms for five',
    ours,
    peer: `${copiesMs}: shutil.copytree of the folder`,
    ratio: toCopies,
    target: '<= 0.35',
    ok: toCopies <= 0.35,
    note: 'copies without .massgen, with .git',
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

interface Content {
  folders: string[];
  files: { path: string; bytes: Uint8Array }[];
  bytes: number;
}

/** Everything in the folder but its repository, in memory. */
function contentOf(root: string): Content {
  const content: Content = { folders: [], files: [], bytes: 0 };
  const walk = (below: string): void => {
    for (const entry of readdirSync(join(root, below), { withFileTypes: true })) {
      const path = join(below, entry.name);
      if (entry.name === '.git') continue;
      if (entry.isDirectory()) {
        content.folders.push(path);
        walk(path);
        continue;
      }
      const bytes = readFileSync(join(root, path));
      content.files.push({ path, bytes });
      content.bytes += bytes.length;
    }
  };
  walk('');
  return content;
}

/** mkdir, open, write, close: no less is possible for one thread. */
function byWriting({ folders, files }: Content, to: string): number {
  const start = performance.now();
  for (const name of WORKSPACES) {
    const root = join(to, name);
    mkdirSync(root);
    for (const folder of folders) mkdirSync(join(root, folder));
    for (const { path, bytes } of files) {
      const file = openSync(join(root, path), 'w');
      writeSync(file, bytes);
      closeSync(file);
    }
  }
  return performance.now() - start;
}

const COPY = `
import shutil, sys, time
start = time.perf_counter()
for name in sys.argv[3:]:
    shutil.copytree(sys.argv[1], sys.argv[2] + "/" + name, symlinks=True)
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
