/** Lays the files of a tree out in a folder: copied from the open folder where it is known to have them, else from the store. */
import { constants } from 'node:fs';
import { copyFile, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Captured, captureIndex } from './capture.js';
import { type CopyThreads, copyThreads } from './copy-threads.js';
import type { Seen } from './first-look.js';
import { fromStore } from './from-store.js';
import { MODES, makeIndex, readIndex, STAT_FIELDS, STATS } from './index-file.js';
import type { Layout } from './layout.js';
import type { PathBytes } from './path-bytes.js';
import type { Entry } from './raw.js';
import { remembering } from './remember.js';
import { signatureOf } from './their-index.js';
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
  /** An index that knows the files as they were written, where git looks at times and sizes alone (`MINIMAL`). */
  index: Uint8Array;
}

/** How git is to look at what was laid out: `-c` arguments. */
export const MINIMAL: readonly string[] = ['-c', 'core.checkStat=minimal', '-c', 'core.trustctime=false'];

export interface LayOut extends AsyncDisposable {
  /** `to`: a new folder. Whoever asks at the same time is served by one reading of the files. */
  (tree: string, to: string, signal?: AbortSignal): Promise<LaidOut>;
  /** A tree of the folder as it is now is to be laid out soon: what can be made ready once it is known is. */
  expect(captured: Promise<Captured>): void;
  /** Makes ready what can be before a tree is known. */
  ready(): void;
}

/** Folders that get the same tree: each file is read once for all of them. */
interface Batch {
  asked: Asked[];
  done: Promise<LaidOut>;
}

interface Asked {
  to: string;
  made: Promise<unknown>;
  signal: AbortSignal | undefined;
}

const REMEMBERED = 4;

export function layingOut(layout: Layout): LayOut {
  const threads = copyThreads();
  const plans = remembering<Plan>(REMEMBERED);
  const batches = new Map<string, Batch>();
  let reflinks: Promise<boolean> | undefined;
  /** Trees of one folder are much alike. */
  let latest: TreeNode | undefined;

  const planFor = async (tree: string, seen?: Seen): Promise<Plan> => {
    const key = `${tree} ${await signatureOf(captureIndex(layout.gitDir))}`;
    const plan = await plans(key, async () => (seen ? planOf(seen) : makePlan(layout, tree, latest)));
    latest = plan.node;
    return plan;
  };

  /** Whoever asks before its plan is made is in it. */
  const begin = (tree: string): Batch => {
    const asked: Asked[] = [];
    const fillAll = async (): Promise<LaidOut> => {
      reflinks ??= canReflink(layout);
      const [plan, shares] = await Promise.all([planFor(tree), reflinks]).finally(() => batches.delete(tree));
      // Whose folder cannot be made is told so, and is in nobody's way.
      const made = await Promise.allSettled(asked.map(({ made }) => made));
      const there = asked.filter((_, number) => made[number]?.status === 'fulfilled');
      const signal = whenAll(there.map(({ signal }) => signal));
      return filled({ layout, plan, to: there.map(({ to }) => to), threads, reflinks: shares, signal });
    };
    const batch: Batch = { asked, done: fillAll() };
    batch.done.catch(() => undefined); // Whoever asked for it is told.
    batches.set(tree, batch);
    return batch;
  };

  const layOut = async (tree: string, to: string, signal?: AbortSignal): Promise<LaidOut> => {
    signal?.throwIfAborted();
    const batch = batches.get(tree) ?? begin(tree);
    const made = mkdir(to, { recursive: true });
    batch.asked.push({ to, made, signal });
    try {
      await made;
      return await batch.done;
    } finally {
      signal?.throwIfAborted();
    }
  };
  const expect = (captured: Promise<Captured>): void => {
    // Whoever lays it out is told what went wrong.
    captured
      .then(({ tree, seen }) => {
        threads.start();
        return planFor(tree, seen);
      })
      .catch(() => undefined);
  };
  return Object.assign(layOut, { expect, ready: threads.start, [Symbol.asyncDispose]: () => threads[Symbol.asyncDispose]() });
}

/** Aborts once nobody wants it any more. */
function whenAll(signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  const all = new AbortController();
  const look = () => signals.every((signal) => signal?.aborted) && all.abort(signals[0]?.reason);
  for (const signal of signals) signal?.addEventListener('abort', look, { once: true });
  look();
  return all.signal;
}

interface Filling {
  layout: Layout;
  plan: Plan;
  to: readonly string[];
  threads: CopyThreads;
  reflinks: boolean;
  signal: AbortSignal;
}

async function filled({ layout, plan, to, threads, reflinks, signal }: Filling): Promise<LaidOut> {
  const { node, files, names, offsets, kinds, expected } = plan;
  const written = shared(Uint8Array, files.length);
  await threads.run({ from: layout.root, to, names, offsets, kinds, expected, written, reflinks }, signal);
  const stats = new Uint32Array(STATS * files.length);
  for (const [number, [, { mode }]] of files.entries()) {
    stats[number * STATS + STAT_FIELDS.mode] = MODES[mode] ?? 0;
    if (written[number] !== 1) continue;
    stats[number * STATS + STAT_FIELDS.mtime] = expected[number * STATS + STAT_FIELDS.mtime] ?? 0;
    stats[number * STATS + STAT_FIELDS.size] = expected[number * STATS + STAT_FIELDS.size] ?? 0;
  }
  const missing = files.flatMap(([path, entry], number) => (kinds[number] !== 0 && written[number] !== 1 ? [{ path, entry, number }] : []));
  if (missing.length > 0) await fromStore(layout, { index: makeIndex(node, files, stats, layout.format), to, missing, stats, signal });
  return { node, index: makeIndex(node, files, stats, layout.format) };
}

const KINDS: Readonly<Record<string, number>> = { '100644': 1, '100755': 2, '120000': 3 };

async function makePlan(layout: Layout, tree: string, near: TreeNode | undefined): Promise<Plan> {
  const [node, known] = await Promise.all([loadTree(layout.gitDir, tree, near), knownFiles(layout)]);
  const files = [...filesOf(node)];
  const stats = new Uint32Array(files.length * STATS);
  for (const [number, [path, { mode, id }]] of files.entries()) {
    const source = known.get(path);
    if (source?.id === id && isLink(source.stat) === (mode === '120000')) stats.set(source.stat, number * STATS);
  }
  return planOf({ node, files, stats });
}

function planOf({ node, files, stats }: Seen): Plan {
  const text = files.map(([path]) => `${path}\0`).join('');
  const names = shared(Uint8Array, text.length);
  Buffer.from(names.buffer).write(text, 'latin1');
  const offsets = shared(Uint32Array, files.length + 1);
  const [kinds, expected] = [shared(Uint8Array, files.length), shared(Uint32Array, files.length * STATS)];
  let at = 0;
  for (const [number, [path, { mode }]] of files.entries()) {
    offsets[number] = at;
    at += path.length + 1;
    kinds[number] = KINDS[mode] ?? 0;
  }
  offsets[files.length] = at;
  expected.set(stats);
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

/** Whether copies in `.massgen` may share their blocks with the folder's files. */
async function canReflink({ home, gitDir }: Layout): Promise<boolean> {
  const probe = join(home, `reflink-${process.pid}`);
  try {
    await mkdir(home, { recursive: true });
    await copyFile(join(gitDir, 'config'), probe, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    return true;
  } catch {
    // The file system cannot, which is all that was asked.
    return false;
  } finally {
    await rm(probe, { force: true });
  }
}
