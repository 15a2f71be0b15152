import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Agreement, agreement, blocksOf } from '../../../src/engine/workspace/agreement.js';
import type { TextHunk } from '../../../src/engine/workspace/file-hunks.js';

/** A hunk of a base whose lines are numbered from `oldStart`. */
const hunk = (oldStart: number, lines: string[]): TextHunk => {
  const count = (signs: string) => lines.filter((line) => signs.includes(line[0] ?? '')).length;
  return { number: 1, oldStart, oldLines: count(' -'), newStart: oldStart, newLines: count(' +'), lines };
};
const of = (oldStart: number, ...lines: string[]) => blocksOf(hunk(oldStart, lines));

test('blocks are what changes between unchanged lines, by lines of the base', () => {
  expect(of(10, ' a', '-b', '-c', '+x', ' d', '+y', ' e', '\\ No newline at end of file')).toEqual([
    { start: 11, count: 2, text: '-b\n-c\n+x' },
    { start: 14, count: 0, text: '+y' },
  ]);
  expect(blocksOf({ number: 1, oldStart: 0, oldLines: 0, newStart: 1, newLines: 1, lines: ['+only'] })).toEqual([
    { start: 1, count: 0, text: '+only' },
  ]);
});

describe('two changes of one place', () => {
  const mine = of(10, ' a', '-b', '+B', ' c', '-d', '+D', ' e');
  test.each<[string, string[], Agreement]>([
    ['the very same, wherever else it changes something', [' a', '-b', '+B', ' c', '-d', '+D', ' e', ' f', '-g'], 'same'],
    ['the same lines, otherwise', [' a', '-b', '+beta', ' c', '-d', '+D'], 'differently'],
    ['a part of it', [' a', '-b', '+B', ' c', ' d'], 'differently'],
    ['more than it', [' a', '-b', '+B', ' c', '-d', '+D', '+D2'], 'differently'],
    ['something put before a changed line', [' a', '+new', ' b', ' c'], 'differently'],
    ['only other lines', ['-z', ' b', ' c', ' d', ' e', '-f'], 'not-at-all'],
    ['nothing', [' a'], 'not-at-all'],
  ])('%s', (_, lines, expected) => expect(agreement(mine, of(10, ...lines))).toBe(expected));
});

/** Blocks of one change: in order, with an unchanged line between them. */
const changed = fc
  .array(fc.record({ gap: fc.integer({ min: 1, max: 4 }), count: fc.integer({ min: 0, max: 3 }), text: fc.constantFrom('x', 'y') }), {
    maxLength: 8,
  })
  .map((steps) => {
    let at = 0;
    return steps.map(({ gap, count, text }) => {
      const start = at + gap;
      at = start + count;
      return { start, count, text };
    });
  });

test('is what comparing every block with every other one finds, and mutual where it is total', () => {
  type Blocks = Parameters<typeof agreement>[0];
  const meet = (a: Blocks[number], b: Blocks[number]) =>
    a.count === 0 || b.count === 0
      ? a.start <= b.start + b.count && b.start <= a.start + a.count
      : a.start < b.start + b.count && b.start < a.start + a.count;
  const plainly = (blocks: Blocks, others: Blocks): Agreement => {
    const there = others.filter((other) => blocks.some((block) => meet(block, other)));
    if (there.length === 0) return 'not-at-all';
    return JSON.stringify(there) === JSON.stringify(blocks) ? 'same' : 'differently';
  };
  const seen = new Set<Agreement>();
  fc.assert(
    fc.property(changed, changed, fc.nat(3), (one, two, skip) => {
      const others = skip === 0 ? [...one] : two;
      const found = agreement(one.slice(skip), others);
      expect(found).toBe(plainly(one.slice(skip), others));
      seen.add(found);
    }),
    { numRuns: 500, seed: 1 },
  );
  expect(seen.size).toBe(3);
});
