import { existsSync, readdirSync } from 'node:fs';
import { chmod, lstat, readFile, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../../src/engine/workspace/open-store.js';
import { agentsGit } from './agents-git.js';
import { personsRepository, stateOf } from './person.js';
import type { Files } from './scratch.js';
import { put } from './scratch-store.js';

/** Enough that several threads have a part in it. */
const MANY: Files = Object.fromEntries(
  Array.from({ length: 900 }, (_, at): [string, Files[string]] => {
    const path = `d${at % 7}/e${at % 31}/f${at}`;
    if (at % 50 === 0) return [`${path}-link`, { content: `f${at + 1}`, mode: 'link' }];
    if (at % 20 === 0) return [`${path}.sh`, { content: `#!/bin/sh\necho ${at}\n`, mode: 'executable' }];
    return [`${path} ü\t.txt`, `${at}\r\n`.repeat(at)];
  }),
);

/** A folder whose files are known by their times: none is as young as the index. */
async function settled(files: Files) {
  const person = await personsRepository(files);
  await put(person, { 'large.bin': new Uint8Array(3_000_000).map((_, at) => at % 251), 'untracked.txt': 'u' });
  await sleep(1100);
  const store = await openStore(person);
  const { tree } = await store.capture();
  return { person, store, tree };
}

const withoutGit = (folder: string) => stateOf(folder, ['.git', '.massgen']);

describe('the files of a tree', () => {
  test('many, in several workspaces at once, are what the folder has; git and snapshots take them for unchanged', async () => {
    const { person, store, tree } = await settled(MANY);
    const all = await Promise.all(['one', 'two', 'three'].map((name) => store.fork({ session: 's', name, tree })));
    for (const workspace of all) {
      expect(withoutGit(workspace.root)).toEqual(withoutGit(person));
      expect(agentsGit(workspace, 'status', '--porcelain')).toBe('');
      expect(await workspace.snapshot()).toBe(tree);
    }
    await store[Symbol.asyncDispose]();
  });

  test('come from the store where the folder has changed since, however it was', async () => {
    const { person, store, tree } = await settled(MANY);
    const before = withoutGit(person);
    const files = Object.keys(before).filter((path) => path.endsWith('.txt') && !path.startsWith('untracked'));
    const at = (number: number) => join(person, files[number] ?? '');
    const { atime, mtime } = await lstat(at(10));
    const bytes = await readFile(at(10));
    await writeFile(at(10), bytes.fill(0x21)); // The same size, at the same time.
    await utimes(at(10), atime, mtime);
    await writeFile(at(11), 'edited');
    await rm(at(12));
    await unlink(at(13));
    await symlink('/etc/hostname', at(13));
    await chmod(at(14), 0o755);
    await rm(join(person, 'd3'), { recursive: true });
    await writeFile(join(person, 'large.bin'), 'small');
    await using workspace = await store.fork({ session: 's', name: 'one', tree });
    expect(withoutGit(workspace.root)).toEqual(before);
    expect(agentsGit(workspace, 'status', '--porcelain')).toBe('');
    expect(await workspace.snapshot()).toBe(tree);
    await store[Symbol.asyncDispose]();
  });

  test('asked for twice at once come to the one place although the other cannot be made', async () => {
    const { person, store, tree } = await settled({ 'a.txt': 'a\n', 'b/c.txt': 'c\n' });
    await writeFile(join(person, '.massgen/file'), '');
    const [bad, good] = await Promise.allSettled([
      store.checkout(tree, join(person, '.massgen/file/below')),
      store.checkout(tree, join(person, '.massgen/place')),
    ]);
    expect([bad.status, good.status]).toEqual(['rejected', 'fulfilled']);
    expect(withoutGit(join(person, '.massgen/place'))).toEqual(withoutGit(person));
    await store[Symbol.asyncDispose]();
  });

  test('of another tree than the last capture are those of that tree', async () => {
    const { person, store, tree } = await settled(MANY);
    const before = withoutGit(person);
    await put(person, { 'd1/new.txt': 'new', 'untracked.txt': 'other' });
    await rm(join(person, 'd2'), { recursive: true });
    const later = (await store.capture()).tree;
    await using old = await store.fork({ session: 's', name: 'old', tree });
    await using young = await store.fork({ session: 's', name: 'young', tree: later });
    expect(withoutGit(old.root)).toEqual(before);
    expect(withoutGit(young.root)).toEqual(withoutGit(person));
    await store[Symbol.asyncDispose]();
  });

  test('are not half there when it is aborted, and nothing of it stays', async () => {
    const { store, tree } = await settled(MANY);
    const abort = new AbortController();
    const forking = store.fork({ session: 's', name: 'one', tree, signal: abort.signal });
    setTimeout(() => abort.abort(new Error('enough')), 15);
    await expect(forking).rejects.toThrow('enough');
    expect(readdirSync(join(store.home, 'workspaces/s'))).toEqual([]);
    expect(existsSync(join(store.gitDir, 'workspaces/s/one.json'))).toBe(false);
    await using again = await store.fork({ session: 's', name: 'one', tree });
    expect(await again.snapshot()).toBe(tree);
    await store[Symbol.asyncDispose]();
  });

  test('can be left in the midst of it', async () => {
    const { store, tree } = await settled(MANY);
    const forking = store.fork({ session: 's', name: 'one', tree });
    forking.catch(() => undefined); // Looked at below.
    await sleep(5);
    await store[Symbol.asyncDispose]();
    await forking.then(
      (workspace) => expect(existsSync(workspace.root)).toBe(true),
      () => expect(existsSync(join(store.home, 'workspaces/s/one'))).toBe(false),
    );
  });
});
