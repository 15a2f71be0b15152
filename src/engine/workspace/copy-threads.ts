/** Copies files with all cores: this thread's, a few files at a time, and threads that start when they are needed and end when they are idle. */
import { availableParallelism } from 'node:os';
import { setImmediate as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type CopyJob, copyRange } from './copy-range.js';
import { STAT_FIELDS, STATS } from './index-file.js';

/** So many files a thread copies between two looks at the signal. */
const CHUNK = 100;
/** Fewer are not worth a thread. */
const FEW = 64;
/** So much this thread writes at once: whoever else waits for it is held up by some milliseconds. */
const SLICE_BYTES = 8 * 2 ** 20;
const SLICE_FILES = 200;
const IDLE_MS = 3000;

export interface CopyThreads extends AsyncDisposable {
  /** Starts them ahead of a job that is to come: that takes as long as copying a thousand files. */
  start(): void;
  /** Does the whole job in parts; throws the signal's reason when it aborts, no part running any more. */
  run(job: Omit<CopyJob, 'begin' | 'end'>, signal?: AbortSignal): Promise<void>;
}

interface Task {
  job: CopyJob;
  done(): void;
  failed(error: Error): void;
}

const PROGRAM = `
const copyRange = ${copyRange.toString()};
require('node:worker_threads').parentPort.on('message', (job) => {
  copyRange(job);
  require('node:worker_threads').parentPort.postMessage('done');
});`;

export function copyThreads(most = Math.max(1, Math.min(availableParallelism(), 8) - 1)): CopyThreads {
  const waiting: Task[] = [];
  const busy = new Map<Worker, Task>();
  const idle = new Map<Worker, NodeJS.Timeout>();

  const start = (): Worker => {
    const worker = new Worker(PROGRAM, { eval: true, env: {}, stdin: false });
    worker.on('message', () => {
      const task = leave(worker);
      rest(worker);
      task?.done();
    });
    worker.on('error', (error) => {
      leave(worker)?.failed(error instanceof Error ? error : new Error(String(error)));
      const next = waiting.shift();
      if (next) give(start(), next);
    });
    worker.on('exit', () => leave(worker)?.failed(new Error('the copying was ended')));
    return worker;
  };
  const leave = (worker: Worker): Task | undefined => {
    const task = busy.get(worker);
    busy.delete(worker);
    return task;
  };
  const rest = (worker: Worker): void => {
    const next = waiting.shift();
    if (next) {
      give(worker, next);
      return;
    }
    // Invariant: a thread that waits for work keeps no process alive.
    worker.unref();
    idle.set(worker, setTimeout(() => void end(worker), IDLE_MS).unref());
  };
  const wake = (worker: Worker): void => {
    clearTimeout(idle.get(worker));
    idle.delete(worker);
  };
  const end = async (worker: Worker): Promise<void> => {
    wake(worker);
    await worker.terminate();
  };
  const give = (worker: Worker, task: Task): void => {
    wake(worker);
    busy.set(worker, task);
    worker.ref();
    worker.postMessage(task.job);
  };
  const perform = (job: CopyJob): Promise<void> =>
    new Promise((done, failed) => {
      const task = { job, done, failed };
      const [free] = idle.keys();
      if (free) give(free, task);
      else if (busy.size < most) give(start(), task);
      else waiting.push(task);
    });

  return {
    start() {
      while (idle.size + busy.size < most) rest(start());
    },
    async run(job, signal) {
      const count = job.kinds.length;
      let next = 0;
      const left = (): boolean => next < count && !signal?.aborted;
      const take = (most: number): CopyJob => {
        const begin = next;
        next = Math.min(begin + most, count);
        return { ...job, begin, end: next };
      };
      const byThread = async () => {
        while (left()) await perform(take(CHUNK));
      };
      const here = async () => {
        while (left()) {
          const most = slice(job, next);
          if (most === 0) await perform(take(1));
          else copyRange(take(most));
          await pause();
        }
      };
      signal?.throwIfAborted();
      const lanes = [...Array.from({ length: count > FEW ? most : 0 }, byThread), here()];
      const failed = (await Promise.allSettled(lanes)).find((lane) => lane.status === 'rejected');
      signal?.throwIfAborted();
      if (failed) throw failed.reason;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...idle.keys(), ...busy.keys()].map(end));
    },
  };
}

/** How many files from there on are no more than is written at once. */
function slice({ kinds, expected, to }: Omit<CopyJob, 'begin' | 'end'>, from: number): number {
  let bytes = 0;
  for (let at = from; at < kinds.length; at++) {
    bytes += (expected[at * STATS + STAT_FIELDS.size] ?? 0) * to.length;
    if (bytes > SLICE_BYTES || (at - from) * to.length >= SLICE_FILES) return at - from;
  }
  return kinds.length - from;
}
