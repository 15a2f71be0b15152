/** Threads that copy files: as many as there are cores, started when they are needed and ended when they are idle. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type CopyJob, copyRange } from './copy-range.js';

/** So many files are copied between two looks at the signal. */
const CHUNK = 400;
/** Fewer are not worth a thread. */
const FEW = 64;
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

export function copyThreads(most = Math.min(availableParallelism(), 8)): CopyThreads {
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
      signal?.throwIfAborted();
      if (count <= FEW) return copyRange({ ...job, begin: 0, end: count });
      const parts: Promise<void>[] = [];
      for (let begin = 0; begin < count && !signal?.aborted; begin += CHUNK) {
        parts.push(perform({ ...job, begin, end: Math.min(begin + CHUNK, count) }));
        // No more than is at work and one more each, so that an abort has little to wait for.
        if (parts.length >= 2 * most) await Promise.allSettled(parts.slice(0, parts.length - 2 * most + 1));
      }
      const failed = (await Promise.allSettled(parts)).find((part) => part.status === 'rejected');
      signal?.throwIfAborted();
      if (failed) throw failed.reason;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...idle.keys(), ...busy.keys()].map(end));
    },
  };
}
