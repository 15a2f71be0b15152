/** What is chosen, across candidates: files, hunks and lines. Values only, so that it survives a reload. */
import type { CandidateId, Chosen, HunkChoice } from '../../protocol/events.js';
import type { HunkDiff } from '../../protocol/review.js';

/** Of a hunk: all of it, or some of its lines by the numbers that a choice names them with. */
type Part = 'all' | number[];
/** Of a file: all of it, or some hunks by number. */
type FileChoice = 'all' | { [hunk: number]: Part };
export type Choices = { readonly [candidate: CandidateId]: { readonly [path: string]: FileChoice } };
export type Tick = 'none' | 'some' | 'all';

export const nothing: Choices = {};

/** What names a hunk for a choice. */
export interface HunkAt {
  candidate: CandidateId;
  path: string;
  hunk: HunkDiff;
  /** The numbers of all hunks of the file: with all of them chosen, the file is. Absent: there are some that are not seen. */
  all?: readonly number[] | undefined;
}

export function fileTick(choices: Choices, candidate: CandidateId, path: string): Tick {
  const file = choices[candidate]?.[path];
  return file === undefined ? 'none' : file === 'all' ? 'all' : 'some';
}

export function hunkTick(choices: Choices, { candidate, path, hunk }: Pick<HunkAt, 'candidate' | 'path' | 'hunk'>): Tick {
  const file = choices[candidate]?.[path];
  if (file === undefined) return 'none';
  const one = file === 'all' ? 'all' : file[hunk.number];
  return one === undefined ? 'none' : one === 'all' ? 'all' : 'some';
}

export function lineTicked(choices: Choices, at: Pick<HunkAt, 'candidate' | 'path' | 'hunk'>, line: number): boolean {
  const tick = hunkTick(choices, at);
  if (tick !== 'some') return tick === 'all';
  const file = choices[at.candidate]?.[at.path];
  const one = file === undefined || file === 'all' ? undefined : file[at.hunk.number];
  return Array.isArray(one) && one.includes(line);
}

export const toggleFile = (choices: Choices, candidate: CandidateId, path: string): Choices =>
  withFile(choices, candidate, path, fileTick(choices, candidate, path) === 'all' ? undefined : 'all');

export function toggleHunk(choices: Choices, at: HunkAt): Choices {
  return withHunk(choices, at, hunkTick(choices, at) === 'all' ? undefined : 'all');
}

export function toggleLine(choices: Choices, at: HunkAt, line: number): Choices {
  const changed = lineNumbers(at.hunk).filter((one) => one > 0);
  const now = changed.filter((one) => lineTicked(choices, at, one) !== (one === line));
  return withHunk(choices, at, now.length === 0 ? undefined : now.length === changed.length ? 'all' : now);
}

/** For each line of a hunk the number that a choice names it by; 0 where it cannot be chosen. */
export function lineNumbers(hunk: HunkDiff): number[] {
  if (hunk.numbers !== undefined) return hunk.numbers;
  let count = 0;
  return hunk.lines.map((line) => (line.startsWith('+') || line.startsWith('-') ? ++count : 0));
}

function withHunk(choices: Choices, { candidate, path, hunk, all }: HunkAt, choice: Part | undefined): Choices {
  const file = choices[candidate]?.[path];
  const before: { [hunk: number]: Part } =
    file === 'all' ? Object.fromEntries((all ?? [hunk.number]).map((number) => [number, 'all' as const])) : { ...file };
  if (choice === undefined) delete before[hunk.number];
  else before[hunk.number] = choice;
  const whole = all?.every((number) => before[number] === 'all') ?? false;
  return withFile(choices, candidate, path, whole ? 'all' : Object.keys(before).length === 0 ? undefined : before);
}

/** Invariant: nothing empty is kept: no file without a hunk, no candidate without a file. What was chosen first stays first. */
function withFile(choices: Choices, candidate: CandidateId, path: string, choice: FileChoice | undefined): Choices {
  const before = choices[candidate] ?? {};
  if (choice !== undefined) return { ...choices, [candidate]: { ...before, [path]: choice } };
  const { [path]: _, ...files } = before;
  const { [candidate]: __, ...others } = choices;
  return Object.keys(files).length === 0 ? others : { ...choices, [candidate]: files };
}

/** As intents and questions have it. */
export function chosenIn(choices: Choices): Chosen[] {
  return Object.entries(choices).map(([candidate, files]) => ({
    candidate,
    selection: Object.entries(files).map(([path, file]) => (file === 'all' ? { path } : { path, hunks: hunksIn(file) })),
  }));
}

const hunksIn = (file: Exclude<FileChoice, 'all'>): HunkChoice[] =>
  Object.entries(file).map(([number, part]) => (part === 'all' ? Number(number) : { hunk: Number(number), lines: part }));

/** How many changes are chosen of each candidate: hunks, where their number is known; a file that is not text is one. */
export function countsOf(choices: Choices, hunksOf: (candidate: CandidateId, path: string) => number | undefined): [CandidateId, number][] {
  return Object.entries(choices).map(([candidate, files]) => {
    const counts = Object.entries(files).map(([path, file]) =>
      file === 'all' ? Math.max(1, hunksOf(candidate, path) ?? 1) : Object.keys(file).length,
    );
    return [candidate, counts.reduce((sum, one) => sum + one, 0)];
  });
}

/** What was kept may be of another version or another session: it is taken only if it has the shape. */
export function choicesFrom(kept: unknown): Choices {
  if (typeof kept !== 'object' || kept === null) return nothing;
  const good = Object.values(kept).every((files) => typeof files === 'object' && files !== null && Object.values(files).every(isChoice));
  return good ? (kept as Choices) : nothing;
}

const isChoice = (file: unknown): boolean =>
  file === 'all' ||
  (typeof file === 'object' &&
    file !== null &&
    Object.values(file).every((one) => one === 'all' || (Array.isArray(one) && one.every(Number.isInteger))));
