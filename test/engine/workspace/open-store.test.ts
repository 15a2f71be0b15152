import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { readFile, realpath, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../../src/engine/workspace/open-store.js';
import type { Store, Workspace } from '../../../src/engine/workspace/store.js';
import { agentsGit } from './agents-git.js';
import { commitAll, personsGit, personsRepository, stateOf } from './person.js';
import { contentsOf, type Files, scratchFolder } from './scratch.js';
import { put } from './scratch-store.js';

/** A store of `root` and a workspace at what the folder is now. */
async function forked(
  root: string,
  dependencies?: 'link' | 'copy' | 'none',
): Promise<{ store: Store; tree: string; workspace: Workspace }> {
  const store = await openStore(root);
  const { tree } = await store.capture();
  const workspace = await store.fork({ session: 's', name: 'one', tree, ...(dependencies && { dependencies }) });
  return { store, tree, workspace };
}

/** What a snapshot holds, without what the workspaces of every folder have. */
async function snapshotOf(store: Store, workspace: Workspace, touched?: readonly string[]): Promise<Record<string, string>> {
  return contentsOf(store.gitDir, await workspace.snapshot(touched ? { touched } : {}));
}

const folders: Record<string, (files: Files) => Promise<string>> = {
  'with a commit': async (files) => personsRepository(files),
  'without a commit': async (files) => {
    const root = await personsRepository();
    await put(root, files);
    return root;
  },
  'without a repository': async (files) => {
    const root = await scratchFolder();
    await put(root, files);
    return root;
  },
  'with sha256': async (files) => personsRepository(files, { format: 'sha256' }),
  'that is a worktree': async (files) => {
    const root = join(await scratchFolder(), 'tree');
    personsGit(await personsRepository(files), 'worktree', 'add', '-q', root);
    return root;
  },
  'with a detached HEAD': async (files) => {
    const root = await personsRepository(files);
    personsGit(root, 'checkout', '-q', '--detach');
    return root;
  },
};

const odd: Files = {
  'a.txt': 'a\n',
  'crlf.txt': 'one\r\ntwo\r\n',
  'b.bin': Uint8Array.from({ length: 256 }, (_, at) => at),
  run: { content: '#!/bin/sh\n', mode: 'executable' },
  link: { content: 'a.txt', mode: 'link' },
  dangling: { content: 'no/where', mode: 'link' },
  'sp ace "q" \\ é 日本.txt': 'odd',
  'new\nline': 'odd',
  '-dash': 'odd',
  '.gitattributes': '* text eol=lf\n',
  'dir/deep/d.txt': 'd\n',
};

describe('a workspace', () => {
  test.each(Object.keys(folders))('of a folder %s is the folder, byte for byte, and snapshots as it', async (kind) => {
    const root = await folders[kind]?.(odd);
    if (root === undefined) throw new Error(kind);
    // Git has put `lf` into what it checked out; the person has `crlf` and a new binary file.
    await put(root, { 'crlf.txt': 'one\r\ntwo\r\n', 'untracked.bin': new Uint8Array([0, 13, 10, 255, 13, 10]) });
    const before = stateOf(root);
    const { store, tree, workspace } = await forked(root);
    expect(stateOf(workspace.root, ['.git'])).toEqual(stateOf(root, ['.git', '.massgen']));
    expect(await workspace.snapshot()).toBe(tree);
    await writeFile(join(workspace.root, 'new\nline'), 'changed');
    await rm(join(workspace.root, 'dangling'));
    await put(workspace.root, { 'é/ü "x"': { content: 'x', mode: 'executable' } });
    const files = await snapshotOf(store, workspace, ['new\nline', 'é/ü "x"', 'dangling']);
    const { dangling: _, ...rest } = await contentsOf(store.gitDir, tree);
    expect(files['new\nline'] ?? files['"new\\nline"']).toBe('changed');
    expect(Object.keys(files).length).toBe(Object.keys(rest).length + 1);
    await store.cleanUp('s');
    expect(existsSync(workspace.root)).toBe(false);
    expect(stateOf(root)).toEqual(before);
  });

  test('of a folder in a repository is the whole repository; the agent starts in the same folder', async () => {
    const root = await personsRepository({ 'top.txt': 't\n', 'packages/a/a.txt': 'a\n' });
    const { store, workspace } = await forked(join(root, 'packages/a'));
    expect([workspace.cwd, await realpath(workspace.root)]).toEqual([join(workspace.root, 'packages/a'), workspace.root]);
    expect(agentsGit(workspace, 'rev-parse', '--show-toplevel').trim()).toBe(workspace.root);
    await writeFile(join(workspace.cwd, 'n.txt'), 'n');
    expect(Object.keys(await snapshotOf(store, workspace))).toEqual(['packages/a/a.txt', 'packages/a/n.txt', 'top.txt']);
  });

  test('sees every edit: files named and unnamed, of the same size at the same moment, kinds, modes, deletions', async () => {
    const root = await personsRepository({ 'a.txt': 'one\n', 'b.txt': 'b\n', 'c.txt': 'c\n', run: 'r\n', kind: 'k\n', 'd/d.txt': 'd\n' });
    const { store, workspace } = await forked(root);
    const at = (path: string) => join(workspace.root, path);
    const { atime, mtime } = lstatSync(at('a.txt'));
    await writeFile(at('a.txt'), 'two\n');
    await utimes(at('a.txt'), atime, mtime);
    await writeFile(at('b.txt'), 'B, longer\n');
    await Promise.all([rm(at('c.txt')), rm(at('kind')), rm(at('d'), { recursive: true })]);
    await put(workspace.root, { run: { content: 'r\n', mode: 'executable' }, 'kind/in.txt': 'in\n', d: 'file now\n' });
    const expected = { 'a.txt': 'two\n', 'b.txt': 'B, longer\n', run: '100755:r\n', 'kind/in.txt': 'in\n', d: 'file now\n' };
    expect(await snapshotOf(store, workspace, ['a.txt', 'c.txt', 'none.txt'])).toEqual(expected);
    // What was said to be touched once stays seen.
    await writeFile(at('b.txt'), 'b\n');
    expect(await snapshotOf(store, workspace, ['b.txt', 'a.txt'])).toEqual({ ...expected, 'b.txt': 'b\n' });
  });

  test('leaves out what git ignores, also where a tool wrote it', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n', '.gitignore': 'out/\n', '.massgenignore': 'mine.txt\n' });
    await writeFile(join(root, '.git/info/exclude'), 'local.txt\n');
    const { store, tree, workspace } = await forked(root);
    await put(workspace.root, { 'out/o.txt': 'o', 'local.txt': 'l', 'mine.txt': 'm' });
    expect(await workspace.snapshot({ touched: ['out/o.txt', 'local.txt'] })).toBe(tree);
    await store.cleanUp('s');
  });

  test('keeps an agent away from the person, whatever its git does, and snapshots stay right', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n', 'b.txt': 'b\n', '.gitignore': 'out\n' });
    await put(root, { 'a.txt': 'mine\n', 'untracked.txt': 'u\n', out: 'o' });
    const before = stateOf(root);
    const { store, tree, workspace } = await forked(root);
    const { root: there } = workspace;
    expect(agentsGit(workspace, 'status', '--porcelain')).toBe('');
    await put(there, { 'a.txt': 'agent\n', 'n.txt': 'n\n' });
    agentsGit(workspace, 'stash', '-u');
    expect(await workspace.snapshot()).toBe(tree);
    agentsGit(workspace, 'stash', 'pop');
    const edited = await workspace.snapshot();
    expect(await contentsOf(store.gitDir, edited)).toMatchObject({ 'a.txt': 'agent\n', 'n.txt': 'n\n', 'untracked.txt': 'u\n' });
    agentsGit(workspace, 'add', '-A');
    agentsGit(workspace, 'commit', '-q', '-m', 'work');
    expect(await workspace.snapshot()).toBe(edited);
    agentsGit(workspace, 'reset', '-q', '--hard', 'HEAD~1');
    agentsGit(workspace, 'clean', '-fdxq');
    expect(await workspace.snapshot()).toBe(tree);
    expect(stateOf(root)).toEqual(before);
    // Without a repository of its own, git finds none above.
    await rm(join(there, '.git'), { recursive: true });
    expect(() => agentsGit(workspace, 'rev-parse', '--git-dir')).toThrow('not a git repository');
    expect(await workspace.snapshot()).toBe(tree);
  });

  test('a repository that an agent makes in it comes in as files', async () => {
    const { store, workspace } = await forked(await personsRepository({ 'a.txt': 'a\n' }));
    const inner = join(workspace.root, 'inner');
    await put(inner, { 'i.txt': 'i\n', 'deep/j.txt': 'j\n' });
    agentsGit(workspace, 'init', '-q', 'inner');
    const files = { 'a.txt': 'a\n', 'inner/i.txt': 'i\n', 'inner/deep/j.txt': 'j\n' };
    expect(await snapshotOf(store, workspace)).toEqual(files);
    agentsGit({ ...workspace, cwd: inner }, 'add', '-A');
    agentsGit({ ...workspace, cwd: inner }, '-c', 'user.name=a', '-c', 'user.email=a@a', 'commit', '-q', '-m', 'inner');
    await writeFile(join(inner, 'i.txt'), 'changed\n');
    expect(await snapshotOf(store, workspace)).toEqual({ ...files, 'inner/i.txt': 'changed\n' });
  });

  test('is reopened as it was left, by another process too', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n' });
    const { tree, workspace } = await forked(root);
    await writeFile(join(workspace.root, 'a.txt'), 'edited\n');
    await using store = await openStore(root);
    const again = await store.fork({ session: 's', name: 'one', tree });
    expect(again.root).toBe(workspace.root);
    expect(await snapshotOf(store, again)).toEqual({ 'a.txt': 'edited\n' });
  });

  test('that was half made is never taken for whole', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n' });
    const { store, tree, workspace } = await forked(root);
    await rename(workspace.root, `${workspace.root}.making-0123abcd`);
    await rm(join(workspace.root, '..', 'one.making-0123abcd', 'a.txt'));
    const again = await store.fork({ session: 's', name: 'one', tree });
    expect(await again.snapshot()).toBe(tree);
    const stopped = store.fork({ session: 's', name: 'two', tree, signal: AbortSignal.abort(new Error('enough')) });
    await expect(stopped).rejects.toThrow('enough');
    expect(readdirSync(join(workspace.root, '..'))).not.toContain('two');
  });

  test('made five at a time', async () => {
    const root = await personsRepository(odd);
    await using store = await openStore(root);
    const { tree } = await store.capture();
    const made = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => store.fork({ session: 's', name, tree })));
    expect(new Set(await Promise.all(made.map((one) => one.snapshot())))).toEqual(new Set([tree]));
    const { workspaces } = await store.size();
    expect(workspaces).toBeGreaterThan(0);
    await store.cleanUp('s');
    expect((await store.size()).workspaces).toBe(0);
  });

  test("survives the person's amend, expired reflog and gc --prune=now", async () => {
    const root = await personsRepository({ 'a.txt': 'first\n', 'b.txt': 'b\n' });
    const { store, tree, workspace } = await forked(root);
    await writeFile(join(workspace.root, 'b.txt'), 'agent\n');
    await put(root, { 'a.txt': 'second\n' });
    commitAll(root, '--amend');
    personsGit(root, 'reflog', 'expire', '--expire=now', '--all');
    personsGit(root, 'gc', '-q', '--prune=now');
    expect(await store.has(tree)).toBe(true);
    expect(await snapshotOf(store, workspace)).toEqual({ 'a.txt': 'first\n', 'b.txt': 'agent\n' });
    expect(agentsGit(workspace, 'show', 'HEAD:a.txt')).toBe('first\n');
    const next = await store.fork({ session: 's', name: 'two', tree });
    expect(await readFile(join(next.root, 'a.txt'), 'utf8')).toBe('first\n');
  });

  test('keeps a file that was added by force, and what a sparse checkout left away', async () => {
    const root = await personsRepository({ 'in/i.txt': 'i\n', 'away/w.txt': 'w\n', '.gitignore': '*.log\n' });
    await put(root, { 'kept.log': 'k\n' });
    personsGit(root, 'add', '-f', 'kept.log');
    personsGit(root, 'sparse-checkout', 'set', 'in');
    const { store, tree, workspace } = await forked(root);
    expect(existsSync(join(root, 'away/w.txt'))).toBe(false);
    const files = { '.gitignore': '*.log\n', 'away/w.txt': 'w\n', 'in/i.txt': 'i\n', 'kept.log': 'k\n' };
    expect(await contentsOf(store.gitDir, tree)).toEqual(files);
    expect(await workspace.snapshot()).toBe(tree);
    await writeFile(join(workspace.root, 'kept.log'), 'K, changed\n');
    expect(await snapshotOf(store, workspace)).toEqual({ ...files, 'kept.log': 'K, changed\n' });
  });
});

describe('dependencies', () => {
  /** A monorepo as npm installs it. */
  async function monorepo(): Promise<string> {
    const root = await personsRepository({ 'packages/a/index.js': 'a\n', 'packages/b/index.js': 'b\n', '.gitignore': 'node_modules\n' });
    await put(root, {
      'node_modules/p/index.js': 'p\n',
      'node_modules/@x/q/index.js': 'q\n',
      'node_modules/.bin/p': { content: '../p/index.js', mode: 'link' },
      'node_modules/.cache/c': 'cache',
      'packages/b/node_modules/r/index.js': 'r\n',
    });
    await symlink('../packages/a', join(root, 'node_modules/a'));
    return root;
  }

  test('are links to what the person has installed; those between packages lead to the workspace', async () => {
    const root = await monorepo();
    const before = stateOf(root);
    const { store, tree, workspace } = await forked(root);
    const modules = join(workspace.root, 'node_modules');
    expect(lstatSync(modules).isDirectory()).toBe(true);
    expect(lstatSync(join(modules, '@x')).isDirectory()).toBe(true);
    expect(lstatSync(join(modules, 'p')).isSymbolicLink()).toBe(true);
    expect(await readFile(join(modules, '@x/q/index.js'), 'utf8')).toBe('q\n');
    expect(await readFile(join(modules, '.bin/p'), 'utf8')).toBe('p\n');
    expect(existsSync(join(modules, '.cache'))).toBe(false);
    expect(await realpath(join(modules, 'a'))).toBe(join(workspace.root, 'packages/a'));
    expect(await readFile(join(workspace.root, 'packages/b/node_modules/r/index.js'), 'utf8')).toBe('r\n');
    expect([...workspace.linkedRoots].sort()).toEqual([join(root, 'node_modules'), join(root, 'packages/b/node_modules')]);
    await put(modules, { 'new/index.js': 'new', 'p.txt': 'x' });
    await rm(join(modules, 'p'));
    expect(await workspace.snapshot()).toBe(tree);
    expect(agentsGit(workspace, 'status', '--porcelain')).toBe('');
    await store.cleanUp('s');
    expect(stateOf(root)).toEqual(before);
  });

  test('are copied, or stay away, where that is asked for', async () => {
    const root = await monorepo();
    const { store, tree, workspace } = await forked(root, 'copy');
    const copied = join(workspace.root, 'node_modules/p/index.js');
    expect(await realpath(copied)).toBe(copied);
    expect(await realpath(join(workspace.root, 'node_modules/a'))).toBe(join(workspace.root, 'packages/a'));
    expect(workspace.linkedRoots).toEqual([]);
    expect(await workspace.snapshot()).toBe(tree);
    const bare = await store.fork({ session: 's', name: 'bare', tree, dependencies: 'none' });
    expect(existsSync(join(bare.root, 'node_modules'))).toBe(false);
  });

  test('stay out of snapshots where no rule ignores them by name', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n', '.gitignore': 'node_modules/\n/.venv/\n' });
    await put(root, { 'node_modules/p/index.js': 'p\n', '.venv/bin/python': 'x' });
    const { tree, workspace } = await forked(root);
    expect(lstatSync(join(workspace.root, '.venv')).isSymbolicLink()).toBe(true);
    expect(await workspace.snapshot()).toBe(tree);
    agentsGit(workspace, 'clean', '-fdq');
    expect(await readFile(join(root, '.venv/bin/python'), 'utf8')).toBe('x');
  });

  test('what .worktreeinclude names comes as a copy', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n', '.gitignore': 'local.json\n', '.worktreeinclude': 'local.json\n' });
    await put(root, { 'local.json': '{}' });
    const { tree, workspace } = await forked(root);
    await writeFile(join(workspace.root, 'local.json'), '{"agent":1}');
    expect(await readFile(join(root, 'local.json'), 'utf8')).toBe('{}');
    expect(await workspace.snapshot()).toBe(tree);
  });
});

describe('a checkout', () => {
  test('is the files alone, and goes when it is disposed of', async () => {
    const root = await personsRepository({ ...odd, '.gitignore': 'node_modules\n' });
    await put(root, { 'node_modules/p/index.js': 'p\n' });
    await using store = await openStore(root);
    const { tree } = await store.capture();
    const to = join(await scratchFolder(), 'out');
    {
      await using out = await store.checkout(tree, to, { dependencies: 'link' });
      expect(stateOf(out.root, ['node_modules'])).toEqual(stateOf(root, ['.git', '.massgen', 'node_modules']));
      expect(await readFile(join(out.cwd, 'node_modules/p/index.js'), 'utf8')).toBe('p\n');
    }
    expect(existsSync(to)).toBe(false);
    expect(readdirSync(store.gitDir).filter((name) => name.startsWith('checkout-'))).toEqual([]);
  });
});

test('without git, it says what to install', async () => {
  const root = await scratchFolder();
  const { PATH } = process.env;
  process.env.PATH = await scratchFolder();
  try {
    await expect(openStore(root)).rejects.toMatchObject({ failure: { code: 'workspace', hint: expect.stringContaining('Install git') } });
  } finally {
    process.env.PATH = PATH;
  }
});
