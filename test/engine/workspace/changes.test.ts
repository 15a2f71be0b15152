import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { changes, diff, patch } from '../../../src/engine/workspace/changes.js';
import { git, gitText } from '../../../src/engine/workspace/git.js';
import { patchOf, readable } from '../../../src/engine/workspace/patch.js';
import { type Files, scratchFolder, scratchGitDir, twoTrees } from './scratch.js';

const run = promisify(execFile);
const text = (count: number, change = -1) =>
  Array.from({ length: count }, (_, index) => (index === change ? 'changed\n' : `line ${index}\n`)).join('');

/** One of everything that a change can be. */
const BEFORE: Files = {
  'deleted.txt': text(3),
  'modified.txt': text(30),
  'moved from.txt': text(20),
  'pure-move.txt': text(25, 3),
  'script.sh': '#!/bin/sh\n',
  'image.bin': Buffer.from([0, 1, 2, 3]),
  'becomes-link': 'a file\n',
  link: { content: 'modified.txt', mode: 'link' },
  'no-newline.txt': 'one\ntwo',
  'latin1.txt': Buffer.from('caf\xe9\nbar\n', 'latin1'),
  folder: 'is a file now\n',
};
const AFTER: Files = {
  'modified.txt': text(30, 4),
  'moved to.txt': text(20, 19),
  'deep/er/pure-move.txt': text(25, 3),
  'script.sh': { content: '#!/bin/sh\n', mode: 'executable' },
  'image.bin': Buffer.from([0, 1, 2, 4, 5]),
  'becomes-link': { content: 'modified.txt', mode: 'link' },
  link: { content: 'no-newline.txt', mode: 'link' },
  'no-newline.txt': 'one\nthree',
  'latin1.txt': Buffer.from('caf\xe9\nb\xe4r\n', 'latin1'),
  'folder/inside.txt': 'now a folder\n',
  empty: '',
  'crlf.txt': 'a\r\nb\r\n',
  '-dash "quoted"\nnew line 你好 *[x]?.txt': 'awkward\n',
};

describe('the list of changed files', () => {
  it('tells kind, old name and size of each', async () => {
    const gitDir = await scratchGitDir();
    const [from, to] = await twoTrees(gitDir, BEFORE, AFTER);
    expect(Object.fromEntries((await changes(gitDir, from, to)).map(({ path, ...change }) => [path, change]))).toEqual({
      'deleted.txt': { kind: 'deleted', binary: false, added: 0, removed: 3 },
      'modified.txt': { kind: 'modified', binary: false, added: 1, removed: 1 },
      'moved to.txt': { kind: 'renamed', from: 'moved from.txt', binary: false, added: 1, removed: 1 },
      'deep/er/pure-move.txt': { kind: 'renamed', from: 'pure-move.txt', binary: false, added: 0, removed: 0 },
      'script.sh': { kind: 'mode-changed', binary: false, added: 0, removed: 0 },
      'image.bin': { kind: 'modified', binary: true, added: 0, removed: 0 },
      'becomes-link': { kind: 'type-changed', binary: false, added: 1, removed: 1 },
      link: { kind: 'modified', binary: false, added: 1, removed: 1 },
      'no-newline.txt': { kind: 'modified', binary: false, added: 1, removed: 1 },
      'latin1.txt': { kind: 'modified', binary: false, added: 1, removed: 1 },
      folder: { kind: 'deleted', binary: false, added: 0, removed: 1 },
      'folder/inside.txt': { kind: 'added', binary: false, added: 1, removed: 0 },
      empty: { kind: 'added', binary: false, added: 0, removed: 0 },
      'crlf.txt': { kind: 'added', binary: false, added: 2, removed: 0 },
      '-dash "quoted"\nnew line 你好 *[x]?.txt': { kind: 'added', binary: false, added: 1, removed: 0 },
    });
    expect(await changes(gitDir, to, to)).toEqual([]);
  });

  it('works in a store of the SHA-256 format', async () => {
    const gitDir = await scratchGitDir('sha256');
    const [from, to] = await twoTrees(gitDir, { a: 'x\n', b: 'same\n' }, { a: 'y\n', b: 'same\n' });
    expect(await changes(gitDir, from, to)).toEqual([{ path: 'a', kind: 'modified', binary: false, added: 1, removed: 1 }]);
  });
});

describe('the diff', () => {
  it('is the same read out of the patch that hunks are numbered by', async () => {
    const gitDir = await scratchGitDir();
    const [from, to] = await twoTrees(gitDir, BEFORE, AFTER);
    expect(readable(await patchOf(gitDir, from, to))).toBe(await diff(gitDir, from, to));
    expect(readable(await patchOf(gitDir, from, from))).toBe('');
  });

  it('makes one tree into the other with `git apply`, whatever is in it', async () => {
    const gitDir = await scratchGitDir();
    const [from, to] = await twoTrees(gitDir, BEFORE, AFTER);
    expect(await applied(gitDir, from, await patch(gitDir, from, to))).toBe(to);
    expect(await applied(gitDir, to, await patch(gitDir, to, from))).toBe(from);
    expect(await applied(gitDir, from, await patch(gitDir, from, to, { context: 0 }), '--unidiff-zero')).toBe(to);
    expect(await patch(gitDir, from, from)).toHaveLength(0);
  });

  it('shows lines of text in whatever encoding they are', async () => {
    const gitDir = await scratchGitDir();
    const [from, to] = await twoTrees(gitDir, BEFORE, AFTER);
    const bytes = Buffer.from(await patch(gitDir, from, to, { paths: ['latin1.txt'] }));
    expect(bytes.toString('latin1')).toContain('-bar\n+b\xe4r\n');
  });

  it('shows only what is asked for, a renamed file still as renamed', async () => {
    const gitDir = await scratchGitDir();
    const [from, to] = await twoTrees(gitDir, BEFORE, AFTER);
    const one = await diff(gitDir, from, to, { paths: ['moved to.txt'] });
    expect(one).toContain('rename from moved from.txt\nrename to moved to.txt\n');
    expect(one.match(/^diff --git/gm)).toHaveLength(1);
    expect(await diff(gitDir, from, to, { paths: ['deep'] })).toContain('rename to deep/er/pure-move.txt');
    const awkward = await diff(gitDir, from, to, { paths: ['-dash "quoted"\nnew line 你好 *[x]?.txt'] });
    expect(awkward.match(/^diff --git/gm)).toHaveLength(1);
    expect(await diff(gitDir, from, to, { paths: [] })).toBe('');
  });

  it('only names binary files where it is for reading, and sums up where asked', async () => {
    const gitDir = await scratchGitDir();
    const [from, to] = await twoTrees(gitDir, BEFORE, AFTER);
    const shown = await diff(gitDir, from, to, { paths: ['image.bin', 'latin1.txt'] });
    expect(shown).toContain('Binary files a/image.bin and b/image.bin differ');
    expect(shown).toContain('+b\uFFFDr');
    const stat = await diff(gitDir, from, to, { stat: true });
    expect(stat).toMatch(/modified\.txt +\| +2 \+-/);
    expect(stat).toMatch(/15 files changed/);
  });

  it('does not follow what a machine is configured to do with diffs', async () => {
    const gitDir = await scratchGitDir();
    const [from, to] = await twoTrees(gitDir, { 'a.txt': 'a\n\nb\n', ü: 'x\n' }, { 'a.txt': 'a\n\nc\n', ü: 'y\n' });
    const plain = await diff(gitDir, from, to);
    for (const [key, value] of [
      ['diff.noprefix', 'true'],
      ['diff.suppressBlankEmpty', 'true'],
      ['core.quotePath', 'false'],
      ['diff.algorithm', 'patience'],
      ['diff.external', '/bin/false'],
      ['color.ui', 'always'],
    ] as const) {
      await git(['config', key, value], { gitDir });
    }
    expect(await diff(gitDir, from, to)).toBe(plain);
  });
});

/** The tree that the patch makes of `from`, in a real folder with a repository around it. */
async function applied(gitDir: string, from: string, bytes: Uint8Array, ...options: string[]): Promise<string> {
  const folder = await scratchFolder();
  const index = join(folder, 'index');
  await mkdir(join(folder, 'files'));
  const at = { gitDir, indexFile: index, workTree: join(folder, 'files'), cwd: join(folder, 'files') };
  await git(['read-tree', from], at);
  await git(['checkout-index', '-a'], at);
  await writeFile(join(folder, 'patch'), bytes);
  await run('git', ['init', '-q', join(folder, 'files')]);
  await run('git', ['-C', join(folder, 'files'), 'apply', '--whitespace=nowarn', ...options, join(folder, 'patch')]);
  await git(['-c', 'core.autocrlf=false', 'add', '-A', '--', ':!.git'], at);
  return (await gitText(['write-tree'], at)).trim();
}
