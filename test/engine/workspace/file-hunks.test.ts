import { describe, expect, test } from 'vitest';
import { fileHunks, patchHunks } from '../../../src/engine/workspace/file-hunks.js';
import { patchOf } from '../../../src/engine/workspace/patch.js';
import { rawChanges } from '../../../src/engine/workspace/raw.js';
import { numbered } from '../../../src/engine/workspace/without-whitespace.js';
import { type Files, scratchGitDir, twoTrees } from './scratch.js';

const text = (count: number, change: (line: number) => string | undefined = () => undefined) =>
  Array.from({ length: count }, (_, at) => change(at + 1) ?? `line ${at + 1}\n`).join('');

const BEFORE: Files = {
  'many.ts': text(400),
  'old name.ts': text(30),
  'gone.ts': 'a\nb\n',
  'to-link': 'x\n',
  bare: 'one\ntwo',
  'latin1.txt': Buffer.from('caf\xe9\n', 'latin1'),
  image: Buffer.from([0, 1, 2]),
  'run.sh': 'echo\n',
};
const AFTER: Files = {
  'many.ts': text(400, (line) => (line % 23 === 0 ? `changed ${line}\n` : line % 31 === 0 ? '' : undefined)),
  'new name.ts': text(30, (line) => (line === 20 ? 'other\n' : undefined)),
  'to-link': { content: 'gone.ts', mode: 'link' },
  bare: 'one\ntwo\nthree\n',
  'latin1.txt': Buffer.from('caf\xe9 \xe0 la\n', 'latin1'),
  image: Buffer.from([0, 1, 3]),
  'run.sh': { content: 'echo\n', mode: 'executable' },
  'added.ts': 'new\n',
};

test('the hunks of each file are those of the whole patch, with the same numbers and ranges', async () => {
  const gitDir = await scratchGitDir();
  const [from, to] = await twoTrees(gitDir, BEFORE, AFTER);
  const patch = await patchOf(gitDir, from, to);
  expect(patch.files.length).toBe(9);
  for (const file of patch.files) {
    const own = await fileHunks(gitDir, file);
    const signs = (lines: readonly string[]) => lines.map((line) => line[0]).filter((sign) => sign !== '\\');
    const { hunks } = file;
    expect(patchHunks(patch, file)).toEqual(own);
    expect(own.map(({ lines, ...hunk }) => ({ ...hunk, signs: signs(lines).join('') }))).toEqual(hunks.map(({ body: _, ...hunk }) => hunk));
  }
});

test('lines come without their ends, in the encoding that they are in', async () => {
  const gitDir = await scratchGitDir();
  const [from, to] = await twoTrees(gitDir, BEFORE, AFTER);
  const changes = await rawChanges(gitDir, from, to);
  const linesOf = async (path: string) => {
    const change = changes.find((one) => one.path === path);
    return (await fileHunks(gitDir, change ?? {})).map((hunk) => hunk.lines);
  };
  expect(await linesOf('bare')).toEqual([[' one', '-two', '\\ No newline at end of file', '+two', '+three']]);
  expect(await linesOf('latin1.txt')).toEqual([['-café', '+café à la']]);
  expect(await linesOf('gone.ts')).toEqual([['-a', '-b']]);
  expect(await linesOf('to-link')).toEqual([['-x'], ['+gone.ts', '\\ No newline at end of file']]);
  expect(await linesOf('image')).toEqual([]);
});

describe('with whitespace ignored', () => {
  const before = text(40);
  const after = text(40, (line) => (line === 5 ? '  line 5\n' : line === 20 ? '  line 20\n' : line === 21 ? 'new 21\n' : undefined));

  test('hunks keep the numbers of the real change, and lines those by which they are chosen', async () => {
    const gitDir = await scratchGitDir();
    const [from, to] = await twoTrees(gitDir, { f: before }, { f: after });
    const [change] = await rawChanges(gitDir, from, to);
    const real = await fileHunks(gitDir, change ?? {});
    const shown = numbered(await fileHunks(gitDir, change ?? {}, { ignoreWhitespace: true }), real);
    expect(real.map((hunk) => hunk.number)).toEqual([1, 2]);
    expect(shown.map((hunk) => hunk.number)).toEqual([2]);
    const changed = shown[0]?.lines.map((line, at) => [line, shown[0]?.numbers[at]]).filter(([line]) => !String(line).startsWith(' '));
    // In the real second hunk the lines are: 1 -line 20, 2 -line 21, 3 +  line 20, 4 +new 21.
    expect(changed).toEqual([
      ['-line 21', 2],
      ['+new 21', 4],
    ]);
  });

  test('a file of which only whitespace changed has none', async () => {
    const gitDir = await scratchGitDir();
    const [from, to] = await twoTrees(gitDir, { f: 'a\nb\n' }, { f: 'a\n\tb\n' });
    const [change] = await rawChanges(gitDir, from, to);
    expect(await fileHunks(gitDir, change ?? {}, { ignoreWhitespace: true })).toEqual([]);
  });
});
