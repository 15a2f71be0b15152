import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../../src/engine/workspace/open-store.js';
import { personsRepository, stateOf } from './person.js';
import { put } from './scratch-store.js';

const link = (content: string) => ({ content, mode: 'link' as const });
const main = (value: string) => `export default ${JSON.stringify(value)};\n`;
const manifest = (name: string) => JSON.stringify({ name, type: 'module', main: 'index.js' });

/** A monorepo with installed packages: one from outside, one of a scope, one of its own. */
async function monorepo(): Promise<string> {
  const root = await personsRepository({
    '.gitignore': 'node_modules/\n.venv/\nvendor/\n.env\n',
    'package.json': JSON.stringify({ type: 'module' }),
    'packages/own/package.json': manifest('own'),
    'packages/own/index.js': main('own, as committed'),
    'packages/app/package.json': manifest('app'),
    'packages/app/index.js':
      "import own from 'own';\nimport dep from 'dep';\nimport local from 'local';\nconsole.log([own, dep, local].join());\n",
  });
  await put(root, {
    'node_modules/dep/package.json': manifest('dep'),
    'node_modules/dep/index.js': main('dep'),
    'node_modules/dep/cli.js': { content: '#!/usr/bin/env node\nconsole.log("cli");\n', mode: 'executable' },
    'node_modules/@scope/one/package.json': manifest('@scope/one'),
    'node_modules/.cache/junk': 'junk',
    'node_modules/.bin/dep': link('../dep/cli.js'),
    'node_modules/own': link('../packages/own'),
    'packages/app/node_modules/local/package.json': manifest('local'),
    'packages/app/node_modules/local/index.js': main('local'),
    '.venv/bin/python': 'python',
    'vendor/lib.txt': 'lib',
  });
  return root;
}

describe('dependencies come into a workspace', () => {
  test('by links; packages of the folder are those of the workspace', async () => {
    const root = await monorepo();
    await using store = await openStore(root);
    const { tree } = await store.capture();
    await using workspace = await store.fork({ session: 's', name: 'one', tree });
    await writeFile(join(workspace.root, 'packages/own/index.js'), main("own, the agent's"));
    const out = execFileSync('node', ['index.js'], { cwd: join(workspace.root, 'packages/app'), encoding: 'utf8' });
    expect(out).toBe("own, the agent's,dep,local\n");
    expect(execFileSync(join(workspace.root, 'node_modules/.bin/dep'), { encoding: 'utf8' })).toBe('cli\n');
    expect(realpathSync(join(workspace.root, 'node_modules/own'))).toBe(join(workspace.root, 'packages/own'));
    expect(realpathSync(join(workspace.root, 'node_modules/@scope/one'))).toBe(join(root, 'node_modules/@scope/one'));
    expect(lstatSync(join(workspace.root, 'node_modules')).isSymbolicLink()).toBe(false);
    expect(lstatSync(join(workspace.root, 'node_modules/@scope')).isSymbolicLink()).toBe(false);
    expect(existsSync(join(workspace.root, 'node_modules/.cache'))).toBe(false);
    expect(realpathSync(join(workspace.root, '.venv'))).toBe(join(root, '.venv'));
    const roots = ['.venv', 'node_modules', 'packages/app/node_modules', 'vendor'];
    expect([...workspace.linkedRoots].sort()).toEqual(await Promise.all(roots.map((path) => realpath(join(root, path)))));
  });

  test('and are no part of a snapshot, nor of what git shows the agent', async () => {
    const root = await monorepo();
    await using store = await openStore(root);
    const { tree } = await store.capture();
    await using workspace = await store.fork({ session: 's', name: 'one', tree });
    expect(await workspace.snapshot()).toBe(tree);
    const env = { ...process.env, ...workspace.env };
    expect(execFileSync('git', ['status', '--porcelain'], { cwd: workspace.cwd, env, encoding: 'utf8' })).toBe('');
    // An install that replaces links by what it brought stays in the workspace, and out of the candidate.
    const before = stateOf(join(root, 'node_modules'));
    execFileSync('rm', ['-rf', join(workspace.root, 'node_modules')]);
    await put(workspace.root, { 'node_modules/dep/index.js': 'other' });
    expect(await workspace.snapshot()).toBe(tree);
    await store.cleanUp('s');
    expect(stateOf(join(root, 'node_modules'))).toEqual(before);
    expect(existsSync(join(root, '.venv/bin/python'))).toBe(true);
  });

  test('as copies, or not at all', async () => {
    const root = await monorepo();
    await using store = await openStore(root);
    const { tree } = await store.capture();
    await using copied = await store.fork({ session: 's', name: 'copied', tree, dependencies: 'copy' });
    expect(copied.linkedRoots).toEqual([]);
    expect(lstatSync(join(copied.root, 'node_modules/dep')).isDirectory()).toBe(true);
    expect(realpathSync(join(copied.root, 'node_modules/own'))).toBe(join(copied.root, 'packages/own'));
    expect(realpathSync(join(copied.root, 'node_modules/.bin/dep'))).toBe(join(copied.root, 'node_modules/dep/cli.js'));
    await using none = await store.fork({ session: 's', name: 'none', tree, dependencies: 'none' });
    expect(none.linkedRoots).toEqual([]);
    expect(readdirSync(none.root).sort()).toEqual(['.git', '.gitignore', 'package.json', 'packages']);
  });

  test('into checkouts too', async () => {
    const root = await monorepo();
    await using store = await openStore(root);
    const { tree } = await store.capture();
    await using checkout = await store.checkout(tree, join(store.home, 'checks/1'), { dependencies: 'link' });
    const out = execFileSync('node', ['index.js'], { cwd: join(checkout.root, 'packages/app'), encoding: 'utf8' });
    expect(out).toBe('own, as committed,dep,local\n');
    expect(realpathSync(join(checkout.root, 'node_modules/own'))).toBe(join(checkout.root, 'packages/own'));
    expect(checkout.linkedRoots).toContain(join(root, 'node_modules'));
  });

  test('for a folder deep inside of the repository', async () => {
    const root = await personsRepository({ '.gitignore': 'node_modules\n', 'a/b/c/d/e/f/a.txt': 'a' });
    await put(root, { 'a/b/c/d/e/f/node_modules/dep/index.js': 'dep' });
    await using store = await openStore(join(root, 'a/b/c/d/e/f'));
    await using workspace = await store.fork({ session: 's', name: 'one', tree: (await store.capture()).tree });
    expect(await readFile(join(workspace.cwd, 'node_modules/dep/index.js'), 'utf8')).toBe('dep');
  });

  test('tracked folders of that name are files like any other', async () => {
    const root = await personsRepository({ 'vendor/tracked.txt': 't' });
    await using store = await openStore(root);
    const { tree } = await store.capture();
    await using workspace = await store.fork({ session: 's', name: 'one', tree });
    expect(workspace.linkedRoots).toEqual([]);
    expect(lstatSync(join(workspace.root, 'vendor')).isSymbolicLink()).toBe(false);
    await put(workspace.root, { 'vendor/tracked.txt': 'changed' });
    expect(await workspace.snapshot()).not.toBe(tree);
  });

  test('with what .worktreeinclude names, copied, wherever it is', async () => {
    const root = await monorepo();
    await put(root, { '.worktreeinclude': '.env\n', '.env': 'A=1\n', 'packages/app/.env': 'B=2\n' });
    await using store = await openStore(root);
    const { tree } = await store.capture();
    await using workspace = await store.fork({ session: 's', name: 'one', tree, dependencies: 'none' });
    expect(await readFile(join(workspace.root, '.env'), 'utf8')).toBe('A=1\n');
    expect(await readFile(join(workspace.root, 'packages/app/.env'), 'utf8')).toBe('B=2\n');
    await writeFile(join(workspace.root, '.env'), 'A=2\n');
    expect(await readFile(join(root, '.env'), 'utf8')).toBe('A=1\n');
    expect(await workspace.snapshot()).toBe(tree);
  });
});
