/** Merging 200 edited source files into a folder that was edited too: how right, and how fast, beside `git merge-file`. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { git, gitText } from '../src/engine/workspace/git.js';
import { mergeTrees } from '../src/engine/workspace/merge.js';
import { listTree, readBlobs } from '../src/engine/workspace/trees.js';
import { median, randomFrom } from './numbers.js';
import type { Row } from './row.js';

const run = promisify(execFile);

/** How the person's edit and the candidate's lie to each other, and how many files of each. */
const KINDS = { disjoint: 80, shifted: 40, near: 40, same: 20, partly: 20 } as const;
type Kind = keyof typeof KINDS;
const ROUNDS = 5;

interface Case {
  kind: Kind;
  base: string;
  ours: string;
  theirs: string;
}

/** Wrong results (clean, but not as merge-file; or clean where it refuses), refusals of what merges, and time per file. */
export async function bench(): Promise<Row[]> {
  // In memory where that can be: what a disk makes of hundreds of small files differs severalfold from run to run.
  const medium = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const folder = await mkdtemp(join(medium, 'massgen-bench-'));
  try {
    const cases = allCases();
    const rounds: { ours: number; peer: number }[] = [];
    let wrong = 0;
    let refused = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const truth = await byMergeFile(join(folder, `files-${round}`), cases);
      const ours = await byTrees(join(folder, `store-${round}.git`), cases);
      rounds.push({ ours: ours.ms / cases.length, peer: truth.ms / cases.length });
      wrong = ours.results.filter((result, index) => result !== undefined && result !== truth.results[index]).length;
      refused = ours.results.filter((result, index) => result === undefined && truth.results[index] !== undefined).length;
    }
    const ours = median(rounds.map((round) => round.ours));
    const ratio = median(rounds.map((round) => round.ours / round.peer));
    return [
      { name: 'apply: wrong results of 200', ours: wrong, peer: 'git merge-file (0)', ratio: wrong, target: '0', ok: wrong === 0 },
      {
        name: 'apply: refused of those that merge',
        ours: refused,
        peer: 'git merge-file (0)',
        ratio: refused,
        target: '0',
        ok: refused === 0,
      },
      {
        name: 'apply: ms per file',
        ours,
        peer: 'git merge-file, one process a file',
        ratio,
        target: '<= 0.15',
        ok: ratio <= 0.15,
        note: `median of ${ROUNDS} pairs, in ${medium}`,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** All files in one merge of trees, as an apply does it. */
async function byTrees(gitDir: string, cases: readonly Case[]): Promise<{ ms: number; results: (string | undefined)[] }> {
  await git(['init', '-q', '--bare', gitDir], {});
  const path = (index: number) => `src/module-${index}.ts`;
  const [base, ours, theirs] = await Promise.all((['base', 'ours', 'theirs'] as const).map((side) => treeOf(gitDir, side, cases, path)));
  if (base === undefined || ours === undefined || theirs === undefined) throw new Error('no trees were made');
  const start = performance.now();
  const merged = await mergeTrees(gitDir, base, ours, theirs);
  const ms = performance.now() - start;
  const entries = await listTree(gitDir, merged.tree);
  const blobs = await readBlobs(
    gitDir,
    [...entries.values()].map((entry) => entry.id),
  );
  const conflicts = new Set(merged.conflicts.map((conflict) => conflict.path));
  const results = cases.map((_, index) =>
    conflicts.has(path(index)) ? undefined : Buffer.from(blobs.get(entries.get(path(index))?.id ?? '') ?? []).toString(),
  );
  return { ms, results };
}

async function treeOf(
  gitDir: string,
  side: 'base' | 'ours' | 'theirs',
  cases: readonly Case[],
  path: (index: number) => string,
): Promise<string> {
  const files = cases.map((one, index) => `M 100644 inline ${path(index)}\ndata ${Buffer.byteLength(one[side])}\n${one[side]}\n`);
  const input = `commit refs/bench/${side}\ncommitter b <b@b> 1 +0000\ndata 0\ndeleteall\n${files.join('')}`;
  await git(['fast-import', '--quiet'], { gitDir, input });
  return (await gitText(['rev-parse', `refs/bench/${side}^{tree}`], { gitDir })).trim();
}

/** One process a file, the files written before the clock starts. */
async function byMergeFile(folder: string, cases: readonly Case[]): Promise<{ ms: number; results: (string | undefined)[] }> {
  await mkdir(folder);
  for (const [index, one] of cases.entries()) {
    for (const side of ['base', 'ours', 'theirs'] as const) await writeFile(join(folder, `${index}-${side}`), one[side]);
  }
  const results: (string | undefined)[] = [];
  const start = performance.now();
  for (const index of cases.keys()) results.push(await mergeFile(folder, index));
  return { ms: performance.now() - start, results };
}

async function mergeFile(folder: string, index: number): Promise<string | undefined> {
  try {
    await run('git', ['merge-file', '-q', `${index}-ours`, `${index}-base`, `${index}-theirs`], { cwd: folder });
    return await readFile(join(folder, `${index}-ours`), 'utf8');
  } catch (error) {
    // The exit code is the number of conflicts; what is no exit code is no verdict.
    if (error instanceof Error && 'code' in error && typeof error.code === 'number' && error.code < 128) return undefined;
    throw error;
  }
}

function allCases(): Case[] {
  const random = randomFrom(20);
  return (Object.keys(KINDS) as Kind[]).flatMap((kind) => Array.from({ length: KINDS[kind] }, (_, index) => caseOf(kind, index, random)));
}

function caseOf(kind: Kind, index: number, random: (below: number) => number): Case {
  const base = sourceFile(index, 120 + random(280), random);
  const at = 20 + random(40);
  const far = base.length - 20 - random(20);
  const candidate = edit(edit(base, at, 2, 'candidate'), far, 1, 'candidate');
  const joined = (ours: readonly string[], theirs: readonly string[]): Case => ({
    kind,
    base: `${base.join('\n')}\n`,
    ours: `${ours.join('\n')}\n`,
    theirs: `${theirs.join('\n')}\n`,
  });
  if (kind === 'disjoint') return joined(edit(base, Math.floor((at + far) / 2), 3, 'person'), candidate);
  if (kind === 'shifted')
    return joined([...Array.from({ length: 40 + random(160) }, (_, line) => `// header ${index}.${line}`), ...base], candidate);
  if (kind === 'near') return joined(edit(base, at + 3 + random(3), 1, 'person'), candidate);
  if (kind === 'same') return joined(edit(base, at, 2, 'person'), candidate);
  // The first of the candidate's two changes is in the folder already.
  return joined(edit(base, at, 2, 'candidate'), candidate);
}

function edit(lines: readonly string[], at: number, count: number, who: string): string[] {
  const replaced = lines.slice(at, at + count).map((line, index) => `${line} // ${who} ${index}`);
  return [...lines.slice(0, at), ...replaced, `  ${who}(${at});`, ...lines.slice(at + count)];
}

/** Lines as in a program: many distinct ones, and braces, blanks and returns that are all alike. */
function sourceFile(seed: number, length: number, random: (below: number) => number): string[] {
  const lines: string[] = [];
  for (let part = 0; lines.length < length; part++) {
    lines.push(`export function work${seed}x${part}(input: string, limit = ${random(100)}): number {`);
    for (let statement = random(6) + 2; statement > 0; statement--) {
      lines.push(random(4) === 0 ? '  if (limit === 0) {' : `  const value${statement} = input.indexOf('${random(9)}') + ${random(30)};`);
      if (lines.at(-1)?.endsWith('{') === true) lines.push('    return 0;', '  }');
    }
    lines.push('  return limit;', '}', '');
  }
  return lines;
}
