/** What twenty answers of five files add to the store beside the bytes that changed, and how long one large file takes beside a git that stores it as it does by itself. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openStore } from '../src/engine/workspace/open-store.js';
import { makeDirtyRepository } from './dirty-repository.js';
import { median, randomFrom, timed } from './numbers.js';
import type { Row } from './row.js';
import { scratch } from './scratch.js';

const run = promisify(execFile);

const ANSWERS = 20;
const FILES = 5;
const LARGE = 50e6;
const ROUNDS = 3;

export async function bench(): Promise<Row[]> {
  const { folder, place } = await scratch();
  try {
    makeDirtyRepository(folder);
    await using store = await openStore(folder);
    const { tree } = await store.capture();
    await using workspace = await store.fork({ session: 's', name: 'one', tree });
    const random = randomFrom(5);
    const before = (await store.size()).store;
    let changed = 0;
    for (let answer = 0; answer < ANSWERS; answer++) {
      const touched = Array.from({ length: FILES }, (_, file) => `src/part-${file}/module-${file * 10}/file-${file * 300}.ts`);
      for (const path of touched) {
        const text = Array.from({ length: 300 }, () => `export const value${random(1e6)} = ${random(1e9)};\n`).join('');
        await writeFile(join(workspace.root, path), text);
        changed += text.length;
      }
      await workspace.snapshot({ touched });
    }
    const grown = (await store.size()).store - before;
    const pairs: { ours: number; peer: number }[] = [];
    const shadow = join(folder, 'shadow.git');
    await run('git', ['init', '-q', '--bare', shadow]);
    for (let round = 0; round < ROUNDS; round++) {
      // Half of it can be made smaller, as of most that is large and is no picture.
      const bytes = Buffer.concat([randomBytes(LARGE / 2), Buffer.alloc(LARGE / 2, `${round} of the same `)]);
      await writeFile(join(workspace.root, 'large.bin'), bytes);
      const peer = await timed(() =>
        run('git', ['--git-dir', shadow, '--work-tree', workspace.root, 'add', 'large.bin'], { cwd: workspace.root }),
      );
      const ours = await timed(() => workspace.snapshot({ touched: ['large.bin'] }));
      pairs.push({ ours, peer });
    }
    const ratio = median(pairs.map(({ ours, peer }) => ours / peer));
    return [
      {
        name: `snapshot-growth: ${ANSWERS} answers of ${FILES} files, kB`,
        ours: grown / 1000,
        peer: `${(changed / 1000).toFixed(0)}: changed bytes`,
        ratio: grown / changed,
        target: '<= 1.2',
        ok: grown / changed <= 1.2,
      },
      {
        name: 'snapshot-growth: one file of 50 MB, ms',
        ours: median(pairs.map(({ ours }) => ours)),
        peer: `${median(pairs.map(({ peer }) => peer)).toFixed(0)}: git add into a shadow repository`,
        ratio,
        target: '<= 0.6',
        ok: ratio <= 0.6,
        note: `median of ${ROUNDS} pairs, ${place}; Roo's checkpoints are such a git add`,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
