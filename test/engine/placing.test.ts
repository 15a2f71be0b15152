/** Where pending hunks are in a document, whatever the person did to it since. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PendingHunk } from '../../src/engine/pending.js';
import { placeHunks } from '../../src/engine/placing.js';

const lines = (count: number, changes: Record<number, string> = {}) =>
  Array.from({ length: count }, (_, at) => changes[at + 1] ?? `line ${at + 1}`);
const text = (all: readonly string[], end = '\n') => all.map((line) => line + end).join('');

/** Line 5 replaced by two, line 10 removed, in a file of 20 lines. */
const hunks: PendingHunk[] = [
  {
    number: 1,
    oldStart: 2,
    oldLines: 7,
    newStart: 2,
    newLines: 8,
    lines: [' line 2', ' line 3', ' line 4', '-line 5', '+five', '+and a half', ' line 6', ' line 7', ' line 8'],
  },
  {
    number: 2,
    oldStart: 12,
    oldLines: 7,
    newStart: 13,
    newLines: 6,
    lines: [' line 12', ' line 13', ' line 14', '-line 15', ' line 16', ' line 17', ' line 18'],
  },
];
const after = [...lines(4), 'five', 'and a half', ...lines(14).slice(5), ...lines(20).slice(15)];
const placed = (now: readonly string[], end = '\n') =>
  placeHunks(hunks, text(after), text(now, end)).map(({ line, gone, blocks }) => [
    gone ? 'gone' : 'there',
    line,
    ...blocks.map(({ count, removed }) => `${count} for ${removed.join()}`),
  ]);
const edited = (edit: (all: string[]) => void) => {
  const all = [...after];
  edit(all);
  return all;
};

describe('hunks are placed', () => {
  test.each<[string, string[], unknown[]]>([
    [
      'where they were applied',
      after,
      [
        ['there', 4, '2 for line 5'],
        ['there', 15, '0 for line 15'],
      ],
    ],
    [
      'below what is put above them',
      ['mine', ...after],
      [
        ['there', 5, '2 for line 5'],
        ['there', 16, '0 for line 15'],
      ],
    ],
    [
      'around what is put into them',
      edited((all) => all.splice(5, 0, 'mine')),
      [
        ['there', 4, '3 for line 5'],
        ['there', 16, '0 for line 15'],
      ],
    ],
    [
      'where a part of them is left',
      edited((all) => all.splice(4, 1, 'mine')),
      [
        ['there', 5, '1 for line 5'],
        ['there', 15, '0 for line 15'],
      ],
    ],
    [
      'near by, as gone, where they are edited away',
      edited((all) => all.splice(4, 2, 'mine')),
      [
        ['gone', 4, '0 for line 5'],
        ['there', 14, '0 for line 15'],
      ],
    ],
    [
      'as gone where what they removed is put back',
      edited((all) => all.splice(15, 0, 'line 15')),
      [
        ['there', 4, '2 for line 5'],
        ['gone', 15, '0 for line 15'],
      ],
    ],
    [
      'in a file that became empty',
      [],
      [
        ['gone', 0, '0 for line 5'],
        ['gone', 0, '0 for line 15'],
      ].map(([_, ...rest], at) => [at === 0 ? 'gone' : 'there', ...rest]),
    ],
  ])('%s', (_, now, expected) => expect(placed(now)).toEqual(expected));

  test('the same whatever ends the lines', () => {
    expect(placed(after, '\r\n')).toEqual(placed(after));
  });

  test('by the lines of an editor, for which a lone carriage return ends one', () => {
    const old = 'a\rb\nc\nd\n';
    const fresh = 'a\rb\nc\nnew\nd\n';
    const hunk = { number: 1, oldStart: 1, oldLines: 3, newStart: 1, newLines: 4, lines: [' a\rb', ' c', '+new', ' d'] };
    expect(placeHunks([hunk], fresh, fresh)[0]?.line).toBe(3);
    expect(placeHunks([hunk], fresh, old)[0]?.gone).toBe(true);
  });

  test('by those of their lines that are still pending', () => {
    const [first] = hunks;
    if (first === undefined) throw new Error('there is one');
    // 1 -line 5, 2 +five, 3 +and a half
    const [one] = placeHunks([{ ...first, left: [3] }], text(after), text(after));
    expect(one?.blocks).toEqual([{ line: 5, count: 1, removed: [], gone: false }]);
  });

  test('somewhere in the document, whatever it became', () => {
    const word = fc.constantFrom('line 1', 'line 2', 'five', 'and a half', 'line 15', 'mine', '');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (now) => {
        for (const { line, blocks } of placeHunks(hunks, text(after), now.join('\n'))) {
          const count = Math.max(1, now.length);
          expect(line).toBeGreaterThanOrEqual(0);
          expect(line).toBeLessThan(count);
          for (const block of blocks) expect(block.line + block.count).toBeLessThanOrEqual(count);
        }
      }),
    );
  });

  test('in a long file that became another one, without following each line', () => {
    const [before, now] = [1, 2].map((seed) => Array.from({ length: 30_000 }, (_, at) => `${seed} ${at}`));
    const hunk = { number: 1, oldStart: 0, oldLines: 0, newStart: 1, newLines: 30_000, lines: (before ?? []).map((line) => `+${line}`) };
    expect(placeHunks([hunk], text(before ?? []), text(now ?? []))[0]).toMatchObject({ gone: true, line: 0 });
  });
});
