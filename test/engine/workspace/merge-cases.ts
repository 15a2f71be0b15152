/** Random cases of three versions of a file, and what `git merge-file` makes of them. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';

export interface Case {
  base: string;
  ours: string;
  theirs: string;
}

/** What git merges by itself; undefined where it finds a conflict. */
export async function truthOf(folder: string, cases: readonly Case[]): Promise<(string | undefined)[]> {
  await mkdir(folder, { recursive: true });
  for (const [index, { base, ours, theirs }] of cases.entries()) {
    await Promise.all([
      writeFile(join(folder, `${index}.b`), base, 'latin1'),
      writeFile(join(folder, `${index}.o`), ours, 'latin1'),
      writeFile(join(folder, `${index}.t`), theirs, 'latin1'),
    ]);
  }
  // One shell for all: its loop is much cheaper than a process of ours for each case.
  const script = `i=0; while [ $i -lt ${cases.length} ]; do git merge-file -p -q $i.o $i.b $i.t > $i.m && : > $i.clean; i=$((i+1)); done`;
  await promisify(execFile)('sh', ['-c', script], { cwd: folder });
  const clean = new Set((await promisify(execFile)('find', [folder, '-name', '*.clean', '-printf', '%f\n'])).stdout.split('\n'));
  return Promise.all(
    cases.map((_, index) => (clean.has(`${index}.clean`) ? readFile(join(folder, `${index}.m`), 'latin1') : Promise.resolve(undefined))),
  );
}

const edit = fc.record({
  at: fc.nat(70),
  kind: fc.constantFrom('change', 'change', 'delete', 'insert', 'duplicate', 'move'),
  text: fc.constantFrom('}', '', 'x', 'y', '  return;', '=======', '\xff\xfe'),
  length: fc.integer({ min: 1, max: 4 }),
});

function edited(lines: readonly string[], edits: readonly { at: number; kind: string; text: string; length: number }[]): string[] {
  const result = [...lines];
  for (const { at, kind, text, length } of edits) {
    const place = Math.min(at, result.length);
    if (kind === 'insert') result.splice(place, 0, ...Array.from({ length }, (_, index) => `${text}${index % 2}`));
    else if (kind === 'change') result.splice(place, length, ...Array.from({ length }, (_, index) => `${text} ${place + index}`));
    else if (kind === 'delete') result.splice(place, length);
    else if (kind === 'duplicate') result.splice(place, 0, ...result.slice(place, place + length));
    else result.splice(Math.floor(place / 2), 0, ...result.splice(place, length));
  }
  return result;
}

/** `repeats`: every how many lines one is the same as others, as braces and blank lines are in a program. */
export const randomCase = (repeats: number) =>
  fc
    .record({
      count: fc.integer({ min: 0, max: 60 }),
      ours: fc.array(edit, { maxLength: 4 }),
      theirs: fc.array(edit, { maxLength: 4 }),
      shared: fc.array(edit, { maxLength: 2 }),
      end: fc.constantFrom('\n', '\n', '\r\n'),
      bare: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
    })
    .map(({ count, ours, theirs, shared, end, bare }): Case => {
      const base = Array.from({ length: count }, (_, index) =>
        index % repeats === repeats - 1 ? (['}', '', '  return;'][index % 3] ?? '') : `line ${index}`,
      );
      // What both sides have in common: a change that was partly applied before.
      const version = (edits: typeof ours) => edited(edited(base, shared), edits);
      const joined = (lines: readonly string[], cut: boolean) => (lines.length === 0 ? '' : lines.join(end) + (cut ? '' : end));
      return { base: joined(base, bare[0]), ours: joined(version(ours), bare[1]), theirs: joined(version(theirs), bare[2]) };
    });
