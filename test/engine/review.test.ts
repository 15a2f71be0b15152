import { describe, expect, test } from 'vitest';
import { openReview } from '../../src/engine/review.js';
import type { CandidateState, SessionState, TurnState } from '../../src/protocol/state.js';
import { emptyState } from '../../src/protocol/state.js';
import { type Files, treesOf } from './workspace/scratch.js';
import { put, scratchStore } from './workspace/scratch-store.js';

const text = (count: number, changes: Record<number, string> = {}) =>
  Array.from({ length: count }, (_, at) => `${changes[at + 1] ?? `line ${at + 1}`}\n`).join('');

/** A session of one turn in which each agent has put forward one tree. */
async function reviewOf(base: Files, candidates: Record<string, Files>) {
  const store = await scratchStore();
  const [tree = '', ...trees] = await treesOf(store.gitDir, [base, ...Object.values(candidates)]);
  const all = Object.keys(candidates).map(
    (agent, at) => ({ id: `c-${agent}`, agent, purpose: 'work', tree: trees[at] ?? '' }) as CandidateState,
  );
  const state: SessionState = { ...emptyState, turns: [{ turn: 't1', base: tree, candidates: all } as unknown as TurnState] };
  return { store, review: openReview(store, () => state) };
}

const shown = { ignoreWhitespace: false };

describe('the files of a candidate', () => {
  test('come with their size, and with who else changes them', async () => {
    const base = { 'a.ts': text(20), 'b.ts': 'b\n', 'c.ts': text(30) };
    const { review } = await reviewOf(base, {
      maya: { ...base, 'a.ts': text(20, { 3: 'three' }), 'new.ts': 'n\n' },
      otto: { ...base, 'a.ts': text(20, { 9: 'nine' }), 'b.ts': 'B\n' },
      rin: { 'a.ts': base['a.ts'], 'b.ts': 'b\n', 'd.ts': text(30, { 1: 'one' }) },
    });
    expect(await review.files('c-maya', 'base')).toEqual([
      { path: 'a.ts', kind: 'modified', binary: false, added: 1, removed: 1, hunks: 1, changedBy: ['c-maya', 'c-otto'] },
      { path: 'new.ts', kind: 'added', binary: false, added: 1, removed: 0, hunks: 1, changedBy: ['c-maya'] },
    ]);
    expect(await review.files('c-rin', 'base')).toMatchObject([{ path: 'd.ts', from: 'c.ts', kind: 'renamed', changedBy: ['c-rin'] }]);
    expect(await review.files('c-maya', 'c-otto')).toMatchObject([{ path: 'a.ts' }, { path: 'b.ts' }, { path: 'new.ts' }]);
  });

  test('against the folder are those of the candidate that differ from it now', async () => {
    const base = { 'a.ts': text(20), 'mine.ts': 'm\n' };
    const { store, review } = await reviewOf(base, { maya: { ...base, 'a.ts': text(20, { 3: 'three' }), 'new.ts': 'n\n' } });
    await put(store.root, { 'a.ts': text(20, { 18: 'mine' }), 'mine.ts': 'changed since\n', 'new.ts': 'n\n' });
    expect((await review.files('c-maya', 'folder')).map((file) => [file.path, file.added, file.removed])).toEqual([['a.ts', 2, 2]]);
    expect(await review.hunks('c-maya', 'folder', 'a.ts', shown)).toHaveLength(2);
  });
});

describe('the hunks of a file', () => {
  test('say who did the same there, and who did otherwise', async () => {
    const base = { 'a.ts': text(60) };
    const { review } = await reviewOf(base, {
      maya: { 'a.ts': text(60, { 5: 'five', 30: 'thirty', 55: 'mine alone' }) },
      otto: { 'a.ts': text(60, { 5: 'five', 30: 'XXX' }) },
      rin: { 'moved.ts': text(60, { 5: 'five' }) },
    });
    const hunks = await review.hunks('c-maya', 'base', 'a.ts', shown);
    expect(hunks.map(({ number, same, differently }) => ({ number, same, differently }))).toEqual([
      { number: 1, same: ['c-otto', 'c-rin'], differently: [] },
      { number: 2, same: [], differently: ['c-otto'] },
      { number: 3, same: [], differently: [] },
    ]);
    expect(hunks[0]?.lines).toContain('+five');
    const whole = await review.hunks('c-maya', 'c-otto', 'a.ts', shown);
    expect(whole.map((hunk) => hunk.same)).toEqual([[], []]);
    await expect(review.hunks('c-maya', 'base', 'none.ts', shown)).rejects.toMatchObject({ failure: { code: 'not-found' } });
  });

  test('a line that is very long is cut where it is shown', async () => {
    const { review } = await reviewOf({ 'a.js': 'short\n' }, { maya: { 'a.js': `${'x'.repeat(50_000)}\n` } });
    const [hunk] = await review.hunks('c-maya', 'base', 'a.js', shown);
    expect(hunk?.lines[1]).toHaveLength(20_004);
  });
});
