import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { massgen, project, twoTurns } from './massgen.js';

describe('what was applied is accepted or rejected', () => {
  let folder = '';
  const words = () => readFile(path.join(folder, 'src', 'words.txt'), 'utf8');
  const pending = async () => JSON.parse((await massgen(folder, ['pending', 'latest', '--json'])).stdout);
  beforeAll(async () => {
    folder = await project(twoTurns);
    expect((await massgen(folder, ['run', '--apply', 'Say two louder.'])).code).toBe(0);
  });
  afterAll(() => rm(path.dirname(folder), { recursive: true, force: true }));

  it('all of it is pending at first, hunk by hunk', async () => {
    expect((await pending()).files).toMatchObject([
      { path: 'src/new.txt', kind: 'added' },
      { path: 'src/words.txt', kind: 'modified', hunks: [{ number: 1 }] },
    ]);
    const { stdout } = await massgen(folder, ['pending', 'latest']);
    expect(stdout).toContain('src/words.txt  +1 −1\n@@ 1\n');
    expect(stdout).toContain('\n-two\n+TWO\n');
  });

  it('reject needs to be told what', async () => {
    const { code, stderr } = await massgen(folder, ['reject', 'latest']);
    expect(code).toBe(2);
    expect(stderr).toContain('massgen undo');
    expect(await words()).toBe('one\nTWO\nthree\n');
  });

  it('a hunk that is rejected is out of the folder again, to the byte', async () => {
    const { code, stdout } = await massgen(folder, ['reject', 'latest', '--hunk', 'src/words.txt:1']);
    expect(code).toBe(0);
    expect(stdout).toContain('src/words.txt');
    expect(await words()).toBe('one\ntwo\nthree\n');
    expect((await pending()).files).toMatchObject([{ path: 'src/new.txt' }]);
  });

  it('accept keeps the rest, and nothing is pending then', async () => {
    expect((await massgen(folder, ['accept', 'latest'])).stdout).toContain('Nothing is pending');
    expect((await pending()).files).toEqual([]);
    expect(await readFile(path.join(folder, 'src', 'new.txt'), 'utf8')).toBe('new\n');
  });

  it('what is not there to choose is said, with what there is', async () => {
    const { code, stderr } = await massgen(folder, ['accept', 'latest', '--hunk', 'src/words.txt:7']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/src\/words\.txt has no hunk 7/);
  });
});
