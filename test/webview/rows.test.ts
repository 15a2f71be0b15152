import { describe, expect, test } from 'vitest';
import type { HunkDiff } from '../../src/protocol/review.js';
import { piecesOf } from '../../src/webview/review/pieces.js';
import { LINE, linesOf, pairsOf, rowsOf, windowOf } from '../../src/webview/review/rows.js';

const hunk = (lines: string[], number = 1): HunkDiff => ({
  number,
  oldStart: 10,
  oldLines: 3,
  newStart: 12,
  newLines: 3,
  lines,
  same: [],
  differently: [],
});

describe('the rows of a diff', () => {
  test('number the lines on both sides, and pair what takes the place of what', () => {
    const lines = linesOf(hunk([' a', '-b', '-c', '+B', '+C', ' d', '+e', '\\ No newline']));
    expect(lines.map(({ sign, old, new: fresh, pick, other }) => [sign, old, fresh, pick, other])).toEqual([
      [' ', 10, 12, 0, undefined],
      ['-', 11, undefined, 1, 'B'],
      ['-', 12, undefined, 2, 'C'],
      ['+', undefined, 13, 3, 'b'],
      ['+', undefined, 14, 4, 'c'],
      [' ', 13, 15, 0, undefined],
      ['+', undefined, 16, 5, undefined],
      ['\\', undefined, undefined, 0, undefined],
    ]);
    expect(pairsOf(lines).map(({ left, right }) => [left?.text, right?.text])).toEqual([
      ['a', 'a'],
      ['b', 'B'],
      ['c', 'C'],
      ['d', 'd'],
      [undefined, 'e'],
    ]);
  });

  test('of 20,000 lines are laid out, and only a window of them is drawn', () => {
    const lines = Array.from({ length: 20_000 }, (_, at) => `+line ${at}`);
    const { rows, tops } = rowsOf([{ candidate: 'c1', hunks: [hunk(lines)] }], { mode: 'unified' });
    expect(rows).toHaveLength(20_001);
    const { first, last } = windowOf(tops, 200_000, 200_000 + 40 * LINE);
    expect(last - first).toBeLessThan(70);
    expect(tops[first]).toBeLessThanOrEqual(200_000);
    expect(tops[last]).toBeGreaterThanOrEqual(200_000 + 40 * LINE);
  });

  test('of another answer are behind a row until they are opened', () => {
    const group = (open: boolean) => [{ candidate: 'c2', hunks: [hunk(['+a'])], aside: { open } }];
    expect(rowsOf(group(false), { mode: 'unified' }).rows.map((row) => row.kind)).toEqual(['aside']);
    expect(rowsOf(group(true), { mode: 'unified' }).rows.map((row) => row.kind)).toEqual(['aside', 'hunk', 'line']);
  });

  test('of nothing have no window', () => expect(windowOf(new Float64Array(1), 0, 500)).toEqual({ first: 0, last: 0 }));
});

describe('the pieces of a line', () => {
  const marked = (line: string, other?: string) =>
    piecesOf(line, other).map(({ text, colour, changed }) => `${changed ? '*' : ''}${text}:${colour}`);

  test.each<[string, string | undefined, string[]]>([
    ['const a = "b"; // c', undefined, ['const:word', ' a = :', '"b":string', '; :', '// c:comment']],
    ['x = 12', undefined, ['x = :', '12:literal']],
    ['return Date.now();', 'return performance.now();', ['return:word', ' :', '*Date:', '.now();:']],
    ['quite another', 'thing', ['quite another:']],
    ['a\u202eb', undefined, ['a⟨202e⟩b:']],
    ['', undefined, []],
  ])('%j against %j', (line, other, expected) => expect(marked(line, other)).toEqual(expected));

  test('of an endless line are cut', () => expect(piecesOf('a'.repeat(40_000)).map((one) => one.text.length)).toEqual([1001]));

  test('together are the line', () => {
    const line = "  if (a[0] === 'x' && b > 0x1f) { /* y */ return `z`; } # q";
    expect(
      piecesOf(line, line.replace('b', 'c'))
        .map((one) => one.text)
        .join(''),
    ).toBe(line);
  });
});
