/** What a workspace takes on the disk beside the files that are in it: where they can share their blocks, and where they cannot. */
import { execFile } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openStore } from '../src/engine/workspace/open-store.js';
import { makeDirtyRepository } from './dirty-repository.js';
import type { Row } from './row.js';

const run = promisify(execFile);
const AGENTS = 5;
const IMAGE = '1G';

export async function bench(): Promise<Row[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'massgen-bench-')));
  try {
    const plain = await taken(
      join(folder, 'plain'),
      async (root) => below(join(root, '.massgen/workspaces')) + below(join(root, '.massgen/store.git/workspaces')),
    );
    return [row(`on ${fileSystemOf(folder)}`, plain, 1.05), await onShared(folder)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Taken {
  agent: number;
  tree: number;
}

const row = (where: string, { agent, tree }: Taken, most: number): Row => ({
  name: `workspaces-disk: kB an agent, ${where}`,
  ours: agent / 1000,
  peer: `${(tree / 1000).toFixed(0)}: its files`,
  ratio: agent / tree,
  target: `<= ${most}`,
  ok: agent / tree <= most,
  note: 'with its own repository and index',
});

/** `measure`: bytes that are taken there, by workspaces or by all; what five workspaces add to it counts. */
async function taken(root: string, measure: (root: string) => Promise<number>): Promise<Taken> {
  makeDirtyRepository(root);
  const tree = below(root) - below(join(root, '.git'));
  await using store = await openStore(root);
  const base = await store.capture({ forked: true });
  const before = await measure(root);
  for (let agent = 0; agent < AGENTS; agent++) await store.fork({ session: 's', name: `${agent}`, tree: base.tree });
  return { agent: ((await measure(root)) - before) / AGENTS, tree };
}

/** On a disk in a file, which only root may mount. */
async function onShared(folder: string): Promise<Row> {
  const at = join(folder, 'shared');
  const image = join(folder, 'image');
  mkdirSync(at);
  try {
    await run('truncate', ['-s', IMAGE, image]);
    await run('mkfs.xfs', ['-q', '-m', 'reflink=1', image]);
    await run('mount', ['-o', 'loop', image, at]);
  } catch (error) {
    const why = error instanceof Error ? error.message.trim().split('\n').at(-1) : String(error);
    process.stderr.write(`workspaces-disk: skipped where files share their blocks: ${why}\n`);
    const none = row('blocks shared', { agent: Number.NaN, tree: Number.NaN }, 0.05);
    return { ...none, peer: 'its files', ok: true, skipped: `no such file system can be made here: ${why}` };
  }
  try {
    const used = async (root: string): Promise<number> => {
      await run('sync', ['-f', root]);
      const { blocks, bfree, bsize } = statfsSync(root);
      return (blocks - bfree) * bsize;
    };
    return row('on xfs, blocks shared', await taken(join(at, 'repository'), used), 0.05);
  } finally {
    await run('umount', [at]);
  }
}

/** Blocks of everything below, in bytes; what several names share counts once. */
function below(folder: string, seen = new Set<number>()): number {
  let bytes = 0;
  for (const found of existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []) {
    const path = join(folder, found.name);
    const { blocks, ino } = lstatSync(path);
    if (!seen.has(ino)) bytes += blocks * 512;
    seen.add(ino);
    if (found.isDirectory()) bytes += below(path, seen);
  }
  return bytes;
}

/** By the longest mount point above it. */
function fileSystemOf(folder: string): string {
  if (process.platform !== 'linux') return 'this disk';
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '));
  const above = mounts.filter(([, at = '-']) => at === '/' || folder === at || folder.startsWith(`${at}/`));
  return above.sort(([, a = ''], [, b = '']) => a.length - b.length).at(-1)?.[2] ?? 'this disk';
}
