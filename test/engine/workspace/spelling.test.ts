import { link, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { obstacles } from '../../../src/engine/workspace/folder-now.js';
import { isRespelled, respelled } from '../../../src/engine/workspace/spelling.js';
import { scratchFolder } from './scratch.js';

/** Two names of one file: what a file system that folds names makes of two spellings, so that this can be held anywhere. */
async function twoSpellings(): Promise<string> {
  const root = await scratchFolder();
  await writeFile(join(root, 'Readme.md'), 'r\n');
  await link(join(root, 'Readme.md'), join(root, 'README.md')).catch(() => undefined); // It is there already where names are folded.
  return root;
}

describe('a file under another spelling', () => {
  test('is nobody’s obstacle where the old spelling goes, and one where it stays or is another file', async () => {
    const root = await twoSpellings();
    expect(await isRespelled(root, 'README.md', ['Readme.md'])).toBe(true);
    expect(await isRespelled(root, 'README.md', ['README.md', 'other.md'])).toBe(false);
    const entry = { mode: '100644', id: '1' };
    const added = { status: 'A' as const, path: 'README.md', new: entry };
    expect(await obstacles(root, [added, { status: 'D', path: 'Readme.md', old: entry }])).toEqual([]);
    expect(await obstacles(root, [added])).toHaveLength(1);
  });

  test('is new by the one name and gone by the other; two files that differ in case are two', async () => {
    const root = await twoSpellings();
    await writeFile(join(root, 'a.txt'), 'a\n');
    await rename(join(root, 'a.txt'), join(root, 'b.txt'));
    const listed = {
      workTree: root,
      others: async () => ['README.md', 'ignored.LOG', 'B.txt', 'folder/', 'known.txt'],
      indexed: async () => ['Readme.md', 'b.txt', 'c.txt'],
    };
    await writeFile(join(root, 'B.txt'), 'B\n');
    const { untracked, gone } = await respelled(listed, { untracked: ['known.txt'], gone: [] });
    expect(untracked).toEqual(['README.md', 'B.txt']);
    expect(gone).toContain('Readme.md');
  });
});
