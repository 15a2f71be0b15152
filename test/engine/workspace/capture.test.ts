import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../../src/engine/workspace/open-store.js';
import { commitAll, personsGit, personsRepository, stateOf } from './person.js';
import { contentsOf, scratchFolder } from './scratch.js';
import { put } from './scratch-store.js';

/** What a capture of the folder holds and says. */
async function captured(folder: string): Promise<{ files: Record<string, string>; summary: unknown; tree: string }> {
  await using store = await openStore(folder);
  const { tree, summary } = await store.capture();
  expect(await store.has(tree)).toBe(true);
  return { files: await contentsOf(store.gitDir, tree), summary, tree };
}

describe('the folder as it is now', () => {
  test('is what is committed, changed, staged, new and removed; ignored files stay out', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n', 'b.txt': 'b\n', 'gone.txt': 'x\n', '.gitignore': 'out/\n*.log\n' });
    await put(root, { 'b.txt': 'changed\n', 'new/n.txt': 'n\n', 'out/o.txt': 'o', 'x.log': 'log', 'staged.txt': 'one\n' });
    personsGit(root, 'add', 'staged.txt');
    await put(root, { 'staged.txt': 'two\n' });
    await rm(join(root, 'gone.txt'));
    const { files, summary } = await captured(root);
    expect(files).toEqual({
      'a.txt': 'a\n',
      'b.txt': 'changed\n',
      '.gitignore': 'out/\n*.log\n',
      'new/n.txt': 'n\n',
      'staged.txt': 'two\n',
    });
    expect(summary).toEqual({ changed: 3, untracked: 1, refused: [] });
  });

  test('a second capture sees what happened since', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
    await using store = await openStore(root);
    await put(root, { 'new.txt': 'n' });
    const first = await store.capture();
    expect(await store.capture()).toEqual(first);
    await put(root, { 'a.txt': 'A\n', 'new.txt': 'N', '.gitignore': 'new.txt\n' });
    await rm(join(root, 'b.txt'));
    const { tree, summary } = await store.capture();
    expect(await contentsOf(store.gitDir, tree)).toEqual({ 'a.txt': 'A\n', '.gitignore': 'new.txt\n' });
    expect(summary).toEqual({ changed: 2, untracked: 1, refused: [] });
    commitAll(root);
    expect((await store.capture()).summary).toEqual({ changed: 0, untracked: 0, refused: [] });
  });

  test.each(['sha1', 'sha256'] as const)('a repository without a commit, in %s', async (format) => {
    const root = await personsRepository({}, { format });
    await put(root, { 'a.txt': 'a\n', 'dir/b.txt': 'b\n' });
    personsGit(root, 'add', 'a.txt');
    const { files, tree } = await captured(root);
    expect(files).toEqual({ 'a.txt': 'a\n', 'dir/b.txt': 'b\n' });
    expect(tree).toHaveLength(format === 'sha256' ? 64 : 40);
  });

  test('a folder without a repository: what packages and tools install is left out', async () => {
    const root = await scratchFolder();
    await put(root, { 'a.txt': 'a\n', 'node_modules/p/index.js': 'p', 'sub/node_modules/q/index.js': 'q', '.venv/bin/python': 'x' });
    expect((await captured(root)).files).toEqual({ 'a.txt': 'a\n' });
  });

  test('a folder without a repository, where executable bits mean nothing: as git found that out when it made the store', async () => {
    const root = await scratchFolder();
    await put(root, { run: { content: '#!/bin/sh\n', mode: 'executable' } });

    expect((await captured(root)).files).toEqual({ run: '100755:#!/bin/sh\n' });
    const config = join(root, '.massgen/store.git/config');
    await writeFile(config, (await readFile(config, 'utf8')).replace('filemode = true', 'filemode = false'));
    await rm(join(root, '.massgen/store.git/capture.index'));
    expect((await captured(root)).files).toEqual({ run: '#!/bin/sh\n' });
  });

  test('a folder inside of a repository: the whole repository is captured, the store is in the folder', async () => {
    const root = await personsRepository({ 'top.txt': 't\n', 'packages/a/a.txt': 'a\n' });
    const folder = join(root, 'packages/a');
    await put(folder, { 'new.txt': 'n\n' });
    await using store = await openStore(folder);
    expect([store.root, store.prefix, store.home]).toEqual([root, 'packages/a', join(folder, '.massgen')]);
    const { tree } = await store.capture();
    expect(await contentsOf(store.gitDir, tree)).toEqual({ 'top.txt': 't\n', 'packages/a/a.txt': 'a\n', 'packages/a/new.txt': 'n\n' });
    expect(personsGit(root, 'status', '--porcelain')).toBe('?? packages/a/new.txt\n');
  });

  test('a folder that the repository around it ignores is a folder of its own', async () => {
    const root = await personsRepository({ '.gitignore': '/projects/\n', 'dot.txt': 'd\n' });
    await put(root, { 'projects/p/a.txt': 'a\n' });
    await using store = await openStore(join(root, 'projects/p'));
    expect([store.root, store.prefix]).toEqual([join(root, 'projects/p'), '']);
    expect(await contentsOf(store.gitDir, (await store.capture()).tree)).toEqual({ 'a.txt': 'a\n' });
  });

  test("a worktree of the person's", async () => {
    const root = await personsRepository({ 'a.txt': 'a\n' });
    const worktree = join(await scratchFolder(), 'tree');
    personsGit(root, 'worktree', 'add', '-q', worktree);
    await put(worktree, { 'a.txt': 'changed\n' });
    expect(await captured(worktree)).toMatchObject({ files: { 'a.txt': 'changed\n' }, summary: { changed: 1, untracked: 0 } });
  });

  test('bytes, executables, links and odd names come through as they are', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
    const files = {
      'bin.dat': bytes,
      run: { content: '#!/bin/sh\n', mode: 'executable' as const },
      link: { content: 'bin.dat', mode: 'link' as const },
      dangling: { content: 'no/where', mode: 'link' as const },
      ' sp ace\t"q" \\ é 日本.txt': 'odd',
      'new\nline': 'odd',
      '-dash': 'odd',
      ':(glob)*': 'odd',
      '[a]*?': 'odd',
    };
    for (const committed of [true, false]) {
      const root = await personsRepository(committed ? files : {});
      if (!committed) await put(root, files);
      const { '.gitignore': _, ...got } = (await captured(root)).files;
      expect(got).toEqual({
        ...Object.fromEntries(Object.entries(files).map(([path]) => [path, 'odd'])),
        'bin.dat': Buffer.from(bytes).toString('latin1'),
        run: '100755:#!/bin/sh\n',
        link: '120000:bin.dat',
        dangling: '120000:no/where',
        ' sp ace\t"q" \\ é 日本.txt': 'odd',
      });
    }
  });

  test('line ends, filters and encodings do not change a byte, committed or not', async () => {
    const root = await personsRepository({ '.gitattributes': '* text eol=lf\n*.ps1 text eol=crlf\n*.rot filter=rot\n*.id ident\n' });
    personsGit(root, 'config', 'filter.rot.clean', 'tr a-z b-za');
    personsGit(root, 'config', 'filter.rot.smudge', 'tr b-za a-z');
    await put(root, {
      'a.txt': 'one\r\ntwo\r\n',
      'b.dat': new Uint8Array([0, 13, 10, 255]),
      's.ps1': 'x\r\ny\r\n',
      'r.rot': 'abc',
      'i.id': '$Id$',
    });
    commitAll(root);
    // So that git writes them as its attributes say.
    for (const path of ['a.txt', 's.ps1', 'r.rot', 'i.id']) await rm(join(root, path));
    personsGit(root, 'reset', '-q', '--hard');
    await put(root, { 'a.txt': 'one\r\ntwo\r\n', 'new.ps1': 'n\r\n' });
    const { files } = await captured(root);
    const onDisk = async (path: string) => (await readFile(join(root, path))).toString('latin1');
    for (const path of Object.keys(files)) expect([path, files[path]]).toEqual([path, await onDisk(path)]);
    expect(files['s.ps1']).toBe('x\r\ny\r\n');
    expect(files['r.rot']).toBe('abc');
    expect(files['i.id']).toMatch(/^\$Id: [0-9a-f]+ \$$/);
  });

  test('core.autocrlf of the person does not change a byte either', async () => {
    const root = await personsRepository();
    personsGit(root, 'config', 'core.autocrlf', 'true');
    await put(root, { 'a.txt': 'one\r\ntwo\r\n' });
    commitAll(root);
    expect((await captured(root)).files).toEqual({ 'a.txt': 'one\r\ntwo\r\n' });
  });

  test('a file changed to the same size at the same moment is seen', async () => {
    const root = await personsRepository({ 'a.txt': 'one\n' });
    const then = new Date(Date.now() - 10_000);
    await utimes(join(root, 'a.txt'), then, then);
    personsGit(root, 'update-index', '--refresh');
    // Git tells changes of a file's state apart by the second.
    await sleep(1100);
    await writeFile(join(root, 'a.txt'), 'two\n');
    await utimes(join(root, 'a.txt'), then, then);
    expect((await captured(root)).files).toEqual({ 'a.txt': 'two\n' });
  });

  test('what git was told not to look at is looked at; what a sparse checkout leaves away stays', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n', 'b.txt': 'b\n', 'in/i.txt': 'i\n', 'away/w.txt': 'w\n' });
    personsGit(root, 'sparse-checkout', 'set', '--cone', '--sparse-index', 'in');
    expect(existsSync(join(root, 'away/w.txt'))).toBe(false);
    personsGit(root, 'update-index', '--assume-unchanged', 'a.txt');
    personsGit(root, 'update-index', '--skip-worktree', 'b.txt');
    await put(root, { 'a.txt': 'A\n', 'b.txt': 'B\n' });
    expect((await captured(root)).files).toEqual({ 'a.txt': 'A\n', 'b.txt': 'B\n', 'in/i.txt': 'i\n', 'away/w.txt': 'w\n' });
  });

  test('an index in two parts, one in the middle of a merge, and one with a promise to add', async () => {
    const split = await personsRepository({ 'a.txt': 'a\n', 'kept.log': 'k\n' });
    await put(split, { '.gitignore': '*.log\n' });
    personsGit(split, 'update-index', '--split-index');
    personsGit(split, 'add', '-A');
    expect((await captured(split)).files).toEqual({ 'a.txt': 'a\n', 'kept.log': 'k\n', '.gitignore': '*.log\n' });
    const merging = await personsRepository({ 'a.txt': 'a\n' });
    personsGit(merging, 'checkout', '-q', '-b', 'other');
    await put(merging, { 'a.txt': 'other\n' });
    commitAll(merging);
    personsGit(merging, 'checkout', '-q', 'main');
    await put(merging, { 'a.txt': 'main\n' });
    commitAll(merging);
    expect(() => personsGit(merging, 'merge', 'other')).toThrow();
    await put(merging, { 'promised.txt': 'p\n' });
    personsGit(merging, 'add', '-N', 'promised.txt');
    const { files } = await captured(merging);
    expect(files['promised.txt']).toBe('p\n');
    expect(files['a.txt']).toContain('<<<<<<< HEAD\nmain\n=======\nother\n');
  });

  test('a file that became a folder, and a folder that became a file', async () => {
    const root = await personsRepository({ x: 'file\n', 'y/z.txt': 'z\n' });
    await using store = await openStore(root);
    await store.capture();
    await rm(join(root, 'x'));
    await rm(join(root, 'y'), { recursive: true });
    await put(root, { 'x/in.txt': 'in\n', y: 'file now\n' });
    expect(await contentsOf(store.gitDir, (await store.capture()).tree)).toEqual({ 'x/in.txt': 'in\n', y: 'file now\n' });
  });
});

describe('what is left out', () => {
  test('new files that look like secrets are refused by name, unless they are tracked or included', async () => {
    const root = await personsRepository({ 'tracked.pem': 'public chain\n' });
    const secrets = ['.env', '.env.local', 'sub/.env.production', 'server.pem', 'tls/server.key', 'id_rsa', 'id_ed25519', '.netrc'];
    const harmless = ['.env.example', '.env.sample', '.env.template', 'id_rsa.pub', 'environment.ts', 'key.ts', 'locale.key.json'];
    await put(root, Object.fromEntries([...secrets, ...harmless].map((path) => [path, path])));
    const { files, summary } = await captured(root);
    expect(Object.keys(files).sort()).toEqual([...harmless, 'tracked.pem'].sort());
    expect(summary).toEqual({ changed: 0, untracked: harmless.length, refused: [...secrets].sort() });
    await put(root, { '.worktreeinclude': '# for agents\n.env\n' });
    const again = await captured(root);
    expect(again.files).toHaveProperty(['.env']);
    expect(again.files).toHaveProperty(['.worktreeinclude']);
    expect(again.files).not.toHaveProperty(['.env.local']);
  });

  test("the person's exclude file, core.excludesFile and .massgenignore count", async () => {
    const root = await personsRepository({ 'a.txt': 'a\n', '.massgenignore': 'c.txt\n/d/\n' });
    const list = join(await scratchFolder(), 'ignore');
    await writeFile(list, 'b.txt\n');
    personsGit(root, 'config', 'core.excludesFile', list);
    await writeFile(join(root, '.git/info/exclude'), 'e.txt\n');
    await put(root, { 'b.txt': 'b', 'sub/b.txt': 'b', 'c.txt': 'c', 'd/d.txt': 'd', 'e.txt': 'e', 'f.txt': 'f' });
    expect(Object.keys((await captured(root)).files)).toEqual(['.massgenignore', 'a.txt', 'f.txt']);
  });

  test('.massgenignore of a folder inside counts from that folder', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n', 'p/.massgenignore': '/x.txt\ny.txt\nz/\n!keep.txt\n', 'p/p.txt': 'p\n' });
    await put(root, { 'x.txt': '', 'p/x.txt': '', 'p/q/x.txt': '', 'p/q/y.txt': '', 'p/z/z.txt': '', 'y.txt': '' });
    expect(Object.keys((await captured(join(root, 'p'))).files).sort()).toEqual(
      ['a.txt', 'p/.massgenignore', 'p/p.txt', 'p/q/x.txt', 'x.txt', 'y.txt'].sort(),
    );
  });

  test('a repository inside comes in as its files, a submodule too', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n' });
    const inner = await personsRepository({ 'i.txt': 'i\n', '.gitignore': 'out\n' });
    personsGit(root, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', inner, 'mod');
    commitAll(root);
    personsGit(root, 'init', '-q', 'nested');
    await put(root, { 'nested/n.txt': 'n\n', 'nested/out': 'o' });
    await put(root, { 'nested/.gitignore': 'out\n' });
    const { files } = await captured(root);
    expect(Object.keys(files).sort()).toEqual(['.gitmodules', 'a.txt', 'mod/.gitignore', 'mod/i.txt', 'nested/.gitignore', 'nested/n.txt']);
  });

  test('sockets and pipes are passed over', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n' });
    const { execFileSync } = await import('node:child_process');
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect(Object.keys((await captured(root)).files)).toEqual(['a.txt']);
  });
});

describe("the person's repository", () => {
  test('is not written: not one file of .git, and none of the folder', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
    await put(root, { 'a.txt': 'A\n', 'c.txt': 'c\n' });
    personsGit(root, 'stash', '-q', '-u');
    await put(root, { 'a.txt': 'B\n', 'c.txt': 'd\n' });
    // A hook, a monitor and a filter that would write, were they run.
    for (const name of ['pre-commit', 'post-checkout', 'post-index-change', 'reference-transaction', 'monitor']) {
      await put(root, { [`.git/hooks/${name}`]: { content: `#!/bin/sh\ntouch ${root}/.git/ran\n`, mode: 'executable' } });
    }
    personsGit(root, 'config', 'core.fsmonitor', join(root, '.git/hooks/monitor'));
    await rm(join(root, '.git/ran'), { force: true });
    const before = stateOf(root);
    await using store = await openStore(root);
    const { tree } = await store.capture();
    await using workspace = await store.fork({ session: 's', name: 'one', tree });
    await writeFile(join(workspace.root, 'a.txt'), 'agent');
    await store.keep('x', await workspace.snapshot({ touched: ['a.txt'] }));
    await store.capture();
    await store.cleanUp('s');
    expect(stateOf(root)).toEqual(before);
  });

  test('its objects stay readable after an amend and gc --prune=now', async () => {
    const root = await personsRepository({ 'a.txt': 'first\n', 'packed.txt': 'p\n' });
    personsGit(root, 'gc', '-q');
    await put(root, { 'a.txt': 'second\n' });
    commitAll(root);
    await using store = await openStore(root);
    const { tree } = await store.capture();
    await put(root, { 'a.txt': 'third\n' });
    await rm(join(root, 'packed.txt'));
    commitAll(root, '--amend');
    personsGit(root, 'reflog', 'expire', '--expire=now', '--all');
    personsGit(root, 'checkout', '-q', '--orphan', 'new');
    commitAll(root);
    personsGit(root, 'branch', '-D', 'main');
    personsGit(root, 'reflog', 'expire', '--expire=now', '--all');
    personsGit(root, 'gc', '-q', '--prune=now');
    expect(() => personsGit(root, 'cat-file', '-e', tree)).toThrow();
    expect(await store.has(tree)).toBe(true);
    expect(await contentsOf(store.gitDir, tree)).toEqual({ 'a.txt': 'second\n', 'packed.txt': 'p\n' });
    expect(existsSync(join(store.gitDir, 'objects/info/alternates'))).toBe(false);
  });

  test('a clone that borrows its objects from another', async () => {
    const origin = await personsRepository({ 'a.txt': 'a\n' });
    const root = join(await scratchFolder(), 'clone');
    personsGit(origin, 'clone', '-q', '--shared', origin, root);
    const { tree } = await captured(root);
    await rm(join(origin, '.git'), { recursive: true });
    await using store = await openStore(root);
    expect(await store.has(tree)).toBe(true);
  });

  test('with objects missing: the files are what counts', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n', 'dir/b.txt': 'b\n' });
    const id = personsGit(root, 'rev-parse', 'HEAD:dir/b.txt').trim();
    await rm(join(root, '.git/objects', id.slice(0, 2), id.slice(2)));
    expect((await captured(root)).files).toEqual({ 'a.txt': 'a\n', 'dir/b.txt': 'b\n' });
    const bare = await personsRepository({ 'a.txt': 'a\n', 'dir/b.txt': 'b\n' });
    await rm(join(bare, '.git/objects'), { recursive: true });
    await mkdir(join(bare, '.git/objects'));
    expect((await captured(bare)).files).toEqual({ 'a.txt': 'a\n', 'dir/b.txt': 'b\n' });
  });

  test('shallow and partial clones', async () => {
    const origin = await personsRepository({ 'a.txt': 'a\n', 'dir/b.txt': 'b\n' });
    await put(origin, { 'a.txt': 'A\n' });
    commitAll(origin);
    personsGit(origin, 'config', 'uploadpack.allowFilter', 'true');
    for (const how of [['--depth=1'], ['--filter=blob:none']]) {
      const root = join(await scratchFolder(), 'clone');
      personsGit(origin, 'clone', '-q', ...how, `file://${origin}`, root);
      await put(root, { 'a.txt': 'mine\n' });
      expect(await captured(root)).toMatchObject({
        files: { 'a.txt': 'mine\n', 'dir/b.txt': 'b\n' },
        summary: { changed: 1, untracked: 0, refused: [] },
      });
    }
  });

  test('a damaged index costs a reading of all files', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n' });
    await writeFile(join(root, '.git/index'), 'no index');
    await put(root, { 'n.txt': 'n\n' });
    expect((await captured(root)).files).toEqual({ 'a.txt': 'a\n', 'n.txt': 'n\n' });
  });
});

test.each([
  ['../outside', 'aa/outside'],
  ['.git/outs', 'bbbb/outs'],
  ['c/../../xx', 'c/dd/ee/xx'],
])('an index that names %s brings in nothing that is there', async (path, like) => {
  const root = join(await scratchFolder(), 'repository');
  await mkdir(root);
  personsGit(root, 'init', '-q');
  await put(root, { 'a.txt': 'a\n', [like]: 'o\n' });
  commitAll(root);
  await put(join(root, '..'), { outside: 'secret\n', xx: 'secret\n', 'repository/.git/outs': 'secret\n', 'repository/b.txt': 'b\n' });
  const index = join(root, '.git/index');
  await writeFile(index, (await readFile(index, 'latin1')).replace(like, path), 'latin1');
  const said = await captured(root).then(
    ({ files }) => JSON.stringify(files),
    (error: unknown) => String(error),
  );
  expect(said).not.toContain('secret');
  expect(said).toMatch(/"a.txt":"a\\n"|outside repository/);
});

describe('the store', () => {
  test('is made once, ignores itself, and leaves what an older .massgen holds', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n' });
    await put(root, { '.massgen/.gitignore': 'mine\n', '.massgen/config.yaml': 'old: true\n' });
    await using store = await openStore(root);
    const { tree } = await store.capture();
    expect(await contentsOf(store.gitDir, tree)).toEqual({ 'a.txt': 'a\n' });
    expect(await readFile(join(root, '.massgen/.gitignore'), 'utf8')).toBe('mine\n');
    await using again = await openStore(root);
    expect(await again.has(tree)).toBe(true);
    const fresh = await personsRepository({ 'a.txt': 'a\n' });
    await using _ = await openStore(fresh);
    expect(personsGit(fresh, 'status', '--porcelain', '--ignored')).toBe('!! .massgen/\n');
  });

  test('opened by two at once', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n' });
    const stores = await Promise.all([openStore(root), openStore(root), openStore(root)]);
    const trees = await Promise.all(stores.map(async (store) => (await store.capture()).tree));
    expect(new Set(trees).size).toBe(1);
    expect(readdirSync(join(root, '.massgen')).sort()).toEqual(['.gitignore', 'store.git']);
  });

  test('captures that are asked for at once', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n' });
    await using store = await openStore(root);
    const bases = await Promise.all([store.capture(), store.capture(), store.capture()]);
    expect(bases[1]).toEqual(bases[0]);
    expect(bases[2]).toEqual(bases[0]);
  });

  test('a capture that was aborted or killed leaves nothing in the way', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n' });
    await using store = await openStore(root);
    await expect(store.capture({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    const { tree } = await store.capture();
    await writeFile(join(store.gitDir, 'capture.index.lock'), '');
    await put(root, { 'a.txt': 'b\n' });
    expect((await store.capture()).tree).not.toBe(tree);
  });

  test('keeps blobs and reads files to the byte', async () => {
    const bytes = Uint8Array.from({ length: 512 }, (_, at) => at % 256);
    const root = await personsRepository({ 'dir/b.bin': bytes, '[x].txt': 'x' });
    await using store = await openStore(root);
    const { tree } = await store.capture();
    expect(Buffer.from(await store.getBlob(await store.putBlob(bytes)))).toEqual(Buffer.from(bytes));
    expect(Buffer.from(await store.getBlob(await store.putBlob('ä\r\n'))).toString()).toBe('ä\r\n');
    const read = await store.read(tree, ['dir/b.bin', '[x].txt', 'dir', 'none']);
    expect([...read].map(([path, content]) => [path, Buffer.from(content)])).toEqual([
      ['dir/b.bin', Buffer.from(bytes)],
      ['[x].txt', Buffer.from('x')],
    ]);
  });

  test('has what it was given, whole, and nothing else', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
    await using store = await openStore(root);
    const { tree } = await store.capture();
    const blob = await store.putBlob('lost');
    const other = await store.overlay(tree, tree, ['b.txt']);
    expect(other).toBe(tree);
    expect(await store.has(tree)).toBe(true);
    expect(await store.has(blob)).toBe(false);
    expect(await store.has('0'.repeat(40))).toBe(false);
    const lost = personsGit(root, 'rev-parse', 'HEAD:b.txt').trim();
    await rm(join(store.gitDir, 'objects', lost.slice(0, 2), lost.slice(2)));
    expect(await store.has(tree)).toBe(false);
  });

  test('names trees to keep, whatever the name', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n' });
    await using store = await openStore(root);
    const { tree } = await store.capture();
    for (const name of ['base', 'applied/x', 'a..b', 'x.lock', '/lead/', 'sp ace/é', 'a//b']) await store.keep(name, tree);
    expect((await store.size()).store).toBeGreaterThan(0);
  });

  test.each<[string, Record<string, string>]>([
    ['a program to run', { config: '[core]\n\trepositoryformatversion = 0\n[gc]\n\trecentObjectsHook = touch pwned\n' }],
    ['one on the line of a section', { config: '[core] hooksPath = hooks\n\trepositoryformatversion = 0\n' }],
    ['one behind a value', { config: '[core]\n\trepositoryformatversion = 0 \\\n\n\tfsmonitor = touch pwned\n' }],
    ['another file', { config: '[core]\n\trepositoryformatversion = 0\n[include]\n\tpath = elsewhere\n' }],
    ['another repository', { commondir: '../elsewhere\n' }],
  ])('that names %s in its configuration is made its own again, and keeps what it has', async (_, files) => {
    const root = await personsRepository({ 'a.txt': 'a\n' });
    const first = await openStore(root);
    const { tree } = await first.capture();
    await first[Symbol.asyncDispose]();
    const config = join(root, '.massgen/store.git/config');
    const own = await readFile(config, 'utf8');
    await put(join(root, '.massgen/store.git'), files);
    await using store = await openStore(root);
    expect(await readFile(config, 'utf8')).toBe(own);
    expect(existsSync(join(store.gitDir, 'commondir'))).toBe(false);
    expect(await store.has(tree)).toBe(true);
    expect((await store.capture()).tree).toBe(tree);
  });

  test('names a tree whose name a process that died was just writing', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n' });
    await using store = await openStore(root);
    const { tree } = await store.capture();
    await put(store.gitDir, { [`refs/massgen/trees/${tree}.lock`]: '' });
    await store.keep(`trees/${tree}`, tree);
    expect(personsGit(store.gitDir, 'for-each-ref', '--format=%(objectname)', 'refs/massgen/trees').trim()).toBe(tree);
  });

  test('overlays paths of one tree on another', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n', 'test/t.txt': 't\n', 'test/gone.txt': 'g\n' });
    await using store = await openStore(root);
    const base = (await store.capture()).tree;
    await put(root, { 'a.txt': 'A\n', 'test/t.txt': 'T\n', 'test/new.txt': 'n\n' });
    await rm(join(root, 'test/gone.txt'));
    const { tree } = await store.capture();
    const laid = await store.overlay(tree, base, ['test/t.txt', 'test/gone.txt', 'test/new.txt']);
    expect(await contentsOf(store.gitDir, laid)).toEqual({ 'a.txt': 'A\n', 'test/t.txt': 't\n', 'test/gone.txt': 'g\n' });
  });

  test('a folder that is not there', async () => {
    await expect(openStore(join(await scratchFolder(), 'none'))).rejects.toMatchObject({ failure: { code: 'workspace' } });
  });
});
