import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HunkChoices } from '../../../src/engine/workspace/choice.js';
import { git } from '../../../src/engine/workspace/git.js';
import { withHunks } from '../../../src/engine/workspace/hunks.js';
import { type PatchFile, patchOf } from '../../../src/engine/workspace/patch.js';
import { selectedTree, treeWithout } from '../../../src/engine/workspace/selection.js';
import type { HunkChoice, Selection } from '../../../src/protocol/events.js';
import { contentsOf, type Files, scratchFolder, scratchGitDir, treesOf, twoTrees } from './scratch.js';

const text = (...lines: string[]) => lines.map((line) => `${line}\n`).join('');

/** What file `f` comes to when some of the change to it are chosen. */
async function chosen(
  before: Files[string] | undefined,
  after: Files[string] | undefined,
  hunks: HunkChoice[],
): Promise<string | undefined> {
  const gitDir = await scratchGitDir();
  const [from, to] = await twoTrees(gitDir, { keep: '', ...(before && { f: before }) }, { keep: '', ...(after && { f: after }) });
  return (await contentsOf(gitDir, await selectedTree(gitDir, from, to, [{ path: 'f', hunks }]))).f;
}

describe('choosing lines of a hunk', () => {
  // The hunk prints: 1 -b, 2 -c, 3 +B, 4 +C, and after d: 5 +new.
  const [before, after] = [text('a', 'b', 'c', 'd', 'e'), text('a', 'B', 'C', 'd', 'new', 'e')];
  it.each<[string, number[], string[]]>([
    ['a - line that is not chosen stays, a + line that is not is left out', [1, 3], ['a', 'c', 'B', 'd', 'e']],
    ['only what is added', [5], ['a', 'b', 'c', 'd', 'new', 'e']],
    ['only what is removed', [2], ['a', 'b', 'd', 'e']],
    ['all of them', [5, 4, 3, 2, 1], ['a', 'B', 'C', 'd', 'new', 'e']],
    ['none of them', [], ['a', 'b', 'c', 'd', 'e']],
  ])('%s', async (_, lines, expected) => expect(await chosen(before, after, [{ hunk: 1, lines }])).toBe(text(...expected)));

  it('what is named twice is chosen once, and a whole hunk is more than its lines', async () => {
    expect(
      await chosen(before, after, [
        { hunk: 1, lines: [1] },
        { hunk: 1, lines: [3] },
      ]),
    ).toBe(text('a', 'c', 'B', 'd', 'e'));
    expect(await chosen(before, after, [{ hunk: 1, lines: [1] }, 1])).toBe(after);
  });

  it('of a new file, of one that is deleted, and of one that is renamed', async () => {
    expect(await chosen(undefined, text('a', 'b', 'c'), [{ hunk: 1, lines: [1, 3] }])).toBe(text('a', 'c'));
    expect(await chosen(text('a', 'b', 'c'), undefined, [{ hunk: 1, lines: [2] }])).toBe(text('a', 'c'));
    expect(await chosen(text('a', 'b', 'c'), undefined, [{ hunk: 1, lines: [1, 2, 3] }])).toBeUndefined();
    const gitDir = await scratchGitDir();
    const lines = Array.from({ length: 20 }, (_, at) => `line ${at}`);
    const [from, to] = await twoTrees(gitDir, { old: text(...lines) }, { new: text('x', ...lines, 'y') });
    const some = await selectedTree(gitDir, from, to, [{ path: 'new', hunks: [{ hunk: 2, lines: [1] }] }]);
    expect(await contentsOf(gitDir, some)).toEqual({ new: text(...lines, 'y') });
  });

  it('line ends and bytes in no encoding stay; a last line without an end gets one only where another line follows it', async () => {
    expect(await chosen('a\r\nb\xff', 'a\r\nB\r\nc\n', [{ hunk: 1, lines: [3] }])).toBe(
      Buffer.from('a\r\nb\xff\r\nc\n').toString('latin1'),
    );
    expect(await chosen('b', 'B\nc', [{ hunk: 1, lines: [3] }])).toBe('b\nc');
    expect(await chosen('a\nb\n', 'a\nb', [{ hunk: 1, lines: [1] }])).toBe('a\n');
    expect(await chosen('a\nb', 'a\nb\n', [{ hunk: 1, lines: [1] }])).toBe('a\n');
  });

  it('lines that there are not, and files without lines, are refused', async () => {
    const refusal = { failure: { code: 'usage' } };
    await expect(chosen(before, after, [{ hunk: 1, lines: [6] }])).rejects.toMatchObject(refusal);
    await expect(chosen(before, after, [{ hunk: 2, lines: [1] }])).rejects.toMatchObject(refusal);
    await expect(chosen('\0a', '\0b', [{ hunk: 1, lines: [1] }])).rejects.toMatchObject(refusal);
    const [one, other] = (['a', 'b'] as const).map((content) => ({ content, mode: 'link' as const }));
    await expect(chosen(one, other, [{ hunk: 1, lines: [2] }])).rejects.toMatchObject(refusal);
  });
});

/** Two versions of a file with lines that repeat, and which changed lines to take, by chance. */
const pair = fc
  .record({
    lines: fc.array(fc.constantFrom('}', '', 'a', 'b', 'c', 'd', 'e'), { maxLength: 40 }),
    edits: fc.array(
      fc.record({ at: fc.nat(40), kind: fc.constantFrom('change', 'delete', 'insert'), text: fc.constantFrom('x', '}', 'y') }),
      {
        minLength: 1,
        maxLength: 9,
      },
    ),
    picks: fc.array(fc.boolean(), { minLength: 5, maxLength: 23 }),
  })
  .map(({ lines, edits, picks }) => {
    const edited: string[] = [...lines];
    for (const { at, kind, text: line } of edits) {
      if (kind === 'insert') edited.splice(Math.min(at, edited.length), 0, line);
      else if (at < edited.length) edited.splice(at, 1, ...(kind === 'change' ? [`${line}${at}`] : []));
    }
    return { before: text(...lines), after: text(...edited), picks };
  });

const pickedOf = (file: PatchFile, picks: readonly boolean[]): Map<number, Set<number>> => {
  let at = 0;
  const picked = new Map<number, Set<number>>();
  for (const { number, signs } of file.hunks) {
    const lines = new Set<number>();
    for (let line = 1; line <= signs.replaceAll(' ', '').length; line++) if (picks[at++ % picks.length]) lines.add(line);
    if (lines.size > 0) picked.set(number, lines);
  }
  return picked;
};

/** The patch that a person would edit by hand: lines not chosen become context, or go. */
function editedPatch(patchText: string, file: PatchFile, picked: HunkChoices): string {
  const hunks = file.hunks.flatMap((hunk) => {
    const lines = picked.get(hunk.number);
    if (lines === undefined) return [];
    let number = 0;
    const body = patchText
      .slice(hunk.body.start, hunk.body.end)
      .split('\n')
      .slice(0, -1)
      .flatMap((line) => {
        if (!line.startsWith(' ')) number++;
        const isWanted = !line.startsWith(' ') && (lines === 'all' || lines.has(number));
        if (line.startsWith(' ') || isWanted) return [line];
        return line.startsWith('-') ? [` ${line.slice(1)}`] : [];
      });
    return [`@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.oldStart},1 @@\n${body.join('\n')}\n`];
  });
  return hunks.length === 0 ? '' : `diff --git a/${file.path} b/${file.path}\n--- a/${file.path}\n+++ b/${file.path}\n${hunks.join('')}`;
}

describe('any lines of any change', () => {
  it('are what `git apply` makes of the patch edited by hand; with the rest of them they are the candidate', async () => {
    const gitDir = await scratchGitDir();
    const folder = await scratchFolder();
    const pairs = fc.sample(pair, { numRuns: 120, seed: 11 });
    const name = (at: number) => `f${String(at).padStart(3, '0')}`;
    const [from, to] = await twoTrees(
      gitDir,
      Object.fromEntries(pairs.map(({ before }, at) => [name(at), `top\n${before}`])),
      Object.fromEntries(pairs.map(({ after }, at) => [name(at), `top\n${after}`])),
    );
    const patch = await patchOf(gitDir, from, to);
    expect(patch.files.length).toBeGreaterThan(80);
    let patches = '';
    const made: Files = {};
    const selection: Exclude<Selection, 'all'> = [];
    for (const file of patch.files) {
      const { before, after, picks } = pairs[Number(file.path.slice(1))] ?? { before: '', after: '', picks: [] };
      const picked = pickedOf(file, picks);
      made[file.path] = withHunks(Buffer.from(`top\n${before}`), Buffer.from(`top\n${after}`), file.hunks, picked);
      patches += editedPatch(patch.text, file, picked);
      await writeFile(join(folder, file.path), `top\n${before}`);
      selection.push({ path: file.path, hunks: [...picked].map(([hunk, lines]) => ({ hunk, lines: [...lines] })) });
    }
    await git(['apply', '--recount', '-'], { cwd: folder, input: patches, env: { GIT_CEILING_DIRECTORIES: folder } });
    const applied = await Promise.all(
      Object.keys(made).map(async (path) => [path, (await git(['hash-object', '--no-filters', path], { cwd: folder })).toString()]),
    );
    const [ours] = await treesOf(gitDir, [made]);
    const wanted = await Promise.all(
      Object.keys(made).map(async (path) => [path, (await git(['rev-parse', `${ours}:${path}`], { gitDir })).toString()]),
    );
    expect(applied).toEqual(wanted);

    const some = await selectedTree(gitDir, from, to, selection);
    const rest = await treeWithout(gitDir, from, to, selection);
    expect(await treeWithout(gitDir, from, to, [])).toBe(to);
    expect(await treeWithout(gitDir, from, to, 'all')).toBe(from);
    // Taken from the candidate, then the same taken from what is left of it: nothing is left but the base.
    const [some2, rest2] = await Promise.all([contentsOf(gitDir, some), contentsOf(gitDir, rest)]);
    const [fromFiles, toFiles] = await Promise.all([contentsOf(gitDir, from), contentsOf(gitDir, to)]);
    for (const path of Object.keys(fromFiles)) {
      const lengths = [some2, rest2, fromFiles, toFiles].map((files) => (files[path] ?? '').length);
      expect([path, (lengths[0] ?? 0) + (lengths[1] ?? 0)]).toEqual([path, (lengths[2] ?? 0) + (lengths[3] ?? 0)]);
    }
  });
});
