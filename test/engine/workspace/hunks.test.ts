import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withHunks as withChoice } from '../../../src/engine/workspace/hunks.js';
import { type Hunk, patchOf } from '../../../src/engine/workspace/patch.js';
import { scratchGitDir, treesOf, twoTrees } from './scratch.js';

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
/** With whole hunks. */
const withHunks = (base: Uint8Array, candidate: Uint8Array, hunks: readonly Hunk[], chosen: ReadonlySet<number>) =>
  withChoice(base, candidate, hunks, new Map([...chosen].map((number) => [number, 'all'])));
const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}\n`);

describe('building a file from chosen hunks', () => {
  it('takes each hunk by its number, and leaves the rest as in the base', async () => {
    const gitDir = await scratchGitDir();
    const base = lines(40).join('');
    const candidate = lines(40)
      .map((line, index) => ([4, 20, 36].includes(index) ? `changed ${index + 1}\n` : line))
      .join('');
    const [from, to] = await twoTrees(gitDir, { f: base }, { f: candidate });
    const hunks = (await patchOf(gitDir, from, to)).files[0]?.hunks ?? [];
    expect(hunks.map((hunk) => [hunk.number, hunk.oldStart, hunk.oldLines])).toEqual([
      [1, 2, 7],
      [2, 18, 7],
      [3, 34, 7],
    ]);
    const second = latin1(withHunks(Buffer.from(base), Buffer.from(candidate), hunks, new Set([2])));
    expect(second).toBe(base.replace('line 21\n', 'changed 21\n'));
  });

  it('keeps line ends, a byte order mark, bytes in no encoding and a missing last newline', async () => {
    const gitDir = await scratchGitDir();
    const filler = Array.from({ length: 12 }, (_, index) => `f${index}\r\n`).join('');
    const base = Buffer.from(`\xef\xbb\xbffirst \xff\xfe\r\n${filler}last without end`, 'latin1');
    const candidate = Buffer.from(`\xef\xbb\xbffirst \xff\xfd\n${filler}last with end\n`, 'latin1');
    const [from, to] = await twoTrees(gitDir, { f: base }, { f: candidate });
    const hunks = (await patchOf(gitDir, from, to)).files[0]?.hunks ?? [];
    expect(hunks).toHaveLength(2);
    expect(latin1(withHunks(base, candidate, hunks, new Set([1])))).toBe(`\xef\xbb\xbffirst \xff\xfd\n${filler}last without end`);
    expect(latin1(withHunks(base, candidate, hunks, new Set([2])))).toBe(`\xef\xbb\xbffirst \xff\xfe\r\n${filler}last with end\n`);
  });

  it('gives the candidate for all hunks, the base for none, and the candidate for any choice and then the rest', async () => {
    const gitDir = await scratchGitDir();
    const pairs = fc.sample(pairOfFiles, { numRuns: 400, seed: 7 });
    const name = (index: number) => `f${String(index).padStart(4, '0')}`;
    const files = (side: 0 | 1) => Object.fromEntries(pairs.map((pair, index) => [name(index), Buffer.from(pair[side], 'latin1')]));
    const [from, to] = await twoTrees(gitDir, files(0), files(1));
    const patch = await patchOf(gitDir, from, to);
    expect(patch.files.length).toBeGreaterThan(300);
    expect(patch.files.some((file) => file.hunks.length > 3)).toBe(true);

    // Every second hunk first: a tree of its own, whose diff to the candidate must hold the other hunks.
    const halves: Record<string, Uint8Array> = {};
    for (const file of patch.files) {
      const [base = '', candidate = ''] = pairs[Number(file.path.slice(1))] ?? [];
      const bytes = [Buffer.from(base, 'latin1'), Buffer.from(candidate, 'latin1')] as const;
      expect(latin1(withHunks(...bytes, file.hunks, new Set(file.hunks.map((hunk) => hunk.number))))).toBe(candidate);
      expect(latin1(withHunks(...bytes, file.hunks, new Set()))).toBe(base);
      halves[file.path] = withHunks(
        ...bytes,
        file.hunks,
        new Set(file.hunks.filter((hunk) => hunk.number % 2 === 1).map((hunk) => hunk.number)),
      );
    }
    const [half] = await treesOf(gitDir, [{ ...files(0), ...halves }]);
    const rest = await patchOf(gitDir, half ?? '', to);
    for (const file of rest.files) {
      const [, candidate = ''] = pairs[Number(file.path.slice(1))] ?? [];
      const base = halves[file.path] ?? new Uint8Array();
      expect(latin1(withHunks(base, Buffer.from(candidate, 'latin1'), file.hunks, new Set(file.hunks.map((hunk) => hunk.number))))).toBe(
        candidate,
      );
    }
    const left = new Map(rest.files.map((file) => [file.path, file.hunks.length]));
    const wanted = patch.files.map((file) => [file.path, file.hunks.filter((hunk) => hunk.number % 2 === 0).length]);
    expect(wanted.filter(([path, count]) => (left.get(String(path)) ?? 0) !== count)).toEqual([]);
  });
});

/** A file and an edited version of it: distinct lines with some repeats, any line ends, with or without the last one. */
const pairOfFiles = fc
  .record({
    count: fc.integer({ min: 0, max: 90 }),
    end: fc.constantFrom('\n', '\r\n'),
    edits: fc.array(
      fc.record({
        at: fc.nat(90),
        kind: fc.constantFrom('change', 'delete', 'insert'),
        text: fc.constantFrom('}', '', 'new', '\xe4\xff', '--- a/x', '@@ -1 +1 @@', '\\ No newline'),
      }),
      { maxLength: 8 },
    ),
    bareEnd: fc.tuple(fc.boolean(), fc.boolean()),
  })
  .map(({ count, end, edits, bareEnd }): [string, string] => {
    const base = Array.from({ length: count }, (_, index) => (index % 11 === 0 ? `}${end}` : `line ${index}${end}`));
    const edited = [...base];
    for (const { at, kind, text } of edits) {
      if (kind === 'insert') edited.splice(Math.min(at, edited.length), 0, `${text}${end}`);
      else if (at < edited.length) edited.splice(at, 1, ...(kind === 'change' ? [`${text} ${at}${end}`] : []));
    }
    const bare = (all: string[], cut: boolean) => (cut ? all.join('').replace(/\r?\n$/, '') : all.join(''));
    return [bare(base, bareEnd[0]), bare(edited, bareEnd[1])];
  });
