/** The diffs of five answers of 500 files each and how alike each two of them are, beside five bare `git diff`. */
import { rm } from 'node:fs/promises';
import { git, gitText } from '../src/engine/workspace/git.js';
import { writeObject } from '../src/engine/workspace/objects.js';
import { openStore } from '../src/engine/workspace/open-store.js';
import { editTree } from '../src/engine/workspace/trees.js';
import { median, randomFrom, timed } from './numbers.js';
import type { Row } from './row.js';
import { scratch } from './scratch.js';

const AGENTS = 5;
const FILES = 500;
const LINES = 400;
const ROUNDS = 5;

export async function bench(): Promise<Row[]> {
  const { folder, place } = await scratch();
  try {
    await using store = await openStore(folder);
    const { gitDir } = store;
    const { base, answers } = await treesOf(gitDir);
    const pairs: { ours: number; peer: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const ours = await timed(() => allOf(folder, base, answers));
      const peer = await timed(async () => {
        for (const tree of answers) await git(['diff-tree', '-r', '-p', '-M', base, tree], { gitDir });
      });
      pairs.push({ ours, peer });
    }
    const ratio = median(pairs.map(({ ours, peer }) => ours / peer));
    return [
      {
        name: 'diff-all-agents: diffs and likeness of five, ms',
        ours: median(pairs.map(({ ours }) => ours)),
        peer: `${median(pairs.map(({ peer }) => peer)).toFixed(0)}: git diff of each`,
        ratio,
        target: '<= 1.3',
        ok: ratio <= 1.3,
        note: `${FILES} files each, all ten pairs; median of ${ROUNDS} pairs, ${place}`,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As when all agents have answered: each diff that is shown, and how alike each two are. */
async function allOf(folder: string, base: string, answers: readonly string[]): Promise<void> {
  await using store = await openStore(folder);
  const pairs = answers.flatMap((a, at) => answers.slice(at + 1).map((b) => store.similarity(base, a, b)));
  await Promise.all([...answers.map((tree) => store.diff(base, tree)), ...pairs]);
}

async function treesOf(gitDir: string): Promise<{ base: string; answers: string[] }> {
  const random = randomFrom(11);
  const texts = Array.from({ length: FILES }, (_, file) =>
    Array.from({ length: LINES }, (__, at) => `  const value${at} = compute(${file}, ${random(1e9)});`),
  );
  const empty = (await gitText(['mktree'], { gitDir, input: '' })).trim();
  const treeOf = async (all: readonly string[][]): Promise<string> => {
    const edits = new Map<string, { mode: string; id: string }>();
    for (const [file, lines] of all.entries()) {
      const id = writeObject(gitDir, 'sha1', 'blob', Buffer.from(`${lines.join('\n')}\n`));
      edits.set(`src/part-${file % 20}/file-${file}.ts`, { mode: '100644', id });
    }
    return editTree(gitDir, empty, edits);
  };
  const base = await treeOf(texts);
  const answers: string[] = [];
  for (let agent = 0; agent < AGENTS; agent++)
    answers.push(await treeOf(texts.map((lines) => lines.map((line) => (random(40) === 0 ? `${line} // seen by ${agent % 3}` : line)))));
  return { base, answers };
}
