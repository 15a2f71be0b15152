import { chmod, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { git, gitText } from '../../../src/engine/workspace/git.js';
import { readLoose } from '../../../src/engine/workspace/loose.js';
import { writeObject } from '../../../src/engine/workspace/objects.js';
import { isUnsafeName, isUnsafePath } from '../../../src/engine/workspace/path-bytes.js';
import { entryAt, filesOf, loadTree } from '../../../src/engine/workspace/tree-node.js';
import { readBlobs } from '../../../src/engine/workspace/trees.js';
import { scratchFolder } from './scratch.js';
import { put } from './scratch-store.js';

async function store(format: 'sha1' | 'sha256' = 'sha1') {
  const gitDir = join(await scratchFolder(), 'store.git');
  await git(['init', '-q', '--bare', `--object-format=${format}`, gitDir]);
  const hashed = async (bytes: Uint8Array, compressed: string) =>
    (await gitText(['-c', `core.looseCompression=${compressed}`, 'hash-object', '-w', '--stdin'], { gitDir, input: bytes })).trim();
  return { gitDir, format, hashed };
}

const fileOf = (gitDir: string, id: string) => join(gitDir, 'objects', id.slice(0, 2), id.slice(2));
const text = Buffer.from('line\n'.repeat(200));

describe('an object that is a file of its own', () => {
  test.each(['sha1', 'sha256'] as const)('is read without git, whoever wrote it (%s)', async (format) => {
    const { gitDir, hashed } = await store(format);
    const ours = writeObject(gitDir, format, 'blob', text);
    const compressed = await hashed(Buffer.from(`more ${text}`), '9');
    expect(readLoose(gitDir, 'blob', ours)).toEqual(text);
    expect(readLoose(gitDir, 'blob', compressed)).toEqual(Buffer.from(`more ${text}`));
    expect(readLoose(gitDir, 'blob', await hashed(Buffer.alloc(0), '9'))).toEqual(Buffer.alloc(0));
  });

  test.each<[string, (at: Awaited<ReturnType<typeof store>>, id: string) => Promise<unknown>]>([
    [
      'is packed',
      async ({ gitDir }, id) =>
        git(['pack-objects', '-q', join(gitDir, 'objects/pack/pack')], { gitDir, input: `${id}\n` }).then(() =>
          git(['prune-packed'], { gitDir }),
        ),
    ],
    ['is cut off', async ({ gitDir }, id) => chmod(fileOf(gitDir, id), 0o644).then(() => truncate(fileOf(gitDir, id), 30))],
    ['is something else', async ({ gitDir }, id) => chmod(fileOf(gitDir, id), 0o644).then(() => writeFile(fileOf(gitDir, id), 'none'))],
    [
      'has one byte changed',
      async ({ gitDir }, id) => {
        const bytes = await readFile(fileOf(gitDir, id));
        bytes[40] = (bytes[40] ?? 0) ^ 1;
        await chmod(fileOf(gitDir, id), 0o644);
        await writeFile(fileOf(gitDir, id), bytes);
      },
    ],
  ])('is left to git where it %s', async (_, change) => {
    const at = await store();
    const id = writeObject(at.gitDir, 'sha1', 'blob', text);
    await change(at, id);
    expect(readLoose(at.gitDir, 'blob', id)).toBeUndefined();
  });

  test('is left to git where it is large, of another type, or not there', async () => {
    const { gitDir, hashed } = await store();
    const large = await hashed(Buffer.alloc(5 * 2 ** 20), '9');
    expect(readLoose(gitDir, 'blob', large)).toBeUndefined();
    expect(readLoose(gitDir, 'tree', await hashed(text, '0'))).toBeUndefined();
    expect(readLoose(gitDir, 'blob', 'a'.repeat(40))).toBeUndefined();
    const both = [large, await hashed(text, '0')];
    expect([...(await readBlobs(gitDir, both)).entries()].map(([id, { length }]) => [id, length]).sort()).toEqual(
      [
        [both[0], 5 * 2 ** 20],
        [both[1], text.length],
      ].sort(),
    );
  });
});

describe('a tree', () => {
  async function trees() {
    const { gitDir } = await store();
    const workTree = await scratchFolder();
    const at = { gitDir, workTree, indexFile: join(gitDir, 'our.index') };
    await put(workTree, {
      'a.txt': 'a\n',
      'd/b c.txt': 'b\n',
      'd/e/ü\n.txt': 'c\n',
      'f/g.sh': { content: Buffer.from('#!/bin/sh\n'), mode: 'executable' },
      'f/h': { content: Buffer.from('g.sh'), mode: 'link' },
    });
    await git(['add', '-A'], at);
    const before = (await gitText(['write-tree'], at)).trim();
    await put(workTree, { 'd/e/more.txt': 'more\n' });
    await git(['add', '-A'], at);
    return { gitDir, before, after: (await gitText(['write-tree'], at)).trim() };
  }
  const packed = async (gitDir: string, tree: string) => {
    const objects = (await gitText(['rev-list', '--objects', '--no-object-names', tree], { gitDir })).trim();
    await git(['pack-objects', '-q', join(gitDir, 'objects/pack/pack')], { gitDir, input: `${objects}\n` });
    await git(['prune-packed'], { gitDir });
  };

  test('is the same whether its objects are files or in a pack', async () => {
    const { gitDir, after } = await trees();
    const byFiles = await loadTree(gitDir, after);
    await packed(gitDir, after);
    expect(readLoose(gitDir, 'tree', after)).toBeUndefined();
    const byPack = await loadTree(gitDir, after);
    expect([...filesOf(byFiles)]).toEqual([...filesOf(byPack)]);
    expect([...filesOf(byFiles)].map(([path, { mode }]) => `${mode} ${Buffer.from(path, 'latin1')}`)).toEqual([
      '100644 a.txt',
      '100644 d/b c.txt',
      '100644 d/e/more.txt',
      '100644 d/e/ü\n.txt',
      '100755 f/g.sh',
      '120000 f/h',
    ]);
  });

  test('shares with one that is near what both have, which need not be read', async () => {
    const { gitDir, before, after } = await trees();
    const near = await loadTree(gitDir, before);
    await packed(gitDir, before);
    const node = await loadTree(gitDir, after, near);
    expect(entryAt(node, 'f')).toBe(entryAt(near, 'f'));
    expect(entryAt(node, 'd')).not.toEqual(entryAt(near, 'd'));
    expect([...filesOf(node)]).toEqual([...filesOf(await loadTree(gitDir, after))]);
  });

  const row = (mode: string, name: string, id: string) => Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]);

  test.each(['..', '.', '.git', '../../outside.txt', 'a/b', '/outside.txt'])(
    'with the name %j is none, as a file or as a folder, in a pack too',
    async (name) => {
      const { gitDir } = await store();
      const file = writeObject(gitDir, 'sha1', 'blob', text);
      const inner = writeObject(gitDir, 'sha1', 'tree', row('100644', 'x', file));
      for (const bytes of [row('100644', name, file), row('40000', name, inner)]) {
        const bad = writeObject(gitDir, 'sha1', 'tree', bytes);
        const top = writeObject(gitDir, 'sha1', 'tree', row('40000', 'folder', bad));
        for (const tree of [bad, top]) await expect(loadTree(gitDir, tree)).rejects.toThrow('damaged');
        await git(['pack-objects', '-q', join(gitDir, 'objects/pack/pack')], { gitDir, input: `${[bad, top, inner, file].join('\n')}\n` });
        await git(['prune-packed'], { gitDir });
        for (const tree of [bad, top]) await expect(loadTree(gitDir, tree)).rejects.toThrow('damaged');
      }
    },
  );

  test.each(['no row at all, and longer than an id', '100644 a\0cut', '100644', '\0'])(
    'that is %j is left to git, which says so',
    async (content) => {
      const { gitDir } = await store();
      const bad = writeObject(gitDir, 'sha1', 'tree', Buffer.from(content, 'latin1'));
      await expect(loadTree(gitDir, bad)).rejects.toThrow('git ls-tree failed');
    },
  );
});

test('names that lead elsewhere, by the system', () => {
  const unsafe = (platform: NodeJS.Platform) =>
    ['a\\b', 'c:x', '.GIT', '.git', '..', 'a.git', '...'].filter((name) => isUnsafeName(name, platform));
  expect(unsafe('linux')).toEqual(['.git', '..']);
  expect(unsafe('darwin')).toEqual(['.GIT', '.git', '..']);
  expect(unsafe('win32')).toEqual(['a\\b', 'c:x', '.GIT', '.git', '..']);
});

test('a path is unsafe where one of its names is', () => {
  const name = fc.oneof(
    fc.constantFrom('', '.', '..', '.git', '.gitignore', 'a', 'a.b', 'a\\b', 'c:x', 'a\0b'),
    fc.string({ maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), (names) => {
      const path = names.join('/');
      expect(isUnsafePath(path)).toBe(path.split('/').some((name) => isUnsafeName(name)));
    }),
  );
});
