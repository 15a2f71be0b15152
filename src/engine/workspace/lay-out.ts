/** Lays the files of a tree out in a folder: copied from the open folder where it is known to have them, else from the store. */
import { constants } from 'node:fs';
import { copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { captureIndex } from './capture.js';
import { type CopyThreads, copyThreads } from './copy-threads.js';
import { git } from './git.js';
import { makeIndex, readIndex, STAT_FIELDS, STATS } from './index-file.js';
import type { Layout } from './layout.js';
import { linesOf, type PathBytes } from './path-bytes.js';
import type { Entry } from './raw.js';
import { filesOf, loadTree, type TreeNode } from './tree-node.js';

/** What is laid out, made once for a tree and shared by all workspaces of it. */
interface Plan {
  node: TreeNode;
  files: (readonly [PathBytes, Entry])[];
  names: Uint8Array;
  offsets: Uint32Array;
  kinds: Uint8Array;
  expected: Uint32Array;
}

export interface LaidOut {
  node: TreeNode;
  /** An index that knows the files as they were written. */
  index: Uint8Array;
}

export interface LayOut extends AsyncDisposable {
  /** `to`: a folder that is there and empty. `scratch`: a name in the store for what is needed meanwhile. */
  (tree: string, to: string, scratch: string, signal?: AbortSignal): Promise<LaidOut>;
}

const REMEMBERED = 4;

export function layingOut(layout: Layout): LayOut {
  const threads = copyThreads();
  const plans = new Map<string, Promise<Plan>>();
  let reflinks: Promise<boolean> | undefined;

  const planFor = async (tree: string): Promise<Plan> => {
    const sources = await signatureOf(captureIndex(layout.gitDir));
    const key = `${tree} ${sources}`;
    const known = plans.get(key) ?? makePlan(layout, tree);
    plans.delete(key);
    plans.set(key, known);
    // A failed one is not remembered; whoever asked for it gets the error.
    known.catch(() => plans.delete(key));
    for (const oldest of plans.keys()) {
      if (plans.size <= REMEMBERED) break;
      plans.delete(oldest);
    }
    return known;
  };

  const layOut = async (tree: string, to: string, scratch: string, signal?: AbortSignal): Promise<LaidOut> => {
    signal?.throwIfAborted();
    reflinks ??= canReflink(layout);
    const [plan, shares] = await Promise.all([planFor(tree), reflinks]);
    return filled({ layout, plan, to, threads, reflinks: shares, scratch, ...(signal && { signal }) });
  };
  return Object.assign(layOut, { [Symbol.asyncDispose]: () => threads[Symbol.asyncDispose]() });
}

interface Filling {
  layout: Layout;
  plan: Plan;
  to: string;
  threads: CopyThreads;
  reflinks: boolean;
  scratch: string;
  signal?: AbortSignal;
}

async function filled({ layout, plan, to, threads, reflinks, scratch, signal }: Filling): Promise<LaidOut> {
  const { node, files, names, offsets, kinds, expected } = plan;
  const stats = new Uint32Array(new SharedArrayBuffer(4 * STATS * files.length));
  const written = new Uint8Array(new SharedArrayBuffer(files.length));
  const job = { from: layout.root, to, names, offsets, kinds, expected, stats, written, reflinks };
  await threads.run({ ...job, statOnly: false }, signal);
  const missing = files.filter((_, number) => kinds[number] !== 0 && written[number] !== 1).map(([path]) => path);
  if (missing.length > 0) {
    await fromStore(layout, { node, files, to, scratch, missing, ...(signal && { signal }) });
    await threads.run({ ...job, statOnly: true }, signal);
  }
  for (const [number, [, { mode }]] of files.entries()) stats[number * STATS + STAT_FIELDS.mode] = Number.parseInt(mode, 8);
  return { node, index: makeIndex(node, files, stats, layout.format) };
}

/** Contents that the open folder does not have, or no longer. */
async function fromStore(
  { gitDir, format }: Layout,
  what: { node: TreeNode; files: Plan['files']; to: string; scratch: string; missing: readonly PathBytes[]; signal?: AbortSignal },
): Promise<void> {
  const { node, files, to, scratch, missing, signal } = what;
  const indexFile = join(gitDir, `${scratch}.checkout.index`);
  try {
    await writeFile(
      indexFile,
      makeIndex(
        node,
        files,
        new Uint32Array(STATS * files.length).map((_, at) => modeAt(files, at)),
        format,
      ),
    );
    const args = ['-c', 'core.symlinks=true', 'checkout-index', '-f', '-q', '-z', '--stdin'];
    await git(args, { gitDir, workTree: to, indexFile, input: linesOf(missing), ...(signal && { signal }) });
  } finally {
    await rm(indexFile, { force: true });
  }
}

const modeAt = (files: Plan['files'], at: number): number =>
  at % STATS === STAT_FIELDS.mode ? Number.parseInt(files[Math.floor(at / STATS)]?.[1].mode ?? '0', 8) : 0;

const KINDS: Readonly<Record<string, number>> = { '100644': 1, '100755': 2, '120000': 3 };

async function makePlan(layout: Layout, tree: string): Promise<Plan> {
  const [node, known] = await Promise.all([loadTree(layout.gitDir, tree), knownFiles(layout)]);
  const files = [...filesOf(node)];
  const paths = files.map(([path]) => path);
  const names = shared(
    Uint8Array,
    paths.reduce((sum, path) => sum + path.length + 1, 0),
  );
  const offsets = shared(Uint32Array, files.length + 1);
  const [kinds, expected] = [shared(Uint8Array, files.length), shared(Uint32Array, files.length * STATS)];
  const bytes = Buffer.from(names.buffer);
  let at = 0;
  for (const [number, [path, { mode, id }]] of files.entries()) {
    offsets[number] = at;
    at += bytes.write(path, at, 'latin1') + 1;
    kinds[number] = KINDS[mode] ?? 0;
    const source = known.get(path);
    if (source?.id === id && isLink(source.stat) === (mode === '120000')) expected.set(source.stat, number * STATS);
  }
  offsets[files.length] = at;
  return { node, files, names, offsets, kinds, expected };
}

const isLink = (stat: Uint32Array): boolean => (stat[STAT_FIELDS.mode] ?? 0) >> 12 === 0o12;

function shared<T>(type: new (buffer: SharedArrayBuffer) => T, length: number): T {
  const bytes = { Uint8Array: 1, Uint32Array: 4 }[type.name as 'Uint8Array' | 'Uint32Array'];
  return new type(new SharedArrayBuffer(bytes * length));
}

/**
 * The files of the open folder whose content is known by their times: those of the last capture.
 * Invariant: not those that are as young as the index: they may have changed since within the same moment.
 */
async function knownFiles({ gitDir, format }: Layout): Promise<Map<PathBytes, { id: string; stat: Uint32Array }>> {
  const file = captureIndex(gitDir);
  try {
    const [bytes, { mtimeMs }] = await Promise.all([readFile(file), stat(file)]);
    const since = Math.floor(mtimeMs / 1000);
    const old = (fields: Uint32Array) => Math.max(fields[STAT_FIELDS.ctime] ?? 0, fields[STAT_FIELDS.mtime] ?? 0) < since;
    const entries = (readIndex(bytes, format) ?? []).filter((entry) => entry.plain && old(entry.stat));
    return new Map(entries.map(({ path, id, stat }) => [path, { id, stat }]));
  } catch {
    // Without the index of a capture nothing is known, and all comes from the store.
    return new Map();
  }
}

async function signatureOf(file: string): Promise<string> {
  const { mtimeNs, ino } = await stat(file, { bigint: true }).catch(() => ({ mtimeNs: 0n, ino: 0n })); // There is none yet.
  return `${mtimeNs} ${ino}`;
}

/** Whether copies in `.massgen` may share their blocks with the folder's files. */
async function canReflink({ home, gitDir }: Layout): Promise<boolean> {
  const probe = join(home, `reflink-${process.pid}`);
  try {
    await mkdir(home, { recursive: true });
    await copyFile(join(gitDir, 'config'), probe, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    // The file system cannot, which is all that was asked.
    return false;
  } finally {
    await rm(probe, { force: true });
  }
}
