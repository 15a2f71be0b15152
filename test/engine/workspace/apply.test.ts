import { chmod, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ApplyPlan, planApply, planUndo, writeChanges } from '../../../src/engine/workspace/apply.js';
import { gitText } from '../../../src/engine/workspace/git.js';
import type { Store } from '../../../src/engine/workspace/store.js';
import type { Selection } from '../../../src/protocol/events.js';
import { FailureError } from '../../../src/protocol/failure.js';
import { contentsOf, type Files, scratchFolder, treesOf } from './scratch.js';
import { put, scratchStore, snapshotOf } from './scratch-store.js';

const text = (count: number, ...changes: [line: number, to: string][]) =>
  Array.from({ length: count }, (_, index) => `${changes.find(([line]) => line === index + 1)?.[1] ?? `line ${index + 1}`}\n`).join('');
const executable = (content: string): Files[string] => ({ content, mode: 'executable' });
const link = (content: string): Files[string] => ({ content, mode: 'link' });

let store: Store;
let root: string;
beforeEach(async () => {
  store = await scratchStore();
  root = store.root;
});

/** A folder with `base`, and a candidate's tree: what `change` holds, without what it says is gone. */
async function candidate(base: Files, change: Files, gone: readonly string[] = []): Promise<{ base: string; candidate: string }> {
  await put(root, base);
  const { tree } = await store.capture();
  const left = Object.fromEntries(Object.entries({ ...base, ...change }).filter(([path]) => !gone.includes(path)));
  const [made = ''] = await treesOf(store.gitDir, [left]);
  return { base: tree, candidate: made };
}

const plan = (trees: { base: string; candidate: string }, selection: Selection = 'all', markers = false) =>
  planApply(store, { ...trees, selection, markers });
const carryOut = (made: ApplyPlan) => writeChanges(store, made.before, made.after, { paths: made.paths });
const undo = (done: ApplyPlan) => planUndo(store, done);

/** The failure that something throws. */
async function failure(promise: Promise<unknown>) {
  const error = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof FailureError)) throw error;
  return error.failure;
}

/** One of everything that can change. */
const EVERYTHING_BEFORE: Files = {
  'src/a.ts': text(40),
  'src/gone.ts': 'gone\n',
  'src/deep/only.ts': 'the only one\n',
  'old name.ts': text(25),
  'script.sh': '#!/bin/sh\n',
  'was.sh': executable('x\n'),
  'image.bin': Buffer.from([0, 255, 1, 254]),
  'crlf.txt': 'a\r\nb\r\n',
  'bare.txt': 'one\ntwo',
  'latin1.txt': Buffer.from('caf\xe9\n', 'latin1'),
  'file-to-link': 'x\n',
  'link-to-file': link('crlf.txt'),
  'link-to-folder': link('src'),
  'file-to-folder': 'x\n',
  'folder-to-file/a': 'a\n',
  'folder-to-file/b/c': 'c\n',
  link: link('crlf.txt'),
};
const EVERYTHING_AFTER: Files = {
  'src/a.ts': text(40, [3, 'three'], [38, 'thirty-eight']),
  'new folder/new name.ts': text(25, [12, 'twelve']),
  'script.sh': executable('#!/bin/sh\n'),
  'was.sh': 'y\n',
  'image.bin': Buffer.from([0, 255, 2]),
  'crlf.txt': 'a\r\nB\r\n',
  'bare.txt': 'one\nthree',
  'latin1.txt': Buffer.from('caf\xe8\n', 'latin1'),
  'file-to-link': link('src/a.ts'),
  'link-to-file': 'now a file\n',
  'link-to-folder/inside': 'now a folder\n',
  'file-to-folder/inside': 'y\n',
  'folder-to-file': 'now a file\n',
  link: link('nowhere'),
  empty: '',
  '-dash "q" \'s\' \\ *[x]?\nnew line 你好.txt': 'awkward\n',
};

describe('applying a candidate', () => {
  it('makes the folder what the candidate is, whatever changed, and undo brings back every byte, mode and link', async () => {
    await put(root, EVERYTHING_BEFORE);
    const base = (await store.capture()).tree;
    const [made = ''] = await treesOf(store.gitDir, [EVERYTHING_AFTER]);
    const before = await snapshotOf(root);
    const planned = await plan({ base, candidate: made });
    expect(planned.conflicts).toEqual([]);
    expect(await snapshotOf(root)).toEqual(before);

    await carryOut(planned);
    expect((await store.capture()).tree).toBe(made);
    const expected = await scratchFolder();
    await put(expected, EVERYTHING_AFTER);
    expect(await snapshotOf(root)).toEqual(await snapshotOf(expected));

    const back = await undo(planned);
    expect(back).toMatchObject({ before: made, after: base, conflicts: [] });
    await carryOut(back);
    expect(await snapshotOf(root)).toEqual(before);
  });

  it('merges into a folder that was edited meanwhile, and leaves everything else alone', async () => {
    const trees = await candidate(
      { 'a.ts': text(40), 'b.ts': 'b\n', '.gitignore': 'secret\n' },
      { 'a.ts': text(40, [3, 'theirs']), 'n.ts': 'new\n' },
    );
    await put(root, { 'a.ts': text(40, [30, 'mine']), 'untracked.ts': 'u\n', secret: 's\n' });
    const planned = await plan(trees);
    expect(planned).toMatchObject({ paths: ['a.ts', 'n.ts'], conflicts: [] });
    await carryOut(planned);
    expect(await snapshotOf(root)).toEqual({
      '.gitignore': '644 secret\n',
      'a.ts': `644 ${text(40, [3, 'theirs'], [30, 'mine'])}`,
      'b.ts': '644 b\n',
      'n.ts': '644 new\n',
      secret: '644 s\n',
      'untracked.ts': '644 u\n',
    });
  });

  it('has nothing to do a second time', async () => {
    const trees = await candidate({ 'a.ts': text(9) }, { 'a.ts': text(9, [3, 'x']), n: 'n\n' });
    await carryOut(await plan(trees));
    const again = await plan(trees);
    expect(again).toMatchObject({ paths: [], conflicts: [], after: again.before });
  });

  it('refuses with the reasons where both changed the same, and changes nothing at all', async () => {
    const trees = await candidate(
      { 'a.ts': text(20), gone: 'g\n', edited: 'e\n', 'i.bin': '\0', fine: 'f\n' },
      { 'a.ts': text(20, [10, 't'], [11, 't']), gone: 'G\n', 'i.bin': '\0\x01', added: 'theirs\n', fine: 'F\n' },
      ['edited'],
    );
    await put(root, { 'a.ts': text(20, [9, 'm'], [10, 'm'], [11, 'm']), edited: 'E\n', 'i.bin': '\0\x02', added: 'mine\n' });
    await rm(join(root, 'gone'));
    const before = await snapshotOf(root);
    const planned = await plan(trees);
    expect(planned.conflicts).toEqual([
      { path: 'a.ts', why: 'you and the candidate both changed lines 9-11' },
      { path: 'added', why: 'you and the candidate both added it, with different content' },
      { path: 'edited', why: 'you changed it, the candidate deleted it' },
      { path: 'gone', why: 'you deleted it, the candidate changed it' },
      { path: 'i.bin', why: 'it is a binary file, changed on both sides' },
    ]);
    expect(planned).toMatchObject({ after: planned.before, paths: [] });
    await carryOut(planned);
    expect(await snapshotOf(root)).toEqual(before);
  });

  it('writes conflicts with markers where asked, but refuses with what cannot be marked', async () => {
    const trees = await candidate({ 'a.ts': 'a\n', 'i.bin': '\0' }, { 'a.ts': 't\n', 'i.bin': '\0\x01', n: 'n\n' });
    await put(root, { 'a.ts': 'm\n' });
    const marked = await plan(trees, 'all', true);
    expect(marked.conflicts).toEqual([{ path: 'a.ts', why: 'you and the candidate both changed line 1', marked: true }]);
    await carryOut(marked);
    expect(await readFile(join(root, 'a.ts'), 'utf8')).toBe('<<<<<<< your folder\nm\n=======\nt\n>>>>>>> candidate\n');
    await carryOut(await undo(marked));
    expect(await readFile(join(root, 'a.ts'), 'utf8')).toBe('m\n');

    await put(root, { 'i.bin': '\0\x02' });
    const refused = await plan(trees, 'all', true);
    expect(refused.paths).toEqual([]);
    expect(refused.conflicts.map((conflict) => conflict.marked)).toEqual([undefined, undefined]);
  });

  it('never overwrites an ignored file, nor one in an ignored folder, nor goes through a link', async () => {
    const outside = await scratchFolder();
    const trees = await candidate(
      { '.gitignore': '/secret\n/build\n/way\n/empty\n' },
      { secret: 's\n', 'build/out': 'o\n', build2: 'b\n', 'way/x': 'x\n', empty: 'e\n' },
    );
    await put(root, { secret: 'mine\n', 'build/out': 'mine\n' });
    await symlink(outside, join(root, 'way'));
    await mkdir(join(root, 'empty/inner'), { recursive: true });
    const before = await snapshotOf(root);
    const planned = await plan(trees);
    expect(planned.conflicts).toEqual([
      { path: 'build/out', why: 'an untracked or ignored file of yours is in the way' },
      { path: 'secret', why: 'an untracked or ignored file of yours is in the way' },
      { path: 'way/x', why: 'the symbolic link way, which is not followed, is in the way' },
    ]);
    expect(await snapshotOf(root)).toEqual(before);

    // A folder without any file is in nobody's way.
    const some = await plan(trees, [{ path: 'build2' }, { path: 'empty' }]);
    await carryOut(some);
    expect(await snapshotOf(root)).toMatchObject({ build2: '644 b\n', empty: '644 e\n', secret: '644 mine\n' });
    await carryOut(await undo(some));
    expect(await readdir(outside)).toEqual([]);
  });

  it('keeps ignored files of a folder that is removed otherwise', async () => {
    const trees = await candidate({ '.gitignore': '*.log\n', 'd/a': 'a\n', 'e/b': 'b\n' }, {}, ['d/a', 'e/b']);
    await put(root, { 'd/x.log': 'log\n' });
    await carryOut(await plan(trees));
    expect(await snapshotOf(root)).toEqual({ '.gitignore': '644 *.log\n', 'd/': '755', 'd/x.log': '644 log\n' });
  });

  it('keeps the permissions that a file has beside the executable bit', async () => {
    const trees = await candidate({ a: 'a\n', b: 'b\n', c: executable('c\n') }, { a: 'A\n', b: executable('b\n'), c: 'c\n' });
    await chmod(join(root, 'a'), 0o600);
    await chmod(join(root, 'b'), 0o640);
    await chmod(join(root, 'c'), 0o775);
    const planned = await plan(trees);
    await carryOut(planned);
    expect(await snapshotOf(root)).toEqual({ a: '600 A\n', b: '750 b\n', c: '664 c\n' });
    await carryOut(await undo(planned));
    expect(await snapshotOf(root)).toMatchObject({ a: '600 a\n', b: '640 b\n', c: '775 c\n' });
  });

  it('reaches the whole repository when a folder in it is open, and touches neither index nor branch nor stash', async () => {
    const repository = await scratchFolder();
    const person = (...args: string[]) => gitText(['-c', 'user.name=p', '-c', 'user.email=p@p', ...args], { cwd: repository });
    await put(repository, { 'packages/a/x.ts': text(9), 'packages/b/y.ts': 'y\n', '.gitignore': '.massgen\n' });
    await person('init', '-q');
    await person('add', '-A');
    await person('commit', '-qm', 'first');
    await writeFile(join(repository, 'packages/a/x.ts'), text(9, [1, 'staged']));
    await person('add', '-A');
    store = await scratchStore({ root: repository, prefix: 'packages/a' });
    root = repository;
    const trees = await candidate({}, {});
    const files = { '.gitignore': '.massgen\n', 'packages/a/x.ts': text(9, [1, 'staged'], [9, 'nine']), 'packages/b/y.ts': 'Y\n' };
    const [made = ''] = await treesOf(store.gitDir, [files]);
    await writeFile(join(repository, 'packages/b/z.ts'), 'dirty\n');
    const state = () =>
      Promise.all([
        person('diff', '--cached'),
        person('log', '--oneline'),
        person('stash', 'list'),
        readFile(join(repository, '.git/index'), 'latin1'),
      ]);
    const before = await state();
    const planned = await plan({ base: trees.base, candidate: made });
    await carryOut(planned);
    expect(await readFile(join(repository, '.git/index'), 'latin1')).toBe(before[3]);
    expect(await state()).toEqual(before);
    expect(await snapshotOf(repository)).toMatchObject({
      'packages/a/x.ts': `644 ${files['packages/a/x.ts']}`,
      'packages/b/y.ts': '644 Y\n',
      'packages/b/z.ts': '644 dirty\n',
    });
    expect((await snapshotOf(repository))['packages/a/']).toBe('755');
  });
});

describe('choosing from a candidate', () => {
  const base = { 'a.ts': text(60), 'b.ts': 'b\n', 'old.ts': text(30), 'i.bin': '\0' };
  const change = {
    'a.ts': text(60, [5, 'five'], [30, 'thirty'], [55, 'fifty-five']),
    'b.ts': 'B\n',
    'new.ts': text(30, [3, 'x'], [25, 'y']),
    'i.bin': '\0\x01',
  };
  let trees: { base: string; candidate: string };
  beforeEach(async () => {
    trees = await candidate(base, change, ['old.ts']);
  });
  const outcome = async (selection: Selection) => contentsOf(store.gitDir, (await plan(trees, selection)).after);

  it('takes whole files, and both names of a renamed one', async () => {
    expect(await outcome([{ path: 'b.ts' }])).toEqual({ ...base, 'b.ts': 'B\n' });
    const { 'old.ts': _, ...rest } = base;
    expect(await outcome([{ path: 'new.ts' }])).toEqual({ ...rest, 'new.ts': change['new.ts'] });
  });

  it('takes hunks, numbered as the diff shows them', async () => {
    expect((await outcome([{ path: 'a.ts', hunks: [2] }]))['a.ts']).toBe(text(60, [30, 'thirty']));
    expect(
      (
        await outcome([
          { path: 'a.ts', hunks: [3] },
          { path: 'a.ts', hunks: [1] },
        ])
      )['a.ts'],
    ).toBe(text(60, [5, 'five'], [55, 'fifty-five']));
    expect((await outcome([{ path: 'new.ts', hunks: [2] }]))['new.ts']).toBe(text(30, [25, 'y']));
    expect(await outcome([{ path: 'a.ts', hunks: [] }])).toEqual(base);
  });

  it('takes some hunks first and the rest later', async () => {
    await carryOut(await plan(trees, [{ path: 'a.ts', hunks: [2] }]));
    await carryOut(await plan(trees, [{ path: 'a.ts', hunks: [1, 3] }]));
    expect(await readFile(join(root, 'a.ts'), 'utf8')).toBe(change['a.ts']);
  });

  it('says what there is where something is named that is not', async () => {
    expect(await failure(plan(trees, [{ path: 'a.js' }]))).toMatchObject({
      code: 'not-found',
      message: 'The candidate does not change a.js. It changes: a.ts, b.ts, i.bin, new.ts.',
      hint: 'Did you mean a.ts?',
    });
    expect(await failure(plan(trees, [{ path: 'old.ts' }]))).toMatchObject({
      code: 'not-found',
      message: 'The candidate renamed old.ts to new.ts.',
    });
    expect(await failure(plan(trees, [{ path: 'a.ts', hunks: [2, 9] }]))).toMatchObject({
      code: 'usage',
      message: 'a.ts has no hunk 9. It has hunks 1 to 3.',
    });
    expect(await failure(plan(trees, [{ path: 'b.ts', hunks: [2] }]))).toMatchObject({
      code: 'usage',
      message: 'b.ts has no hunk 2. It has one hunk: 1.',
    });
    expect(await failure(plan(trees, [{ path: 'i.bin', hunks: [1] }]))).toMatchObject({ code: 'usage', hint: 'Choose the whole file.' });
  });

  it('refuses a file in a folder whose name is still taken by a file', async () => {
    const other = await candidate({ d: 'd\n' }, { 'd/e': 'e\n' }, ['d']);
    expect(await failure(plan(other, [{ path: 'd/e' }]))).toMatchObject({ code: 'usage', hint: 'Choose d too.' });
    expect((await plan(other, [{ path: 'd/e' }, { path: 'd' }])).paths).toEqual(['d', 'd/e']);
  });
});

describe('undoing', () => {
  it('merges where the files were edited since', async () => {
    const trees = await candidate({ a: text(40), k: '' }, { a: text(40, [3, 'x']), n: text(20), k: '' });
    const done = await plan(trees);
    await carryOut(done);
    await put(root, { a: text(40, [3, 'x'], [30, 'later']), other: 'o\n' });
    const back = await undo(done);
    expect(back).toMatchObject({ paths: ['a', 'n'], conflicts: [] });
    await carryOut(back);
    expect(await snapshotOf(root)).toEqual({ a: `644 ${text(40, [30, 'later'])}`, k: '644 ', other: '644 o\n' });
  });

  it('refuses with the paths rather than overwrite a later edit', async () => {
    const trees = await candidate({ a: text(9), gone: 'g\n', bin: '\0' }, { a: text(9, [3, 'x']), n: 'n\n', bin: '\0\x01' }, ['gone']);
    const done = await plan(trees);
    await carryOut(done);
    await put(root, { a: text(9, [3, 'later']), n: 'edited\n', gone: 'again\n', bin: '\0\x02' });
    const before = await snapshotOf(root);
    const back = await undo(done);
    expect(back.conflicts).toEqual([
      { path: 'a', why: 'line 3 was changed since' },
      { path: 'bin', why: 'it is a binary file that was changed since' },
      { path: 'gone', why: 'it was added again since, with different content' },
      { path: 'n', why: 'it was changed since, and taking the changes back would delete it' },
    ]);
    expect(back.paths).toEqual([]);
    expect(await snapshotOf(root)).toEqual(before);
  });

  it('follows a file that was renamed since', async () => {
    const trees = await candidate({ a: text(40) }, { a: text(40, [3, 'x']) });
    const done = await plan(trees);
    await carryOut(done);
    await rename(join(root, 'a'), join(root, 'b'));
    await carryOut(await undo(done));
    expect(await snapshotOf(root)).toEqual({ b: `644 ${text(40)}` });
  });

  it('removes what was added even if it is ignored by now', async () => {
    const trees = await candidate({ k: '' }, { '.gitignore': 'out/\n', 'out/x': 'x\n', k: '' });
    const before = await snapshotOf(root);
    const done = await plan(trees);
    await carryOut(done);
    const back = await undo(done);
    expect(back.paths).toEqual(['.gitignore', 'out/x']);
    await carryOut(back);
    expect(await snapshotOf(root)).toEqual(before);
  });

  it('leaves alone what the apply did not write', async () => {
    const trees = await candidate({ a: 'a\n', b: 'b\n' }, { a: 'A\n', b: 'B\n' });
    const done = await plan(trees, [{ path: 'a' }]);
    await carryOut(done);
    await put(root, { b: 'mine\n' });
    await carryOut(await undo(done));
    expect(await snapshotOf(root)).toEqual({ a: '644 a\n', b: '644 mine\n' });
  });
});
