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
