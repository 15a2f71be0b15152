/** Files that are hard to compare, as the review asks for them, beside the bare `git diff` of the same two. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { patch } from '../src/engine/workspace/changes.js';
import { fileHunks } from '../src/engine/workspace/file-hunks.js';
import { git, gitText } from '../src/engine/workspace/git.js';
import { editTree, writeBlob } from '../src/engine/workspace/trees.js';
import { median, randomFrom, timed } from './numbers.js';
import type { Row } from './row.js';
import { scratch } from './scratch.js';

const ROUNDS = 5;
const SLOWEST_MS = 250;

export async function bench(): Promise<Row[]> {
  const { folder, place } = await scratch();
  const gitDir = join(folder, 'store.git');
  try {
    await git(['init', '-q', '--bare', gitDir], {});
    const measured = [];
    for (const one of cases()) measured.push({ name: one.name, ...(await compared(gitDir, one)) });
    const worst = measured.reduce((a, b) => (b.ratio > a.ratio ? b : a));
    const slowest = measured.reduce((a, b) => (b.ours > a.ours ? b : a));
    const valid = measured.filter((one) => one.valid).length;
    return [
      {
        name: 'diff-worst: the most beside git, ms',
        ours: worst.ours,
        peer: `${worst.peer.toFixed(0)}: git diff`,
        ratio: worst.ratio,
        target: '<= 2',
        ok: worst.ratio <= 2,
        note: `${worst.name}; medians of ${ROUNDS} pairs, ${place}`,
      },
      {
        name: 'diff-worst: the slowest, ms',
        ours: slowest.ours,
        peer: `${SLOWEST_MS}`,
        ratio: slowest.ours / SLOWEST_MS,
        target: '<= 1',
        ok: slowest.ours <= SLOWEST_MS,
        note: slowest.name,
      },
      {
        name: 'diff-worst: patches that git applies to the byte',
        ours: valid,
        peer: `${measured.length} cases`,
        ratio: valid / measured.length,
        target: '1',
        ok: valid === measured.length,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Case {
  name: string;
  before: string;
  after: string;
}

async function compared(gitDir: string, { before, after }: Case) {
  const [old, fresh] = await Promise.all([writeBlob(gitDir, Buffer.from(before)), writeBlob(gitDir, Buffer.from(after))]);
  const entries = { old: { mode: '100644', id: old }, new: { mode: '100644', id: fresh } };
  const pairs: { ours: number; peer: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const ours = await timed(() => fileHunks(gitDir, entries));
    const peer = await timed(() => git(['diff', '-p', '--no-ext-diff', '--no-color', old, fresh], { gitDir }));
    pairs.push({ ours, peer });
  }
  return {
    ours: median(pairs.map((pair) => pair.ours)),
    peer: median(pairs.map((pair) => pair.peer)),
    ratio: median(pairs.map((pair) => pair.ours / pair.peer)),
    valid: await applies(gitDir, entries),
  };
}

/** Whether `git apply` makes of the one, with the patch that `massgen diff` prints, the other. */
async function applies(gitDir: string, { old, new: fresh }: Record<'old' | 'new', { mode: string; id: string }>): Promise<boolean> {
  const empty = (await gitText(['mktree'], { gitDir, input: '' })).trim();
  const [from, to] = await Promise.all([old, fresh].map((entry) => editTree(gitDir, empty, new Map([['file.txt', entry]]))));
  if (from === undefined || to === undefined) throw new Error('no trees were made');
  const indexFile = join(gitDir, 'bench.index');
  await git(['read-tree', from], { gitDir, indexFile });
  await git(['apply', '--cached', '-'], { gitDir, indexFile, input: await patch(gitDir, from, to) });
  return (await gitText(['write-tree'], { gitDir, indexFile })).trim() === to;
}

function cases(): Case[] {
  const random = randomFrom(3);
  const line = (seed: number): string => `  const value${seed} = compute(${seed % 97}, "${(seed * 2_654_435_761).toString(36)}");`;
  const lines = (count: number, from = 0): string[] => Array.from({ length: count }, (_, at) => line(from + at));
  const text = (all: readonly string[]): string => `${all.join('\n')}\n`;
  const edited = (all: readonly string[], count: number): string[] => {
    const copy = [...all];
    for (let edit = 0; edit < count; edit++) copy[random(copy.length)] = line(1e6 + edit);
    return copy;
  };
  const shuffled = (all: readonly string[]): string[] => {
    const copy = [...all];
    for (let at = copy.length - 1; at > 0; at--) {
      const other = random(at + 1);
      [copy[at], copy[other]] = [copy[other] ?? '', copy[at] ?? ''];
    }
    return copy;
  };
  const braces = (count: number): string[] => Array.from({ length: count }, () => ['}', '', '  }', '{', '    }'][random(5)] ?? '');
  const one = Array.from({ length: 100_000 }, (_, at) => `f${at}(${at % 13});`).join('');
  const [small, medium, large, twenty] = [lines(300), lines(5000), lines(50_000), lines(20_000)];
  return [
    { name: '300 lines, 10 edits', before: text(small), after: text(edited(small, 10)) },
    { name: '5,000 lines, 200 edits', before: text(medium), after: text(edited(medium, 200)) },
    { name: '50,000 lines, 100 edits', before: text(large), after: text(edited(large, 100)) },
    { name: '50,000 lines, all new', before: text(large), after: text(lines(50_000, 1e6)) },
    {
      name: '50,000 lines, every other one new',
      before: text(large),
      after: text(large.map((old, at) => (at % 2 ? old : line(1e6 + at)))),
    },
    { name: '20,000 lines in another order', before: text(twenty), after: text(shuffled(twenty)) },
    { name: '20,000 lines of braces', before: text(braces(20_000)), after: text(braces(20_000)) },
    { name: 'a minified file, one character', before: one, after: one.replace('f50000(', 'g50000(') },
    { name: 'a minified file, all new', before: one, after: one.replaceAll('f', 'h') },
  ];
}
