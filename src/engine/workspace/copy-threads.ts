/** Copies files with all cores: this thread's, a few files at a time, and threads that start when they are needed and end when they are idle. */
import { availableParallelism } from 'node:os';
import { setImmediate as pause, setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type CopyJob, copyRange, toolsForCopying } from './copy-range.js';
import { STAT_FIELDS, STATS } from './index-file.js';

/** So many files a thread takes at once, and so many times before it looks whether another job waits. */
const CHUNK = 100;
const CHUNKS = 10;
/** Fewer are not worth a thread. */
const FEW = 64;
/** So much this thread writes at once: whoever else waits for it is held up by some milliseconds. */
const SLICE_BYTES = 8 * 2 ** 20;
const SLICE_FILES = 200;
const IDLE_MS = 3000;
/** A file that is too much to be written here is left to a thread. */
const UNTIL_TAKEN_MS = 2;

export interface CopyThreads extends AsyncDisposable {
  /** Starts them ahead of a job that is to come: that takes as long as copying a thousand files. */
  start(): void;
  /** Does the whole job in parts; throws the signal's reason when it aborts, no part running any more. */
  run(job: Omit<CopyJob, 'begin' | 'end'>, signal?: AbortSignal): Promise<void>;
}

/** Files that are copied by whoever takes them first. */
interface Share {
  job: Omit<CopyJob, 'begin' | 'end'>;
  /** Shared memory: the file that is taken next. Invariant: what lies before it is being copied, or was. */
  next: Int32Array;
  end: number;
}

interface Task {
  share: Share;
  done(): void;
  failed(error: Error): void;
}

const PROGRAM = `
const copyRange = ${copyRange.toString()};
const toolsForCopying = ${toolsForCopying.toString()};
require('node:worker_threads').parentPort.on('message', ({ job, next, end }) => {
  const take = () => Atomics.add(next, 0, ${CHUNK});
  const tools = toolsForCopying();
  let times = 0;
  for (let begin = take(); begin < end; begin = take()) {
    copyRange({ ...job, begin, end: Math.min(begin + ${CHUNK}, end) }, tools);
    if (++times === ${CHUNKS}) break;
  }
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
    worker.postMessage(task.share);
  };
  const perform = (share: Share): Promise<void> =>
    new Promise((done, failed) => {
      const task = { share, done, failed };
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
      const end = job.kinds.length;
      const next = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
      const taken = (): number => Atomics.load(next, 0);
      const stop = () => void Atomics.store(next, 0, end);
      const here = async () => {
        const tools = toolsForCopying();
        for (let begin = taken(); begin < end; begin = taken()) {
          const most = slice(job, begin);
          if (most === 0) await sleep(UNTIL_TAKEN_MS);
          // Else a thread was faster.
          else if (Atomics.compareExchange(next, 0, begin, begin + most) === begin) {
            copyRange({ ...job, begin, end: begin + most }, tools);
            await pause();
          }
        }
      };
      signal?.throwIfAborted();
      signal?.addEventListener('abort', stop, { once: true });
      const byThread = async () => {
        try {
          while (taken() < end) await perform({ job, next, end });
        } finally {
          stop();
        }
      };
      const wanted = end > FEW || job.kinds.some((_, number) => slice(job, number) === 0) ? most : 0;
      const lanes = [...Array.from({ length: wanted }, byThread), here()];
      const failed = (await Promise.allSettled(lanes)).find((lane) => lane.status === 'rejected');
      signal?.removeEventListener('abort', stop);
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
