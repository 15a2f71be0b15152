import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planApply, planUndo, writeChanges } from '../../../src/engine/workspace/apply.js';
import { type FileSpec, type Files, treesOf } from './scratch.js';
import { put, scratchStore, snapshotOf } from './scratch-store.js';

const text = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}\n`).join('');

/** What a path may hold; paths clash on purpose: some are folders of others. */
const spec: fc.Arbitrary<FileSpec> = fc.oneof(
  fc.nat(14).map((at) => text(15).replace(`line ${at}\n`, `changed ${at}\n`)),
  fc.constantFrom<FileSpec>(
    '',
    'short',
    text(15),
    '\0binary',
    '\0other',
    { content: 'a', mode: 'link' },
    { content: text(15), mode: 'executable' },
  ),
);
const PATHS = ['a', 'b', 'd', 'd/x', 'd/y/z', 'e e/1', 'ü'];
const tree = fc.array(fc.tuple(fc.constantFrom(...PATHS), spec), { maxLength: 7 }).map((entries): Files => {
  const files: Files = { keep: 'k\n' };
  for (const [path, content] of entries) {
    const taken = Object.keys(files).some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`));
    if (!taken) files[path] = content;
  }
  return files;
});
/** A later version: most files as they were, some as in another tree. */
const versionOf = (base: Files, other: Files, chosen: readonly boolean[]): Files => {
  const names = [...new Set([...Object.keys(base), ...Object.keys(other)])].sort();
  const files: Files = {};
  for (const [index, name] of names.entries()) {
    const content = chosen[index % chosen.length] ? other[name] : base[name];
    if (content !== undefined && !Object.keys(files).some((path) => name.startsWith(`${path}/`))) files[name] = content;
  }
  return files;
};
const flags = fc.array(fc.boolean(), { minLength: 3, maxLength: 8 });
const situation = fc
  .record({ base: tree, others: fc.tuple(tree, tree), chosen: fc.tuple(flags, flags) })
  .map(({ base, others, chosen }) => ({
    base,
    mine: versionOf(base, others[0], chosen[0]),
    theirs: versionOf(base, others[1], chosen[1]),
  }));

describe('applying anything to anything', () => {
  it('changes nothing while planning, makes what was planned, and undoes it to the byte', async () => {
    const seen = { applied: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(situation, async ({ base, mine, theirs }) => {
        const store = await scratchStore();
        const [baseTree = '', candidate = ''] = await treesOf(store.gitDir, [base, theirs]);
        await put(store.root, mine);
        const before = await snapshotOf(store.root);
        const plan = await planApply(store, { base: baseTree, candidate, selection: 'all' });
        expect(await snapshotOf(store.root)).toEqual(before);
        if (plan.conflicts.length > 0) {
          seen.refused++;
          expect(plan).toMatchObject({ after: plan.before, paths: [] });
        } else {
          seen.applied++;
          await writeChanges(store, plan.before, plan.after, plan);
          expect((await store.capture()).tree).toBe(plan.after);
          // Once more changes nothing: all of it is there.
          const again = await planApply(store, { base: baseTree, candidate, selection: 'all' });
          if (again.conflicts.length === 0) expect(again.after).toBe(plan.after);
          const back = await planUndo(store, plan);
          expect(back.conflicts).toEqual([]);
          await writeChanges(store, back.before, back.after, back);
          expect(await snapshotOf(store.root)).toEqual(before);
        }
        await rm(join(store.root), { recursive: true });
      }),
      { numRuns: 40, seed: 5 },
    );
    expect(seen.applied).toBeGreaterThan(8);
    expect(seen.refused).toBeGreaterThan(8);
  }, 60_000);
});
