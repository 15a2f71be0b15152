import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gitText } from '../../../src/engine/workspace/git.js';
import { mergeContents, type Sides } from '../../../src/engine/workspace/merge-contents.js';
import { readBlobs } from '../../../src/engine/workspace/trees.js';
import { type Case, randomCase, truthOf } from './merge-cases.js';
import { scratchFolder, scratchGitDir } from './scratch.js';

const labels = { ours: 'your folder', theirs: 'candidate' };

/** What becomes of each case: the merged text, or where it conflicts. */
async function merged(cases: readonly Case[]) {
  const gitDir = await scratchGitDir();
  const sides = await stored(gitDir, cases);
  const results = await mergeContents(gitDir, sides, { labels });
  const contents = await readBlobs(
    gitDir,
    results.flatMap((result) => (result.clean ? [result.id] : [])),
  );
  return results.map((result) => {
    if (result.clean) return Buffer.from(contents.get(result.id) ?? []).toString('latin1');
    return result.binary ? 'binary' : { lines: result.lines, marked: Buffer.from(result.marked).toString('latin1') };
  });
}

async function stored(gitDir: string, cases: readonly Case[]): Promise<Sides[]> {
  const folder = await scratchFolder();
  const texts = cases.flatMap(({ base, ours, theirs }) => [base, ours, theirs]);
  await Promise.all(texts.map((text, index) => writeFile(join(folder, `${index}`), text, 'latin1')));
  const input = texts.map((_, index) => `${join(folder, `${index}`)}\n`).join('');
  const ids = (await gitText(['hash-object', '-w', '--no-filters', '--stdin-paths'], { gitDir, input })).trim().split('\n');
  return cases.map((_, index) => ({ base: ids[3 * index] ?? '', ours: ids[3 * index + 1] ?? '', theirs: ids[3 * index + 2] ?? '' }));
}

/** `npm run test:merges`: many more, and others each time; MASSGEN_SEED names those of a time again. */
const isWhole = process.env.MODE === 'corpus';
const seed = isWhole ? Number(process.env.MASSGEN_SEED ?? Math.floor(Math.random() * 1e6)) : 40;
const batches = Array.from({ length: isWhole ? 20 : 1 }, (_, index) => seed + 3 * index);

describe('merging contents', () => {
  it.each(batches)('says the same as `git merge-file` in every one of 1500 random cases (seed %i)', { timeout: 120_000 }, async (first) => {
    const cases = [3, 9, 1000].flatMap((repeats, index) => fc.sample(randomCase(repeats), { numRuns: 500, seed: first + index }));
    const truth = await truthOf(await scratchFolder(), cases);
    const ours = await merged(cases);
    const wrong = cases.filter((_, index) => (typeof ours[index] === 'string' ? ours[index] : undefined) !== truth[index]);
    expect(wrong).toEqual([]);
    // Neither side of the comparison is trivial.
    const clean = truth.filter((text) => text !== undefined).length;
    expect(clean).toBeGreaterThan(300);
    expect(cases.length - clean).toBeGreaterThan(300);
    if (isWhole)
      process.stdout.write(`${cases.length} cases from seed ${first}: ${clean} clean, ${cases.length - clean} in conflict, none wrong\n`);
  });

  it('names the lines of ours that conflict, and marks them with the names of the sides', async () => {
    const base = Array.from({ length: 30 }, (_, index) => `${index + 1}\n`).join('');
    const ours = base.replace('\n5\n', '\nmine\nmine too\n').replace('\n20\n', '\n');
    const theirs = base.replace('\n5\n', '\nyours\n').replace('\n20\n', '\nother\n').replace('\n12\n', '\ntwelve\n');
    const [result] = await merged([{ base, ours, theirs }]);
    expect(result).toMatchObject({
      lines: [
        [5, 6],
        [21, 20],
      ],
    });
    expect(typeof result === 'object' && result.marked).toContain(
      '4\n<<<<<<< your folder\nmine\nmine too\n=======\nyours\n>>>>>>> candidate\n6\n',
    );
    expect(typeof result === 'object' && result.marked).toContain('\ntwelve\n');
  });

  it('leaves content alone that looks like markers', async () => {
    const base = '<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n\n1\n2\n3\n';
    expect(await merged([{ base, ours: base.replace('a\n', 'A\n'), theirs: base.replace('3\n', 'three\n') }])).toEqual([
      base.replace('a\n', 'A\n').replace('3\n', 'three\n'),
    ]);
  });

  it('does not merge binary files', async () => {
    expect(
      await merged([
        { base: 'a\0b\n', ours: 'a\0c\n', theirs: 'a\0d\n' },
        { base: '1\n', ours: '1\n', theirs: '2\n' },
      ]),
    ).toEqual(['binary', '2\n']);
  });

  it('is not led astray by drivers, attributes or line ends that are configured', async () => {
    const gitDir = await scratchGitDir();
    const attributes = join(await scratchFolder(), 'attributes');
    await writeFile(attributes, '* merge=union text eol=crlf\n');
    for (const [key, value] of [
      ['core.attributesFile', attributes],
      ['merge.default', 'union'],
      ['merge.conflictStyle', 'diff3'],
      ['core.autocrlf', 'true'],
    ] as const) {
      await gitText(['config', key, value], { gitDir });
    }
    const sides = await stored(gitDir, [{ base: '1\n2\n3\n', ours: '1\na\n3\n', theirs: '1\nb\n3\n' }]);
    const [result] = await mergeContents(gitDir, sides, { labels });
    expect(result?.clean === false && !result.binary && Buffer.from(result.marked).toString()).toBe(
      '1\n<<<<<<< your folder\na\n=======\nb\n>>>>>>> candidate\n3\n',
    );
  });

  it('works in a store of the SHA-256 format', async () => {
    const gitDir = await scratchGitDir('sha256');
    const [result] = await mergeContents(gitDir, await stored(gitDir, [{ base: '1\n2\n3\n', ours: '0\n2\n3\n', theirs: '1\n2\n4\n' }]), {
      labels,
    });
    if (!result?.clean) throw new Error('it conflicts');
    expect(Buffer.from((await readBlobs(gitDir, [result.id])).get(result.id) ?? []).toString()).toBe('0\n2\n4\n');
  });

  it('leaves nothing behind in the store but objects', async () => {
    const gitDir = await scratchGitDir();
    const before = await readdir(gitDir);
    await mergeContents(gitDir, await stored(gitDir, [{ base: '1\n', ours: '2\n', theirs: '3\n' }]), { labels });
    expect(await readdir(gitDir)).toEqual(before);
  });
});
