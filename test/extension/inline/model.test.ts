/** What is pending, by file, and what a command about it chooses. */
import { expect, test } from 'vitest';
import type { PendingFile, PendingHunk } from '../../../src/engine/pending.js';
import { aimedAt, byPath, choicesFor, countOf, entriesOf } from '../../../src/extension/inline/model.js';

const hunk = (number: number, left?: number[]): PendingHunk => ({
  number,
  oldStart: 1,
  oldLines: 1,
  newStart: 1,
  newLines: 1,
  lines: [],
  ...(left && { left }),
});
const file = (path: string, hunks: PendingHunk[], whole = true): PendingFile => ({
  path,
  kind: 'modified',
  binary: hunks.length === 0,
  added: 1,
  removed: 1,
  hunks,
  whole,
});
const entries = entriesOf({
  root: '/r',
  changes: [
    { session: 's1', title: 'One', apply: 'a1', after: 'x', settled: 'y', files: [file('b.ts', [hunk(1), hunk(2)]), file('c.png', [])] },
    {
      session: 's2',
      title: 'Two',
      apply: 'a1',
      after: 'x',
      settled: 'y',
      files: [file('a.ts', [hunk(2, [3])], false), file('b.ts', [hunk(1)])],
    },
  ],
});

test('files are in the order of their paths, each with all that is pending in it', () => {
  expect([...byPath(entries)].map(([path, all]) => [path, ...all.map(({ session }) => session)])).toEqual([
    ['/r/a.ts', 's2'],
    ['/r/b.ts', 's1', 's2'],
    ['/r/c.png', 's1'],
  ]);
});

test('what is changed as a whole counts as one', () => expect(countOf(entries)).toBe(5));

test('what is chosen goes by apply: one fact each', () => {
  expect(choicesFor(entries)).toEqual([
    { session: 's2', apply: 'a1', selection: [{ path: 'a.ts', hunks: [{ hunk: 2, lines: [3] }] }, { path: 'b.ts' }] },
    { session: 's1', apply: 'a1', selection: [{ path: 'b.ts' }, { path: 'c.png' }] },
  ]);
});

test('a hunk is chosen alone, and what is pending no more is not chosen', () => {
  const target = { session: 's1', apply: 'a1', fsPath: '/r/b.ts' };
  expect(choicesFor(aimedAt(entries, { ...target, hunk: 2 }), 2)).toEqual([
    { session: 's1', apply: 'a1', selection: [{ path: 'b.ts', hunks: [2] }] },
  ]);
  expect(aimedAt(entries, { ...target, hunk: 3 })).toEqual([]);
  expect(aimedAt(entries, { ...target, apply: 'a2' })).toEqual([]);
});

test('paths are called as the editor calls them', () => {
  const change = { session: 's', title: 'T', apply: 'a1', after: 'x', settled: 'y', files: [file('b.ts', [])] };
  expect(entriesOf({ root: '/real', changes: [change] }, (path) => path.replace('/real', '/link'))[0]?.fsPath).toBe('/link/b.ts');
});
