import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HunkDiff } from '../../src/protocol/review.js';
import {
  type Choices,
  choicesFrom,
  chosenIn,
  countsOf,
  fileTick,
  hunkTick,
  lineNumbers,
  lineTicked,
  nothing,
  toggleFile,
  toggleHunk,
  toggleLine,
} from '../../src/webview/review/selection.js';

const hunk = (number: number, lines = [' a', '-b', '+c', '+d']): HunkDiff => ({
  number,
  oldStart: 1,
  oldLines: 2,
  newStart: 1,
  newLines: 3,
  lines,
  same: [],
  differently: [],
});
const at = (number: number) => ({ candidate: 'c1', path: 'a.ts', hunk: hunk(number), all: [1, 2] });

describe('a selection', () => {
  test('of a hunk, a line of another and a file of another candidate is what an apply is asked for', () => {
    let choices = toggleHunk(nothing, at(1));
    choices = toggleLine(choices, at(2), 3);
    choices = toggleFile(choices, 'c2', 'b.ts');
    expect(chosenIn(choices)).toEqual([
      { candidate: 'c1', selection: [{ path: 'a.ts', hunks: [1, { hunk: 2, lines: [3] }] }] },
      { candidate: 'c2', selection: [{ path: 'b.ts' }] },
    ]);
    expect([fileTick(choices, 'c1', 'a.ts'), hunkTick(choices, at(1)), hunkTick(choices, at(2))]).toEqual(['some', 'all', 'some']);
    expect(countsOf(choices, (_, path) => (path === 'b.ts' ? 5 : undefined))).toEqual([
      ['c1', 2],
      ['c2', 5],
    ]);
  });

  test('of all hunks is the file, and of all lines the hunk', () => {
    const hunks = toggleHunk(toggleHunk(nothing, at(1)), at(2));
    expect(chosenIn(hunks)).toEqual([{ candidate: 'c1', selection: [{ path: 'a.ts' }] }]);
    const lines = [1, 2, 3].reduce((choices, line) => toggleLine(choices, at(1), line), nothing);
    expect(lines).toEqual(toggleHunk(nothing, at(1)));
  });

  test('where some hunks are not seen, is never made into the whole file', () => {
    const { all: _, ...unseen } = at(1);
    expect(chosenIn(toggleHunk(nothing, unseen))).toEqual([{ candidate: 'c1', selection: [{ path: 'a.ts', hunks: [1] }] }]);
  });

  test('of a file without one of its lines has all the others', () => {
    const choices = toggleLine(toggleFile(nothing, 'c1', 'a.ts'), at(2), 1);
    expect(chosenIn(choices)).toEqual([{ candidate: 'c1', selection: [{ path: 'a.ts', hunks: [1, { hunk: 2, lines: [2, 3] }] }] }]);
    expect([1, 2, 3].map((line) => lineTicked(choices, at(2), line))).toEqual([false, true, true]);
  });

  test('names lines by the numbers that the hunk gives them', () => {
    expect(lineNumbers(hunk(1))).toEqual([0, 1, 2, 3]);
    expect(lineNumbers({ ...hunk(1), numbers: [0, 0, 4, 5] })).toEqual([0, 0, 4, 5]);
  });

  type Move = { move: 'file' | 'hunk' | 'line'; hunk: number; line: number };
  const moves = fc.array(
    fc.record({ move: fc.constantFrom('file', 'hunk', 'line'), hunk: fc.nat(1), line: fc.nat(2) }) as fc.Arbitrary<Move>,
  );
  const play = (choices: Choices, { move, hunk: number, line }: Move): Choices => {
    if (move === 'file') return toggleFile(choices, 'c1', 'a.ts');
    return move === 'hunk' ? toggleHunk(choices, at(number + 1)) : toggleLine(choices, at(number + 1), line + 1);
  };
  const ticks = (choices: Choices): boolean[] => [1, 2].flatMap((number) => [1, 2, 3].map((line) => lineTicked(choices, at(number), line)));

  test('after any clicks holds just the lines that are ticked, keeps nothing empty, and comes back from a reload', () => {
    fc.assert(
      fc.property(moves, (all) => {
        const choices = all.reduce(play, nothing);
        const none = ticks(choices).every((one) => !one);
        expect(choices).toEqual(none ? {} : choices);
        expect(choicesFrom(JSON.parse(JSON.stringify(choices)))).toEqual(choices);
        const last = play(play(choices, { move: 'line', hunk: 0, line: 1 }), { move: 'line', hunk: 0, line: 1 });
        expect(ticks(last)).toEqual(ticks(choices));
      }),
    );
  });

  test.each([null, 3, { c1: 4 }, { c1: { 'a.ts': 'most' } }, { c1: { 'a.ts': { 1: ['x'] } } }])('is not taken from %j', (kept) =>
    expect(choicesFrom(kept)).toEqual(nothing),
  );
});
