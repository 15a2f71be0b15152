import { describe, expect, it } from 'vitest';
import { gitText } from '../../../src/engine/workspace/git.js';
import { mergeTrees } from '../../../src/engine/workspace/merge.js';
import { contentsOf, type Files, scratchGitDir, threeTrees } from './scratch.js';

const text = (count: number, ...changes: [line: number, to: string][]) =>
  Array.from({ length: count }, (_, index) => `${changes.find(([line]) => line === index + 1)?.[1] ?? `line ${index + 1}`}\n`).join('');

async function merge(base: Files, ours: Files, theirs: Files, markers = false) {
  const gitDir = await scratchGitDir();
  const trees = await threeTrees(gitDir, base, ours, theirs);
  const result = await mergeTrees(gitDir, ...trees, { markers, labels: { ours: 'mine', theirs: 'candidate' } });
  return { files: await contentsOf(gitDir, result.tree), conflicts: result.conflicts };
}

const executable = (content: string): Files[string] => ({ content, mode: 'executable' });
const link = (content: string): Files[string] => ({ content, mode: 'link' });

describe('merging trees', () => {
  it('takes what only one side changed, and merges the lines of what both did', async () => {
    const { files, conflicts } = await merge(
      { both: text(20), mine: 'a\n', theirs: 'a\n', gone: 'x\n', kept: 'k\n' },
      { both: text(20, [2, 'mine']), mine: 'b\n', theirs: 'a\n', gone: 'x\n', kept: 'k\n', 'new of mine': '1\n' },
      { both: text(20, [18, 'theirs']), mine: 'a\n', theirs: 'c\n', kept: 'k\n', 'new of theirs': '2\n' },
    );
    expect(conflicts).toEqual([]);
    expect(files).toEqual({
      both: text(20, [2, 'mine'], [18, 'theirs']),
      mine: 'b\n',
      theirs: 'c\n',
      kept: 'k\n',
      'new of mine': '1\n',
      'new of theirs': '2\n',
    });
  });

  it('has nothing to do where both sides did the same, in whole or in part', async () => {
    const theirs = { a: text(20, [2, 'x'], [18, 'y']), n: 'new\n' };
    expect(await merge({ a: text(20), d: 'd\n' }, theirs, theirs)).toEqual({ files: theirs, conflicts: [] });
    expect((await merge({ a: text(20), d: 'd\n' }, { a: text(20, [2, 'x']), n: 'new\n' }, theirs)).files).toEqual(theirs);
  });

  it.each<[string, Files, Files, Files, object]>([
    ['the same lines', { f: text(9) }, { f: text(9, [4, 'm']) }, { f: text(9, [4, 't']) }, { kind: 'lines', lines: [[4, 4]] }],
    ['neighbouring lines', { f: text(9) }, { f: text(9, [4, 'm']) }, { f: text(9, [5, 't']) }, { kind: 'lines', lines: [[4, 5]] }],
    ['a deletion by mine', { f: 'a\n', k: '' }, { k: '' }, { f: 'b\n', k: '' }, { kind: 'ours-deleted' }],
    ['a deletion by theirs', { f: 'a\n', k: '' }, { f: 'b\n', k: '' }, { k: '' }, { kind: 'theirs-deleted' }],
    ['two new files of one name', { k: '' }, { f: 'a\n', k: '' }, { f: 'b\n', k: '' }, { kind: 'both-added' }],
    ['new files that differ in a mode', { k: '' }, { f: 'a\n', k: '' }, { f: executable('a\n'), k: '' }, { kind: 'mode' }],
    ['binary files', { f: 'a\0' }, { f: 'b\0' }, { f: 'c\0' }, { kind: 'binary' }],
    ['two links', { f: link('a') }, { f: link('b') }, { f: link('c') }, { kind: 'link' }],
    ['a link and a change', { f: 'a\n' }, { f: link('a') }, { f: 'b\n' }, { kind: 'type' }],
    [
      'a submodule',
      { f: { content: '1'.repeat(40), mode: 'repository' } },
      { f: { content: '1'.repeat(40), mode: 'repository' }, x: '' },
      { f: { content: '2'.repeat(40), mode: 'repository' } },
      { kind: 'repository' },
    ],
  ])('refuses %s, and leaves mine as it is', async (_, base, ours, theirs, clash) => {
    const { files, conflicts } = await merge(base, ours, theirs);
    expect(conflicts).toEqual([{ path: 'f', clash, marked: false }]);
    expect(files.f).toEqual((await merge(ours, ours, ours)).files.f);
  });

  it('merges modes apart from contents', async () => {
    const { files, conflicts } = await merge(
      { a: text(9), b: 'b\n' },
      { a: text(9, [2, 'm']), b: executable('b\n') },
      { a: executable(text(9)), b: 'B\n' },
    );
    expect(conflicts).toEqual([]);
    expect(files).toEqual({ a: `100755:${text(9, [2, 'm'])}`, b: '100755:B\n' });
  });

  it('refuses what cannot be written, even where mine is as the base', async () => {
    const gitDir = await scratchGitDir();
    const [base] = await threeTrees(gitDir, { k: '' }, {}, {});
    const blob = (await gitText(['hash-object', '-w', '--stdin'], { gitDir, input: 'x' })).trim();
    const lines = Buffer.concat([
      Buffer.from(`100644 blob ${blob}\tcaf`),
      Buffer.from([0xe9, 0]),
      Buffer.from(`160000 commit ${'1'.repeat(40)}\tmodule\0`),
    ]);
    const theirs = (await gitText(['mktree', '-z', '--missing'], { gitDir, input: lines })).trim();
    expect((await mergeTrees(gitDir, base, base, theirs)).conflicts.map(({ path, clash }) => [path, clash.kind])).toEqual([
      ['caf\uFFFD', 'name'],
      ['module', 'repository'],
    ]);
  });

  it('writes markers where asked, for text only', async () => {
    const { files, conflicts } = await merge({ f: 'a\n', b: '\0' }, { f: 'm\n', b: '\0\x01' }, { f: 't\n', b: '\0\x02', n: 'n\n' }, true);
    expect(files.f).toBe('<<<<<<< mine\nm\n=======\nt\n>>>>>>> candidate\n');
    expect(files.b).toBe('\0\x01');
    expect(conflicts).toEqual([
      { path: 'b', clash: { kind: 'binary' }, marked: false },
      { path: 'f', clash: { kind: 'lines', lines: [[1, 1]] }, marked: true },
    ]);
  });
});

describe('renamed files in a merge', () => {
  it('take along what the other side changed in them', async () => {
    const byTheirs = await merge({ a: text(20) }, { a: text(20, [3, 'm']) }, { 'd/b': text(20, [17, 't']) });
    expect(byTheirs).toEqual({ files: { 'd/b': text(20, [3, 'm'], [17, 't']) }, conflicts: [] });
    const byMine = await merge({ a: text(20) }, { 'd/b': text(20, [3, 'm']) }, { a: text(20, [17, 't']) });
    expect(byMine).toEqual({ files: { 'd/b': text(20, [3, 'm'], [17, 't']) }, conflicts: [] });
    const byBoth = await merge({ a: text(20) }, { b: text(20, [3, 'm']) }, { b: text(20, [17, 't']) });
    expect(byBoth).toEqual({ files: { b: text(20, [3, 'm'], [17, 't']) }, conflicts: [] });
  });

  it('conflict where the lines do, at the new name', async () => {
    const { files, conflicts } = await merge({ a: text(20) }, { a: text(20, [3, 'm']) }, { b: text(20, [3, 't']) });
    expect(conflicts).toEqual([{ path: 'b', clash: { kind: 'lines', lines: [[3, 3]] }, marked: false }]);
    expect(files).toEqual({ a: text(20, [3, 'm']) });
  });

  it('conflict where the sides want different things of them', async () => {
    const clashes = async (base: Files, ours: Files, theirs: Files) =>
      (await merge(base, ours, theirs)).conflicts.map(({ path, clash }) => ({ path, ...clash }));
    expect(await clashes({ a: text(20), k: '' }, { b: text(20), k: '' }, { c: text(20), k: '' })).toEqual([
      { path: 'a', kind: 'both-renamed', ours: 'b', theirs: 'c' },
    ]);
    expect(await clashes({ a: text(20), k: '' }, { k: '' }, { c: text(20), k: '' })).toEqual([
      { path: 'a', kind: 'ours-deleted', renamedTo: 'c' },
    ]);
    expect(await clashes({ a: text(20), k: '' }, { b: text(20), k: '' }, { k: '' })).toEqual([
      { path: 'a', kind: 'theirs-deleted', oursRenamedTo: 'b' },
    ]);
    expect(await clashes({ a: text(20) }, { a: text(20, [2, 'm']), b: 'other\n' }, { b: text(20) })).toEqual([
      { path: 'a', kind: 'theirs-deleted' },
      { path: 'b', kind: 'both-added' },
    ]);
  });

  it('never move new files of the other side along with a folder', async () => {
    const { files, conflicts } = await merge(
      { 'old/a': text(20), 'old/b': text(20, [1, 'b']) },
      { 'old/a': text(20), 'old/b': text(20, [1, 'b']), 'old/mine': 'm\n' },
      { 'new/a': text(20), 'new/b': text(20, [1, 'b']) },
    );
    expect(conflicts).toEqual([]);
    expect(files).toEqual({ 'new/a': text(20), 'new/b': text(20, [1, 'b']), 'old/mine': 'm\n' });
  });
});

describe('files and folders of one name', () => {
  it('are merged where nothing of mine is lost', async () => {
    expect((await merge({ d: 'a\n' }, { d: 'a\n', x: 'x\n' }, { 'd/e': 'b\n' })).files).toEqual({ 'd/e': 'b\n', x: 'x\n' });
    expect((await merge({ 'd/e': 'a\n' }, { 'd/e': 'a\n', x: 'x\n' }, { d: 'b\n' })).files).toEqual({ d: 'b\n', x: 'x\n' });
  });

  it('are a conflict where mine is in the way', async () => {
    const first = await merge({ d: 'a\n' }, { d: 'mine\n' }, { 'd/e': 'b\n' });
    expect(first.conflicts.map(({ path, clash }) => [path, clash.kind])).toEqual([
      ['d', 'theirs-deleted'],
      ['d/e', 'in-the-way'],
    ]);
    expect(first.files).toEqual({ d: 'mine\n' });
    const second = await merge({ 'd/e': 'a\n' }, { 'd/e': 'a\n', 'd/mine': 'm\n' }, { d: 'b\n' });
    expect(second.conflicts).toEqual([{ path: 'd', clash: { kind: 'in-the-way', what: 'd/mine' }, marked: false }]);
    expect(second.files['d/mine']).toBe('m\n');
  });
});
