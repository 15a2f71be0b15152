/** Files copied by several threads and this one: each of them once, whoever takes it, and nothing after an abort. */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CopyJob } from '../../../src/engine/workspace/copy-range.js';
import { copyThreads } from '../../../src/engine/workspace/copy-threads.js';
import { statFields } from '../../../src/engine/workspace/file-stat.js';
import { STATS } from '../../../src/engine/workspace/index-file.js';
import { bytesOf } from '../../../src/engine/workspace/path-bytes.js';
import { scratchFolder } from './scratch.js';

const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);

/** Files of these sizes, to be copied into so many folders. */
async function jobOf(sizes: readonly number[], folders: number): Promise<Omit<CopyJob, 'begin' | 'end'>> {
  const root = await scratchFolder();
  const from = join(root, 'from');
  const to = Array.from({ length: folders }, (_, at) => join(root, `to-${at}`));
  await Promise.all([from, ...to].map((folder) => mkdir(folder)));
  const names = sizes.map((_, at) => `file-${at}`);
  for (const [at, size] of sizes.entries()) await writeFile(join(from, names[at] ?? ''), Buffer.alloc(size, String(at)));
  const text = Buffer.from(names.map((name) => `${name}\0`).join(''));
  const job = {
    from,
    to,
    names: new Uint8Array(shared(text.length)),
    offsets: new Uint32Array(shared(4 * (sizes.length + 1))),
    kinds: new Uint8Array(shared(sizes.length)).fill(1),
    expected: new Uint32Array(shared(4 * STATS * sizes.length)),
    written: new Uint8Array(shared(sizes.length)),
    reflinks: false,
  };
  job.names.set(text);
  let offset = 0;
  for (const [at, name] of names.entries()) {
    job.offsets[at] = offset;
    offset += name.length + 1;
    job.expected.set(statFields(from, bytesOf(name)) ?? [], STATS * at);
  }
  job.offsets[sizes.length] = offset;
  return job;
}

const MB = 2 ** 20;
const jobs: readonly [string, { threads: number; sizes: number[]; folders: number }][] = [
  ['a few small files', { threads: 1, sizes: [1, 0, 300], folders: 2 }],
  ['more than one thread takes at once', { threads: 2, sizes: Array.from({ length: 2500 }, (_, at) => at % 90), folders: 1 }],
  ['files too large to be written here, among others', { threads: 1, sizes: [5, 3 * MB, 5, 3 * MB, 5], folders: 3 }],
  ['nothing but a large file', { threads: 1, sizes: [9 * MB], folders: 1 }],
  ['nothing at all', { threads: 1, sizes: [], folders: 1 }],
];

describe('threads that copy', () => {
  it.each(jobs)('copy %s', async (_name, { threads, sizes, folders }) => {
    await using copying = copyThreads(threads);
    const job = await jobOf(sizes, folders);
    await copying.run(job);
    expect([...job.written].filter((one) => one === 1)).toHaveLength(sizes.length);
    for (const to of job.to) {
      expect(await readdir(to)).toHaveLength(sizes.length);
      for (const name of await readdir(to))
        expect((await readFile(join(to, name))).equals(await readFile(join(job.from, name))), name).toBe(true);
    }
  });

  it('do two jobs at once', async () => {
    await using copying = copyThreads(1);
    const both = await Promise.all([jobOf(new Array(1500).fill(20), 1), jobOf(new Array(200).fill(20), 1)]);
    await Promise.all(both.map((job) => copying.run(job)));
    expect(both.map(({ written }) => written.every((one) => one === 1))).toEqual([true, true]);
  });

  it('stop when they are told to, with the reason, and write nothing any more', async () => {
    await using copying = copyThreads(2);
    const job = await jobOf(new Array(4000).fill(2000), 3);
    const stop = new AbortController();
    const running = copying.run(job, stop.signal);
    setTimeout(() => stop.abort(new Error('enough')), 1);
    await expect(running).rejects.toThrow('enough');
    const count = async () => (await Promise.all(job.to.map((to) => readdir(to)))).flat().length;
    const then = await count();
    expect(then).toBeLessThan(12_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await count()).toBe(then);
  });

  it('leave a file that is no longer what it was to who knows better', async () => {
    await using copying = copyThreads(1);
    const job = await jobOf([10, 20, 30], 1);
    await writeFile(join(job.from, 'file-1'), 'something else');
    await copying.run(job);
    expect([...job.written]).toEqual([1, 0, 1]);
    expect((await stat(join(job.to[0] ?? '', 'file-2'))).size).toBe(30);
  });
});
