import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patchOf } from '../../../src/engine/workspace/patch.js';
import { similarityIn } from '../../../src/engine/workspace/similarity.js';
import { type Files, scratchGitDir, treesOf } from './scratch.js';

const text = (count: number, word: string) => Array.from({ length: count }, (_, index) => `${word} ${index}\n`).join('');

/** The likeness of two changes of one base. */
async function likeness(base: Files, a: Files, b: Files, most?: number): Promise<number> {
  const gitDir = await scratchGitDir();
  const [none = '', one = '', other = ''] = await treesOf(gitDir, [base, a, b]);
  return similarityIn((from, to) => patchOf(gitDir, from, to), most)(none, one, other);
}

describe('how alike two changes are', () => {
  const base = { 'a.txt': text(20, 'base'), 'b.txt': text(20, 'base') };

  it('is 1 for equal trees and for two that change nothing', async () => {
    expect(await likeness(base, { ...base, c: 'x\n' }, { ...base, c: 'x\n' })).toBe(1);
    expect(await likeness(base, base, base)).toBe(1);
  });

  it('is 0 where one changes nothing, or nothing is shared', async () => {
    expect(await likeness(base, { ...base, c: 'x\n' }, base)).toBe(0);
    expect(await likeness(base, base, { ...base, c: 'x\n' })).toBe(0);
    expect(await likeness(base, { ...base, c: 'x\n' }, { ...base, d: 'x\n' })).toBe(0);
  });

  it('is the share of changed lines that both have, by file and sign', async () => {
    const added = (...lines: string[]) => ({ ...base, 'a.txt': base['a.txt'] + lines.join('') });
    // One of three lines is shared.
    expect(await likeness(base, added('one\n', 'two\n'), added('one\n', 'three\n'))).toBeCloseTo(1 / 3);
    // The same line removed here and added there is not shared.
    expect(await likeness({ f: 'keep\nx\n' }, { f: 'keep\n' }, { f: 'keep\nx\nx\n' })).toBe(0);
  });

  it('counts a binary file as one line, by what is in it', async () => {
    const blob = (last: number) => Buffer.from([0, 1, 2, last]);
    expect(await likeness({ ...base, i: blob(1) }, { ...base, i: blob(2), n: 'x\n' }, { ...base, i: blob(2) })).toBeCloseTo(1 / 3);
    expect(await likeness({ ...base, i: blob(1) }, { ...base, i: blob(2) }, { ...base, i: blob(3) })).toBe(0);
  });

  it('knows renames, modes and empty files as changes', async () => {
    const { 'a.txt': content, ...rest } = base;
    expect(await likeness(base, { ...rest, 'new.txt': content }, { ...rest, 'new.txt': content, x: '' })).toBe(0.5);
    expect(await likeness(base, { ...rest, 'new.txt': content }, { ...rest, 'other.txt': content })).toBe(0);
    expect(
      await likeness(
        base,
        { ...base, 'a.txt': { content, mode: 'executable' } },
        { ...base, 'a.txt': { content, mode: 'executable' }, x: '' },
      ),
    ).toBe(0.5);
  });

  it('estimates from a sample where there are very many lines, within a few hundredths', async () => {
    const a = { ...base, n: text(8000, 'shared') + text(2000, 'only a') };
    const b = { ...base, n: text(8000, 'shared') + text(6000, 'only b') };
    const exact = await likeness(base, a, b);
    expect(exact).toBeCloseTo(8001 / 16001, 5);
    expect(Math.abs((await likeness(base, a, b, 3000)) - exact)).toBeLessThan(0.06);
  });

  it('is symmetric, between 0 and 1, and 1 for what is the same', async () => {
    const gitDir = await scratchGitDir();
    const trees = await treesOf(gitDir, fc.sample(smallTree, { numRuns: 14, seed: 3 }));
    const similarity = similarityIn((from, to) => patchOf(gitDir, from, to), 20);
    const [base = '', ...rest] = trees;
    for (const a of rest) {
      for (const b of rest) {
        const score = await similarity(base, a, b);
        expect(score).toBe(await similarity(base, b, a));
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
        if (a === b) expect(score).toBe(1);
      }
    }
  });
});

const smallTree = fc.dictionary(
  fc.constantFrom('a', 'b', 'dir/c', 'd e'),
  fc.array(fc.constantFrom('one\n', 'two\n', 'three\n', '\0\n'), { maxLength: 30 }).map((lines) => lines.join('')),
  { minKeys: 1, maxKeys: 4 },
);
