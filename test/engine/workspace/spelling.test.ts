import { mkdir, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { obstacles } from '../../../src/engine/workspace/folder-now.js';
import { isRespelled, respelled, spelledIn } from '../../../src/engine/workspace/spelling.js';
import { scratchFolder } from './scratch.js';

const ROOT = join('/', 'root');
/** A disk with these paths, as a file system lists them that answers to every spelling. */
const listing =
  (...paths: string[]) =>
  async (folder: string): Promise<string[]> =>
    paths.filter((path) => join(ROOT, path, '..').toLowerCase() === folder.toLowerCase()).map((path) => basename(path));

describe('a path stands there in this very spelling', () => {
  test('by what its folders list, each of them', async () => {
    const isThere = spelledIn(ROOT, listing('Src', 'Src/Readme.md', 'stra\u00dfe'));
    expect(await isThere('Src/Readme.md')).toBe(true);
    expect(await isThere('Src/README.md')).toBe(false);
    expect(await isThere('src/Readme.md')).toBe(false);
    expect(await isThere('Src/gone.md')).toBe(false);
  });

  test('in either normal form, as macOS lists one for the other', async () => {
    const isThere = spelledIn(ROOT, listing('u\u0308.txt'));
    expect(await isThere('\u00fc.txt')).toBe(true);
    expect(await isThere('\u00dc.txt')).toBe(false);
  });

  test('by what answers to it, where a folder may be passed through and not be listed', async () => {
    const root = await scratchFolder();
    await mkdir(join(root, 'closed'));
    await writeFile(join(root, 'closed', 'a.txt'), '');
    const isThere = spelledIn(root, async (folder) => {
      if (folder === root) return ['closed'];
      throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
    });
    expect(await Promise.all(['closed/a.txt', 'closed/b.txt', 'Closed/a.txt'].map(isThere))).toEqual([true, false, false]);
  });

  test('a folder is listed once for all paths in it', async () => {
    const asked: string[] = [];
    const names = listing('a', 'b');
    const isThere = spelledIn(ROOT, (folder) => {
      asked.push(folder);
      return names(folder);
    });
    await Promise.all(['a', 'b', 'c'].map(isThere));
    expect(asked).toEqual([ROOT]);
  });
});

describe('a file under another spelling', () => {
  const names = listing('Readme.md', 'Src', 'Src/a.txt');

  test('is in nobody’s way where it goes', async () => {
    expect(await isRespelled(ROOT, 'README.md', ['Readme.md'], names)).toBe(true);
    expect(await isRespelled(ROOT, 'src/a.txt', ['Src/a.txt'], names)).toBe(true);
    expect(await isRespelled(ROOT, 'README.md', ['README.md', 'other.md'], names)).toBe(false);
    expect(await isRespelled(ROOT, 'Readme.md', ['README.md'], names)).toBe(false);
  });

  test('is new by the one name and gone by the other; two files that differ in case are two', async () => {
    const listed = {
      workTree: ROOT,
      names: listing('README.md', 'B.txt', 'b.txt', 'x.LOG'),
      others: async () => ['README.md', 'x.LOG', 'B.txt', 'folder/', 'known.txt'],
      indexed: async () => ['Readme.md', 'b.txt', 'c.txt'],
    };
    expect(await respelled(listed, { untracked: ['known.txt'], gone: [] })).toEqual({
      untracked: ['README.md', 'B.txt'],
      gone: ['Readme.md'],
    });
  });
});

test('what is in the way of a new file: the folder as it is', async () => {
  const root = await scratchFolder();
  await mkdir(join(root, 'd'));
  await writeFile(join(root, 'Readme.md'), 'r\n');
  const entry = { mode: '100644', id: '1' };
  const added = (path: string) => ({ status: 'A' as const, path, new: entry });
  const gone = { status: 'D' as const, path: 'Readme.md', old: entry };
  expect(await obstacles(root, [added('README.md'), gone])).toEqual([]);
  await rename(join(root, 'Readme.md'), join(root, 'README.md'));
  expect(await obstacles(root, [added('README.md'), gone])).toHaveLength(1);
  expect(await obstacles(root, [added('d')])).toEqual([]);
});
