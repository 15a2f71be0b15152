import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planParts, planUndo, writeChanges } from '../../../src/engine/workspace/apply.js';
import { compose, type Part } from '../../../src/engine/workspace/compose.js';
import { patchOf } from '../../../src/engine/workspace/patch.js';
import type { HunkChoice } from '../../../src/protocol/events.js';
import { contentsOf, type Files, scratchGitDir, treesOf } from './scratch.js';
import { put, scratchStore, snapshotOf } from './scratch-store.js';

const text = (count: number, changes: Record<number, string> = {}) =>
  Array.from({ length: count }, (_, at) => `${changes[at + 1] ?? `line ${at + 1}`}\n`).join('');

const BASE: Files = { 'a.ts': text(60), 'b.ts': 'b\n', 'c.ts': text(20) };
const MAYA: Files = { ...BASE, 'a.ts': text(60, { 5: 'maya 5', 30: 'maya 30' }), 'b.ts': 'maya\n' };
const OTTO: Files = { ...BASE, 'a.ts': text(60, { 30: 'otto 30', 55: 'otto 55' }), 'b.ts': 'otto\n', 'new.ts': 'otto\n' };

async function trees() {
  const gitDir = await scratchGitDir();
  const [base = '', maya = '', otto = ''] = await treesOf(gitDir, [BASE, MAYA, OTTO]);
  return { gitDir, base, maya, otto };
}

describe('parts of several candidates', () => {
  it('hunks of one and files of another come together, in whatever order they were chosen', async () => {
    const { gitDir, base, maya, otto } = await trees();
    const parts: Part[] = [
      { name: 'maya.1', tree: maya, selection: [{ path: 'a.ts', hunks: [1] }, { path: 'b.ts' }] },
      { name: 'otto.1', tree: otto, selection: [{ path: 'new.ts' }] },
      { name: 'otto.1', tree: otto, selection: [{ path: 'a.ts', hunks: [2] }] },
    ];
    const one = await compose(gitDir, base, parts);
    expect(one.conflicts).toEqual([]);
    expect(await contentsOf(gitDir, one.tree)).toEqual({
      ...BASE,
      'a.ts': text(60, { 5: 'maya 5', 55: 'otto 55' }),
      'b.ts': 'maya\n',
      'new.ts': 'otto\n',
    });
    expect(await compose(gitDir, base, [...parts].reverse())).toEqual(one);
  });

  it('all of one candidate is that candidate; nothing is the base', async () => {
    const { gitDir, base, maya } = await trees();
    expect(await compose(gitDir, base, [{ name: 'maya.1', tree: maya, selection: 'all' }])).toEqual({ tree: maya, conflicts: [] });
    expect(await compose(gitDir, base, [])).toEqual({ tree: base, conflicts: [] });
  });

  it('what they contradict each other in is told with their names, beside what conflicts with the folder, and nothing is to be written', async () => {
    const store = await scratchStore();
    const [base = '', maya = '', otto = ''] = await treesOf(store.gitDir, [BASE, MAYA, OTTO]);
    await put(store.root, { ...BASE, 'new.ts': 'my own\n' });
    const both: Part[] = [
      { name: 'otto.1', tree: otto, selection: 'all' },
      { name: 'maya.1', tree: maya, selection: 'all' },
    ];
    for (const markers of [false, true]) {
      const plan = await planParts(store, { base, parts: both, markers });
      expect(plan).toMatchObject({ after: plan.before, paths: [], kept: [] });
      expect(plan.conflicts).toEqual([
        { path: 'a.ts', why: 'maya.1 and otto.1 change the same lines in different ways' },
        { path: 'b.ts', why: 'maya.1 and otto.1 change the same lines in different ways' },
        { path: 'new.ts', why: 'you and the candidate both added it, with different content' },
      ]);
    }
  });

  it('goes into the folder as it is now, keeps what the person did there, and is taken back at once', async () => {
    const store = await scratchStore();
    const [base = '', maya = '', otto = ''] = await treesOf(store.gitDir, [BASE, MAYA, OTTO]);
    await put(store.root, { ...BASE, 'a.ts': text(60, { 15: 'mine' }) });
    const before = await snapshotOf(store.root);
    const parts: Part[] = [
      { name: 'maya.1', tree: maya, selection: [{ path: 'a.ts', hunks: [1] }] },
      { name: 'otto.1', tree: otto, selection: [{ path: 'a.ts', hunks: [2] }, { path: 'b.ts' }] },
    ];
    const plan = await planParts(store, { base, parts });
    expect(plan).toMatchObject({ paths: ['a.ts', 'b.ts'], conflicts: [], kept: ['a.ts'] });
    expect(await snapshotOf(store.root)).toEqual(before);
    await writeChanges(store, plan.before, plan.after, plan);
    expect((await contentsOf(store.gitDir, (await store.capture()).tree))['a.ts']).toBe(
      text(60, { 5: 'maya 5', 15: 'mine', 55: 'otto 55' }),
    );
    const back = await planUndo(store, plan);
    await writeChanges(store, back.before, back.after, back);
    expect(await snapshotOf(store.root)).toEqual(before);
  });
});

/** Edits by chance: each changes one line of one of two files. */
const edits = fc.array(
  fc.record({ file: fc.constantFrom('x', 'y'), line: fc.integer({ min: 1, max: 30 }), to: fc.constantFrom('p', 'q') }),
  {
    maxLength: 6,
  },
);
const versionOf = (changes: readonly { file: string; line: number; to: string }[]): Files => {
  const of = (file: string) => text(30, Object.fromEntries(changes.filter((one) => one.file === file).map(({ line, to }) => [line, to])));
  return { x: of('x'), y: of('y') };
};
const situation = fc.record({
  candidates: fc.tuple(edits, edits, edits),
  picks: fc.array(fc.boolean(), { minLength: 4, maxLength: 11 }),
  order: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
});

it('whatever is chosen of three candidates, the order of choosing changes neither the tree nor the conflicts', async () => {
  const gitDir = await scratchGitDir();
  const seen = { clean: 0, conflicts: 0 };
  await fc.assert(
    fc.asyncProperty(situation, async ({ candidates, picks, order }) => {
      const [base = '', ...made] = await treesOf(gitDir, [versionOf([]), ...candidates.map(versionOf)]);
      let at = 0;
      const parts: Part[] = [];
      for (const [index, tree] of made.entries()) {
        const { files } = await patchOf(gitDir, base, tree);
        for (const { path, hunks } of files) {
          for (const { number, signs } of hunks) {
            const lines = Array.from(signs.replaceAll(' ', ''), (_, line) => line + 1).filter(() => picks[at++ % picks.length]);
            const choice: HunkChoice = picks[at++ % picks.length] ? number : { hunk: number, lines };
            parts.push({ name: `c${index}`, tree, selection: [{ path, hunks: [choice] }] });
          }
        }
      }
      const one = await compose(gitDir, base, parts);
      const shuffled = order.flatMap((index) => parts.filter((part) => part.name === `c${index}`).reverse());
      expect(await compose(gitDir, base, shuffled)).toEqual(one);
      seen[one.conflicts.length > 0 ? 'conflicts' : 'clean']++;
    }),
    { numRuns: 15, seed: 3 },
  );
  expect(seen.clean).toBeGreaterThan(2);
  expect(seen.conflicts).toBeGreaterThan(2);
}, 60_000);
