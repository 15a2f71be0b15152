/** A snapshot of a workspace after five files were changed, beside `git diff-files` in that workspace: the least that any look at it takes. */
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openStore } from '../src/engine/workspace/open-store.js';
import type { Workspace } from '../src/engine/workspace/store.js';
import { BIG, MED, makeDirtyRepository, type Size } from './dirty-repository.js';
import { median, timed } from './numbers.js';
import type { Row } from './row.js';
import { scratch } from './scratch.js';

const run = promisify(execFile);

const ROUNDS = 21;
const CHANGED = [3, 302, 901, 1503, 2702].map(
  (file) => `src/part-${Math.floor(file / 300)}/module-${Math.floor(file / 30)}/file-${file}.ts`,
);

export const bench = (): Promise<Row[]> => measure('snapshot', MED);
export const benchBig = (): Promise<Row[]> => measure('snapshot-big', BIG);

async function measure(name: string, size: Size): Promise<Row[]> {
  const { folder, place } = await scratch();
  try {
    makeDirtyRepository(folder, size);
    await using store = await openStore(folder);
    const { tree } = await store.capture();
    await using workspace = await store.fork({ session: 's', name: 'one', tree });
    await settle(workspace);
    const rounds: { ours: number; peer: number }[] = [];
    let before = tree;
    for (let round = 0; round < ROUNDS; round++) {
      for (const path of CHANGED) await writeFile(join(workspace.root, path), `export const round = ${round};\n`.repeat(400));
      const peer = await timed(() => diffFiles(workspace));
      let after = before;
      const ours = await timed(async () => {
        after = await workspace.snapshot({ touched: CHANGED });
      });
      if (after === before) throw new Error('the snapshot did not see the change');
      before = after;
      rounds.push({ ours, peer });
    }
    const ratio = median(rounds.map((round) => round.ours / round.peer));
    return [
      {
        name: `${name}: ms after five files`,
        ours: median(rounds.map((round) => round.ours)),
        peer: `${median(rounds.map((round) => round.peer)).toFixed(1)}: git diff-files`,
        ratio,
        target: '<= 2',
        ok: ratio <= 2,
        note: `median of ${ROUNDS} pairs, ${size.files + size.untracked - size.gone} files, ${place}`,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Files as young as an index are read by every git that looks: neither side is to be measured with that. */
async function settle(workspace: Workspace): Promise<void> {
  await sleep(1100);
  await git(workspace, ['update-index', '--really-refresh', '--force-write-index']);
  await workspace.snapshot();
}

const diffFiles = (workspace: Workspace) => git(workspace, ['diff-files', '--name-only']);

async function git({ root, env }: Workspace, args: readonly string[]): Promise<void> {
  await run('git', [...args], { cwd: root, env: { PATH: process.env.PATH, ...env } });
}
