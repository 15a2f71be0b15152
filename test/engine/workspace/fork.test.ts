import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdir, readFile, realpath, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../../src/engine/workspace/open-store.js';
import type { Store } from '../../../src/engine/workspace/store.js';
import { agentsGit } from './agents-git.js';
import { commitAll, personsGit, personsRepository, stateOf } from './person.js';
import { contentsOf, type Files, scratchFolder } from './scratch.js';
import { put } from './scratch-store.js';

const FILES = { 'a.txt': 'a\n', 'dir/b.txt': 'b\n', 'dir/deep/c.txt': 'c\n', '.gitignore': 'out/\n' };

/** A workspace of a new repository with these files. */
async function workspaceOf(files: Files = FILES, options: { prefix?: string; session?: string } = {}) {
  const person = await personsRepository(files);
  const store = await openStore(join(person, options.prefix ?? ''));
  const { tree } = await store.capture();
  const workspace = await store.fork({ session: options.session ?? 's', name: 'one', tree });
  return { person, store, tree, workspace };
}

const filesOf = async (store: Store, tree: string) => contentsOf(store.gitDir, tree);

describe('a workspace', () => {
  test('holds what the tree holds, to the byte, whatever attributes say', async () => {
    const files = {
      '.gitattributes': '* text eol=lf\n',
      'crlf.txt': 'one\r\ntwo\r\n',
      'bin.dat': Uint8Array.from({ length: 256 }, (_, at) => at),
      run: { content: '#!/bin/sh\n', mode: 'executable' as const },
      link: { content: 'bin.dat', mode: 'link' as const },
      ' odd\t"\n日本': 'odd',
    };
    const person = await personsRepository();
    await put(person, files);
    await using store = await openStore(person);
    const { tree } = await store.capture();
    await using workspace = await store.fork({ session: 's', name: 'one', tree });
    expect(stateOf(workspace.root, ['.git'])).toEqual(stateOf(person, ['.git', '.massgen']));
    expect(await workspace.snapshot()).toBe(tree);
  });

  test('is made in its place, with the agent in the folder that is open', async () => {
    const { person, store, workspace } = await workspaceOf({ 'top.txt': 't', 'p/a/a.txt': 'a' }, { prefix: 'p/a' });
    expect(store.home).toBe(join(person, 'p/a/.massgen'));
    expect(workspace.root).toBe(await realpath(join(store.home, 'workspaces/s/one')));
    expect(workspace.cwd).toBe(join(workspace.root, 'p/a'));
    expect(await readFile(join(workspace.root, 'top.txt'), 'utf8')).toBe('t');
    expect(workspace.linkedRoots).toEqual([]);
  });

  test('has the open folder even where no file is in it', async () => {
    const person = await personsRepository({ 'a.txt': 'a' });
    await mkdir(join(person, 'empty'));
    await using store = await openStore(join(person, 'empty'));
    const workspace = await store.fork({ session: 's', name: 'one', tree: (await store.capture()).tree });
    expect((await stat(workspace.cwd)).isDirectory()).toBe(true);
  });

  test.each(['without a commit', 'without git', 'in sha256'])('of a folder %s', async (kind) => {
    const folder =
      kind === 'without git' ? await scratchFolder() : await personsRepository({}, { format: kind === 'in sha256' ? 'sha256' : 'sha1' });
    await put(folder, { 'a.txt': 'a\n' });
    await using store = await openStore(folder);
    const { tree } = await store.capture();
    await using workspace = await store.fork({ session: 's', name: 'one', tree });
    expect(agentsGit(workspace, 'status', '--porcelain')).toBe('');
    await put(workspace.root, { 'b.txt': 'b\n' });
    expect(await filesOf(store, await workspace.snapshot())).toEqual({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
  });

  test('is reopened as it is, by another process too', async () => {
    const { person, store, tree, workspace } = await workspaceOf();
    await put(workspace.root, { 'a.txt': 'mine\n', 'new.txt': 'n\n' });
    const snapshot = await workspace.snapshot();
    expect(snapshot).not.toBe(tree);
    for (const other of [store, await openStore(person)]) {
      const again = await other.fork({ session: 's', name: 'one', tree });
      expect([again.root, again.cwd, again.env, again.linkedRoots]).toEqual([
        workspace.root,
        workspace.cwd,
        workspace.env,
        workspace.linkedRoots,
      ]);
      expect(await again.snapshot()).toBe(snapshot);
    }
  });

  test('that came along with a copy of the folder is made anew: what is kept of it would open any folder to an agent', async () => {
    const { person, tree, workspace } = await workspaceOf();
    await put(workspace.root, { 'a.txt': 'theirs\n' });
    const copy = join(await scratchFolder(), 'copy');
    await cp(person, copy, { recursive: true, verbatimSymlinks: true });
    const kept = join(copy, '.massgen/store.git/workspaces/s/one.json');
    await writeFile(kept, JSON.stringify({ ...JSON.parse(await readFile(kept, 'utf8')), linkedRoots: [person] }));
    await using store = await openStore(copy);
    expect(store.forked('s', 'one')).toBe(false);
    await using again = await store.fork({ session: 's', name: 'one', tree });
    expect(again.linkedRoots).toEqual([]);
    expect(await again.snapshot()).toBe(tree);
  });

  test.each(['', '{', '{}'])('that has lost what is kept of it (%j) is made anew', async (text) => {
    const { store, tree, workspace } = await workspaceOf();
    await put(workspace.root, { 'a.txt': 'mine\n' });
    await writeFile(join(store.gitDir, 'workspaces/s/one.json'), text);
    await using again = await store.fork({ session: 's', name: 'one', tree });
    expect(await again.snapshot()).toBe(tree);
  });

  test('is not there when making it was aborted, and can be made then', async () => {
    const { store, tree } = await workspaceOf();
    const options = { session: 's', name: 'two', tree };
    await expect(store.fork({ ...options, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    await expect(store.fork({ ...options, tree: '0'.repeat(40) })).rejects.toMatchObject({ failure: { code: 'workspace' } });
    expect(readdirSync(join(store.home, 'workspaces/s'))).toEqual(['one']);
    expect(await (await store.fork(options)).snapshot()).toBe(tree);
  });

  test('goes when its session is cleaned up; others and the trees stay', async () => {
    const { store, tree, workspace } = await workspaceOf();
    const other = await store.fork({ session: 't', name: 'one', tree });
    await put(workspace.root, { 'n.txt': 'n\n' });
    const snapshot = await workspace.snapshot();
    await workspace[Symbol.asyncDispose]();
    await mkdir(join(workspace.root, 'read-only'));
    await put(workspace.root, { 'read-only/f': 'f' });
    execFileSync('chmod', ['-R', 'a-w', workspace.root]);
    await store.cleanUp('s');
    expect(existsSync(workspace.root)).toBe(false);
    expect(await other.snapshot()).toBe(tree);
    expect(await filesOf(store, snapshot)).toHaveProperty(['n.txt']);
    await store.cleanUp('never was');
    // What is made under the name again is new.
    expect(await (await store.fork({ session: 's', name: 'one', tree })).snapshot()).toBe(tree);
  });
});

describe("an agent's git stays in its workspace", () => {
  test('status is clean, history is one commit, there is no remote', async () => {
    const { workspace, store } = await workspaceOf();
    expect(agentsGit(workspace, 'status', '--porcelain')).toBe('');
    expect(agentsGit(workspace, 'rev-list', '--count', 'HEAD')).toBe('1\n');
    expect(agentsGit(workspace, 'remote')).toBe('');
    expect(agentsGit(workspace, 'rev-parse', '--show-toplevel').trim()).toBe(workspace.root);
    expect((await stat(join(workspace.root, '.git'))).isDirectory()).toBe(true);
    expect(store.root).not.toBe(workspace.root);
  });

  test('commit, stash -u, reset --hard, clean -fdx, branches and gc change nothing else', async () => {
    const { person, store, tree, workspace } = await workspaceOf();
    const other = await store.fork({ session: 's', name: 'two', tree });
    const before = { person: stateOf(person), other: stateOf(other.root) };
    await put(workspace.root, { 'a.txt': 'A\n', 'n.txt': 'n\n' });
    const edited = await workspace.snapshot();
    agentsGit(workspace, 'stash', '-u');
    expect(await workspace.snapshot()).toBe(tree);
    agentsGit(workspace, 'stash', 'pop');
    expect(await workspace.snapshot()).toBe(edited);
    agentsGit(workspace, 'add', '-A');
    agentsGit(workspace, 'commit', '-q', '-m', 'mine');
    expect(await workspace.snapshot()).toBe(edited);
    agentsGit(workspace, 'checkout', '-q', '-b', 'side', 'HEAD~1');
    expect(await workspace.snapshot()).toBe(tree);
    agentsGit(workspace, 'checkout', '-q', '-');
    agentsGit(workspace, 'gc', '-q', '--prune=now');
    await put(workspace.root, { 'out/o.txt': 'o', 'x.txt': 'x' });
    agentsGit(workspace, 'clean', '-fdxq');
    agentsGit(workspace, 'reset', '-q', '--hard', 'HEAD~1');
    expect(await workspace.snapshot()).toBe(tree);
    expect({ person: stateOf(person), other: stateOf(other.root) }).toEqual(before);
    expect(await store.has(edited)).toBe(true);
  });

  test("without a repository of its own it finds none, not the person's", async () => {
    const { workspace, store, person } = await workspaceOf();
    await rm(join(workspace.root, '.git'), { recursive: true });
    expect(() => agentsGit(workspace, 'status')).toThrow(/not a git repository/);
    await put(workspace.root, { 'a.txt': 'A\n' });
    expect(await filesOf(store, await workspace.snapshot())).toMatchObject({ 'a.txt': 'A\n' });
    const to = join(store.home, 'check/tree');
    await using checkout = await store.checkout((await store.capture()).tree, to);
    expect(() => agentsGit(checkout, 'status')).toThrow(/not a git repository/);
    expect(personsGit(person, 'status', '--porcelain')).toBe('');
  });

  test("what the person's git does meanwhile does not reach it", async () => {
    const { person, store, tree, workspace } = await workspaceOf();
    await put(person, { 'a.txt': 'person\n' });
    commitAll(person, '--amend');
    personsGit(person, 'reflog', 'expire', '--expire=now', '--all');
    personsGit(person, 'gc', '-q', '--prune=now');
    expect(agentsGit(workspace, 'status', '--porcelain')).toBe('');
    expect(agentsGit(workspace, 'show', 'HEAD:a.txt')).toBe('a\n');
    expect(await workspace.snapshot()).toBe(tree);
    expect(await store.has(tree)).toBe(true);
  });
});

describe('a snapshot', () => {
  test('has edits, new files, removals, modes, links and renames', async () => {
    const { store, workspace } = await workspaceOf();
    await put(workspace.root, { 'a.txt': 'A\n', 'new/n.txt': 'n\n', 'out/ignored': 'x', run: { content: 'r', mode: 'executable' } });
    await put(workspace.root, { link: { content: 'a.txt', mode: 'link' } });
    await rm(join(workspace.root, 'dir/deep'), { recursive: true });
    expect(await filesOf(store, await workspace.snapshot())).toEqual({
      'a.txt': 'A\n',
      'dir/b.txt': 'b\n',
      '.gitignore': 'out/\n',
      'new/n.txt': 'n\n',
      run: '100755:r',
      link: '120000:a.txt',
    });
    expect(await store.changes(await workspace.snapshot(), await workspace.snapshot())).toEqual([]);
  });

  test('sees an edit of the same size and time where it is told of it', async () => {
    const { store, workspace } = await workspaceOf();
    const paths = ['a.txt', 'dir/b.txt'];
    const then = new Date(Date.now() - 60_000);
    for (const path of paths) await utimes(join(workspace.root, path), then, then);
    await workspace.snapshot();
    await put(workspace.root, { 'a.txt': 'X\n', 'dir/b.txt': 'Y\n' });
    for (const path of paths) await utimes(join(workspace.root, path), then, then);
    const seen = await filesOf(store, await workspace.snapshot({ touched: [...paths, 'not/there', 'out/ignored', 'dir'] }));
    expect(seen).toMatchObject({ 'a.txt': 'X\n', 'dir/b.txt': 'Y\n' });
  });

  test('a path that was a file and is a folder, and the other way, touched or not', async () => {
    for (const touched of [[], ['a.txt', 'a.txt/in', 'dir', 'dir/b.txt']]) {
      const { store, workspace } = await workspaceOf({ 'a.txt': 'a', 'dir/b.txt': 'b' });
      await rm(join(workspace.root, 'a.txt'));
      await rm(join(workspace.root, 'dir'), { recursive: true });
      await put(workspace.root, { 'a.txt/in': 'in', dir: 'file' });
      expect(await filesOf(store, await workspace.snapshot({ touched }))).toEqual({ 'a.txt/in': 'in', dir: 'file' });
    }
  });

  test('has the files of a repository that the agent made or cloned inside', async () => {
    const { store, workspace } = await workspaceOf({ 'a.txt': 'a' });
    agentsGit(workspace, 'init', '-q', 'inner');
    await put(workspace.root, { 'inner/i.txt': 'i' });
    const first = await workspace.snapshot();
    expect(await filesOf(store, first)).toEqual({ 'a.txt': 'a', 'inner/i.txt': 'i' });
    await put(workspace.root, { 'inner/i.txt': 'ii', 'inner/j.txt': 'j' });
    expect(await filesOf(store, await workspace.snapshot())).toEqual({ 'a.txt': 'a', 'inner/i.txt': 'ii', 'inner/j.txt': 'j' });
  });

  test('does not follow a link out of the workspace', async () => {
    const { store, person, workspace } = await workspaceOf({ 'a.txt': 'a', 'dir/b.txt': 'b' });
    await rm(join(workspace.root, 'dir'), { recursive: true });
    await put(workspace.root, { dir: { content: join(person, 'dir'), mode: 'link' } });
    const seen = await filesOf(store, await workspace.snapshot({ touched: ['dir/b.txt'] }));
    expect(seen).toEqual({ 'a.txt': 'a', dir: `120000:${join(person, 'dir')}` });
  });

  test('many at once, while files come and go', async () => {
    const { store, workspace } = await workspaceOf();
    const churn = (async () => {
      for (let round = 0; round < 30; round++) {
        await Promise.all(Array.from({ length: 10 }, (_, at) => writeFile(join(workspace.root, `t${at}`), String(round))));
        await Promise.all(Array.from({ length: 10 }, (_, at) => rm(join(workspace.root, `t${at}`))));
      }
    })();
    for (let at = 0; at < 4; at++) await Promise.all([workspace.snapshot(), workspace.snapshot({ touched: ['t1', 't2'] })]);
    await churn;
    expect(await filesOf(store, await workspace.snapshot())).toEqual(FILES);
  });

  test('aborted, or after a process that died in it', async () => {
    const { person, tree, workspace, store } = await workspaceOf();
    await expect(workspace.snapshot({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    expect(await workspace.snapshot()).toBe(tree);
    const locks = execFileSync('find', [store.gitDir, '-name', '*.index'], { encoding: 'utf8' }).trim().split('\n');
    for (const index of locks.filter((file) => file.includes('one'))) await writeFile(`${index}.lock`, '');
    // What it had half written is nobody's.
    await put(workspace.root, { 'a.txt': 'A\n', 'dir/.massgen-0123456789ab.tmp': 'hal' });
    await using again = await openStore(person);
    const reopened = await again.fork({ session: 's', name: 'one', tree });
    expect(await filesOf(again, await reopened.snapshot())).toEqual({ ...FILES, 'a.txt': 'A\n' });
  });
});

describe('a checkout', () => {
  test('is plain files, gone when disposed', async () => {
    const { store, tree } = await workspaceOf(FILES, { prefix: 'dir' });
    const to = join(store.home, 'checks/1/tree');
    {
      await using checkout = await store.checkout(tree, to);
      expect([checkout.root, checkout.cwd]).toEqual([to, join(to, 'dir')]);
      expect(readdirSync(to).sort()).toEqual(['.gitignore', 'a.txt', 'dir']);
    }
    expect(existsSync(to)).toBe(false);
  });

  test('several at once', async () => {
    const { store, tree } = await workspaceOf();
    const all = await Promise.all(['1', '2', '3'].map((name) => store.checkout(tree, join(store.home, 'checks', name))));
    for (const { root } of all) expect(await readFile(join(root, 'dir/deep/c.txt'), 'utf8')).toBe('c\n');
    expect(readdirSync(store.gitDir).filter((name) => name.startsWith('checkout'))).toEqual([]);
  });
});
