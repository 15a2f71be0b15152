import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { recoverApply, writeChanges } from '../../../src/engine/workspace/apply.js';
import type { Store } from '../../../src/engine/workspace/store.js';
import { dropStages } from '../../../src/engine/workspace/write-folder.js';
import { FailureError } from '../../../src/protocol/failure.js';
import { type Files, scratchFolder, treesOf } from './scratch.js';
import { put, scratchStore, snapshotOf } from './scratch-store.js';

const BEFORE: Files = {
  'a.txt': 'a\n',
  'd/b.txt': 'b\n',
  'd/gone.txt': 'gone\n',
  'only/here.txt': 'here\n',
  tool: { content: 'tool\n', mode: 'executable' },
  link: { content: 'a.txt', mode: 'link' },
  'to-folder': 'file\n',
  'to-file/x': 'x\n',
};
const AFTER: Files = {
  'a.txt': 'A\n',
  'd/b.txt': 'B\n',
  tool: 'tool\n',
  link: { content: 'd', mode: 'link' },
  'new/deep/n.txt': 'n\n',
  'to-folder/x': 'x\n',
  'to-file': 'file\n',
};

interface Ready {
  store: Store;
  before: string;
  after: string;
  paths: string[];
}

/** A folder that holds BEFORE, and what it takes to make it AFTER. */
async function ready(options: { home?: string } = {}): Promise<Ready> {
  const store = await scratchStore(options);
  await put(store.root, BEFORE);
  const { tree } = await store.capture();
  const [after = ''] = await treesOf(store.gitDir, [AFTER]);
  return { store, before: tree, after, paths: [...new Set([...Object.keys(BEFORE), ...Object.keys(AFTER)])] };
}

/** Number of paths that differ, each of which is a step. */
const STEPS = 11;

const run = ({ store, before, after, paths }: Ready, onPath?: (path: string) => void | Promise<void>) =>
  writeChanges(store, before, after, { paths, ...(onPath && { onPath }) });

async function failure(promise: Promise<unknown>) {
  const error = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof FailureError)) throw error;
  return error.failure;
}

// Another file system than the folder's, where there is one.
const elsewhere = existsSync('/dev/shm') && statSync('/dev/shm').dev !== statSync(dirname(fileURLToPath(import.meta.url))).dev;

const leftovers = async (store: Store) => (existsSync(join(store.home, 'apply')) ? readdir(join(store.home, 'apply')) : []);

describe('writing a folder', () => {
  it('touches only the paths that are named and differ', async () => {
    const at = await ready();
    const untouched = await lstat(join(at.store.root, 'd/b.txt'));
    await writeChanges(at.store, at.before, at.after, { paths: ['a.txt', 'new/deep/n.txt', 'no such path'] });
    expect(await snapshotOf(at.store.root)).toMatchObject({
      'a.txt': '644 A\n',
      'new/deep/n.txt': '644 n\n',
      'd/b.txt': '644 b\n',
      tool: '755 tool\n',
    });
    expect((await lstat(join(at.store.root, 'd/b.txt'))).ino).toBe(untouched.ino);
    expect(await leftovers(at.store)).toEqual([]);
  });

  it('puts everything back, whichever step fails', async () => {
    const at = await ready();
    const before = await snapshotOf(at.store.root);
    for (let failing = 1; failing <= STEPS; failing++) {
      let step = 0;
      const fails = () => {
        step++;
        if (step === failing) throw new Error(`step ${step}`);
      };
      await expect(run(at, fails)).rejects.toThrow(`step ${failing}`);
      expect(await snapshotOf(at.store.root)).toEqual(before);
    }
    expect(await leftovers(at.store)).toEqual([]);
    await run(at);
    expect((await at.store.capture()).tree).toBe(at.after);
  });

  it('puts back the very files, so that what is open in an editor stays the same file', async () => {
    const at = await ready();
    const ino = async (path: string) => (await lstat(join(at.store.root, path))).ino;
    const inos = [await ino('a.txt'), await ino('d/gone.txt')];
    const fails = (path: string) => {
      if (path === 'tool') throw new Error('late');
    };
    await expect(run(at, fails)).rejects.toThrow('late');
    expect([await ino('a.txt'), await ino('d/gone.txt')]).toEqual(inos);
  });

  it('stops and puts everything back where a file is edited while it writes, and keeps the edit', async () => {
    const at = await ready();
    const before = await snapshotOf(at.store.root);
    const edits = async (path: string) => {
      if (path === 'a.txt') await writeFile(join(at.store.root, 'tool'), 'edited\n');
    };
    expect(await failure(run(at, edits))).toMatchObject({
      code: 'conflict',
      retryable: true,
      message: expect.stringContaining('tool is not as it was'),
    });
    expect(await snapshotOf(at.store.root)).toEqual({ ...before, tool: '755 edited\n' });
  });

  it('changes nothing where a path is not as expected to begin with', async () => {
    const at = await ready();
    for (const [path, content] of [
      ['tool', 'edited\n'],
      ['new/deep/n.txt', 'mine\n'],
      ['to-file/mine', 'mine\n'],
    ] as const) {
      await mkdir(dirname(join(at.store.root, path)), { recursive: true });
      const old = existsSync(join(at.store.root, path)) ? await readFile(join(at.store.root, path)) : undefined;
      await writeFile(join(at.store.root, path), content);
      const before = await snapshotOf(at.store.root);
      expect((await failure(run(at))).code).toBe('conflict');
      expect(await snapshotOf(at.store.root)).toEqual(before);
      if (old) await writeFile(join(at.store.root, path), old);
    }
  });

  it('does not write through a folder that became a link', async () => {
    const at = await ready();
    const outside = await scratchFolder();
    await rename(join(at.store.root, 'd'), join(outside, 'd'));
    await symlink(join(outside, 'd'), join(at.store.root, 'd'));
    expect(await failure(run(at))).toMatchObject({ code: 'conflict', message: expect.stringContaining('symbolic link d') });
    expect(await snapshotOf(outside)).toMatchObject({ 'd/b.txt': '644 b\n', 'd/gone.txt': '644 gone\n' });
  });

  it.each(['.git/hooks/pre-commit', 'd/.GIT/config', '.massgen/store.git/config'])('refuses to write %s', async (path) => {
    const at = await ready();
    const { moveFiles } = await import('../../../src/engine/workspace/write-folder.js');
    const to = { mode: '100644', id: 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391' };
    expect(await failure(moveFiles(at.store, [{ path, from: undefined, to }]))).toMatchObject({ code: 'workspace' });
    expect(await failure(moveFiles(at.store, [{ path: '../x', from: undefined, to }]))).toMatchObject({ code: 'workspace' });
  });

  it.each(['../made/', '.git/made/', 'd/../../made/'])('refuses to bring back a folder at %s', async (path) => {
    const at = await ready();
    const before = await snapshotOf(at.store.root);
    const restore = { [path]: '777' };
    expect(await failure(writeChanges(at.store, at.before, at.after, { paths: at.paths, restore }))).toMatchObject({ code: 'workspace' });
    expect(await snapshotOf(at.store.root)).toEqual(before);
    expect(existsSync(join(at.store.root, path))).toBe(false);
  });

  it('stops when it is told to, and puts everything back', async () => {
    const at = await ready();
    const before = await snapshotOf(at.store.root);
    const controller = new AbortController();
    const stop = (path: string) => {
      if (path === 'd/b.txt') controller.abort(new Error('enough'));
    };
    await expect(writeChanges(at.store, at.before, at.after, { paths: at.paths, signal: controller.signal, onPath: stop })).rejects.toThrow(
      'enough',
    );
    expect(await snapshotOf(at.store.root)).toEqual(before);
  });

  it.runIf(elsewhere)('works with a store on another file system, and puts back across them', async () => {
    const home = await mkdtemp('/dev/shm/massgen-test-');
    try {
      const at = await ready({ home });
      const before = await snapshotOf(at.store.root);
      let step = 0;
      const fails = () => {
        step++;
        if (step === STEPS) throw new Error('the last');
      };
      await expect(run(at, fails)).rejects.toThrow('the last');
      expect(await snapshotOf(at.store.root)).toEqual(before);
      await run(at);
      expect((await at.store.capture()).tree).toBe(at.after);
    } finally {
      await rm(home, { recursive: true });
    }
  });
});

describe('in a process of its own', () => {
  let script: string;
  beforeAll(async () => {
    script = join(await scratchFolder(), 'child.mjs');
    const contents = `
      import fs from 'node:fs/promises';
      import { syncBuiltinESMExports } from 'node:module';
      import { rawChanges } from '../../../src/engine/workspace/raw.js';
      import { moveFiles } from '../../../src/engine/workspace/write-folder.js';
      const { place, before, after, kill, killAtRename } = JSON.parse(process.argv[2]);
      // Killed when a file that was copied beside its place is whole, and not there yet.
      for (const name of ['rename', 'link']) {
        const move = fs[name];
        fs[name] = async (from, to) => {
          if (from.endsWith('.tmp') && --left === 0) process.kill(process.pid, 'SIGKILL');
          return move(from, to);
        };
      }
      let left = killAtRename ?? 0;
      syncBuiltinESMExports();
      const changes = await rawChanges(place.gitDir, before, after, { renames: false });
      let step = 0;
      const onPath = () => { step++; if (step === kill) process.kill(process.pid, 'SIGKILL'); };
      try {
        await moveFiles(place, changes.map(({ path, old, new: to }) => ({ path, from: old, to })), { onPath });
      } catch (error) {
        console.log(JSON.stringify(error.failure ?? { message: String(error) }));
        process.exit(1);
      }`;
    const resolveDir = dirname(fileURLToPath(import.meta.url));
    await build({
      stdin: { contents, resolveDir, loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      outfile: script,
      logLevel: 'error',
    });
  });

  const child = (at: Ready, options: { kill?: number; killAtRename?: number; uid?: number }) => {
    const place = { root: at.store.root, home: at.store.home, gitDir: at.store.gitDir };
    const input = JSON.stringify({
      place,
      before: at.before,
      after: at.after,
      kill: options.kill ?? 0,
      killAtRename: options.killAtRename,
    });
    return spawnSync(process.execPath, [script, input], {
      encoding: 'utf8',
      cwd: '/',
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    });
  };

  it('can be killed at any step: recovery completes it, or brings it back', async () => {
    for (let kill = 1; kill <= STEPS; kill += 2) {
      for (const want of ['complete', 'roll-back'] as const) {
        const at = await ready();
        const before = await snapshotOf(at.store.root);
        expect(child(at, { kill }).signal).toBe('SIGKILL');
        const recovery = await recoverApply(at.store, at, want);
        await dropStages(at.store);
        expect(recovery.edited).toEqual([]);
        expect(recovery.moved).toHaveLength(want === 'complete' ? STEPS - kill + 1 : kill - 1);
        if (want === 'complete') expect((await at.store.capture()).tree).toBe(at.after);
        else expect(await snapshotOf(at.store.root)).toEqual(before);
        expect(await leftovers(at.store)).toEqual([]);
      }
    }
  }, 60_000);

  it.runIf(elsewhere)('leaves nothing beside files of the person when it is killed while it copies from another file system', async () => {
    const home = await mkdtemp('/dev/shm/massgen-test-');
    const temporary = async (root: string) => (await readdir(root, { recursive: true })).filter((name) => /\.massgen-\w+\.tmp$/.test(name));
    try {
      for (const killAtRename of [1, 3]) {
        const at = await ready({ home: await mkdtemp(join(home, 'store-')) });
        const theirs = join(at.store.root, '.massgen-0123456789ab.tmp');
        await writeFile(theirs, 'theirs\n');
        expect(child(at, { killAtRename }).signal).toBe('SIGKILL');
        expect(await temporary(at.store.root)).toHaveLength(2);
        await recoverApply(at.store, at, 'complete');
        await dropStages(at.store);
        expect(await temporary(at.store.root)).toEqual(['.massgen-0123456789ab.tmp']);
        expect(await leftovers(at.store)).toEqual([]);
      }
    } finally {
      await rm(home, { recursive: true });
    }
  });

  it('takes nothing else away, whatever a stage says that came along with the folder', async () => {
    const at = await ready();
    const outside = await scratchFolder();
    const stage = join(at.store.home, 'apply', '00112233');
    await mkdir(stage, { recursive: true });
    await writeFile(join(outside, '.massgen-00112233.tmp'), 'theirs\n');
    await symlink(outside, join(at.store.root, 'out'));
    await writeFile(join(stage, 'beside.json'), JSON.stringify(['out', `../${basename(outside)}`, outside, 7, '']));
    await dropStages(at.store);
    expect(await readdir(outside)).toEqual(['.massgen-00112233.tmp']);
    expect(await leftovers(at.store)).toEqual([]);
  });

  it.each(['', '["d', 'null', '{}'])('removes a stage whose note of folders was not written to its end: %j', async (text) => {
    const at = await ready();
    const stage = join(at.store.home, 'apply', '00112233');
    await mkdir(stage, { recursive: true });
    await writeFile(join(stage, 'beside.json'), text);
    await dropStages(at.store);
    expect(await leftovers(at.store)).toEqual([]);
  });

  it('leaves what was edited after the kill, and names it', async () => {
    const at = await ready();
    expect(child(at, { kill: 8 }).signal).toBe('SIGKILL');
    await writeFile(join(at.store.root, 'a.txt'), 'edited since\n');
    const recovery = await recoverApply(at.store, at, 'roll-back');
    expect(recovery.edited).toEqual(['a.txt']);
    expect(await snapshotOf(at.store.root)).toMatchObject({
      'a.txt': '644 edited since\n',
      'd/gone.txt': '644 gone\n',
      'd/b.txt': '644 b\n',
    });
  });

  const root = process.getuid?.() === 0;
  it.skipIf(process.platform === 'win32')('puts everything back where a folder may not be written', async () => {
    const at = await ready();
    const user = 65534;
    if (root) await give(at.store.root, user);
    if (root) await chmod(dirname(script), 0o755);
    // After d/gone.txt, to-file/x and others were done.
    await chmod(join(at.store.root, 'to-file'), 0o555);
    const before = await snapshotOf(at.store.root);
    const { status, stdout, stderr } = child(at, root ? { uid: user } : {});
    expect(stderr).toBe('');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'workspace',
      message: expect.stringMatching(/to-file\/x could not be written: it may not be written\. Nothing was changed\./),
    });
    expect(await snapshotOf(at.store.root)).toEqual(before);
  });
});

/** Makes a folder and all in it another user's. */
async function give(folder: string, user: number): Promise<void> {
  await chown(folder, user, user);
  for (const child of await readdir(folder, { withFileTypes: true })) {
    if (child.isDirectory()) await give(join(folder, child.name), user);
    else if (child.isFile()) await chown(join(folder, child.name), user, user);
  }
}
