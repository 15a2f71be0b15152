/** Marks of a document, and which hunk the cursor is at. */
import { describe, expect, test } from 'vitest';
import type { PlacedBlock, PlacedHunk } from '../../../src/engine/placing.js';
import { marksOf, type PlacedEntry, removedText, spotAt, spotBeyond, spotsOf } from '../../../src/extension/inline/marks.js';
import type { Entry } from '../../../src/extension/inline/model.js';

const block = (line: number, count: number, removed: string[] = [], gone = false): PlacedBlock => ({ line, count, removed, gone });
const hunk = (number: number, ...blocks: PlacedBlock[]): PlacedHunk => ({
  number,
  line: blocks[0]?.line ?? 0,
  blocks,
  gone: blocks.every(({ gone }) => gone),
});
const entry = { session: 's' } as Entry;
const placed: PlacedEntry[] = [
  { entry, hunks: [hunk(1, block(4, 2, ['old']), block(8, 1)), hunk(2, block(20, 0, ['gone'])), hunk(3, block(30, 0, ['x'], true))] },
  { entry: { session: 't' } as Entry, hunks: [hunk(1, block(12, 3))] },
];
const spots = spotsOf(placed);

test('each block is marked by what it is; what is gone is not', () => {
  expect(marksOf(placed)).toEqual([
    { kind: 'changed', first: 4, last: 5, removed: ['old'] },
    { kind: 'added', first: 8, last: 8, removed: [] },
    { kind: 'removed', first: 20, last: 20, removed: ['gone'] },
    { kind: 'added', first: 12, last: 14, removed: [] },
  ]);
});

describe('the hunk', () => {
  test.each([
    ['above all', 0, 4],
    ['in the first block', 5, 4],
    ['in the second block', 8, 4],
    ['in one of another apply', 13, 12],
    ['near a removal', 21, 20],
  ])('%s', (_, line, expected) => expect(spotAt(spots, line)?.hunk.line).toBe(expected));

  test('that a selection touches, before a nearer one', () => expect(spotAt(spots, 14, 19)?.hunk.line).toBe(12));

  test('below and above a line', () => {
    expect([0, 4, 12, 29].map((line) => spotBeyond(spots, line, 1)?.hunk.line)).toEqual([4, 12, 20, 30]);
    expect([30, 13, 4].map((line) => spotBeyond(spots, line, -1)?.hunk.line)).toEqual([20, 12, undefined]);
    expect(spotBeyond(spots, 30, 1)).toBeUndefined();
  });
});

test('removed lines are told in one line, and not for ever', () => {
  expect(removedText(['  if (a) {', '', '  }'])).toBe('if (a) { ⏎ }');
  expect(removedText(['x'.repeat(500)])).toHaveLength(101);
});
