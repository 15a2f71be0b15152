/** A selection as what it comes to: of each path which hunks, of each hunk which lines. */
import type { Selection } from '../../protocol/events.js';
import { fail } from '../../protocol/failure.js';
import type { Hunk } from './patch.js';

/** Of one hunk; never an empty set. */
export type LineChoice = 'all' | ReadonlySet<number>;
export type HunkChoices = ReadonlyMap<number, LineChoice>;
/** Of one file. */
export type FileChoice = 'all' | HunkChoices;

/** One choice for each path: what is named twice is chosen with all that was named, or whole if it is once named so. */
export function choicesOf(selection: Exclude<Selection, 'all'>): Map<string, FileChoice> {
  const choices = new Map<string, FileChoice>();
  for (const { path, hunks } of selection) {
    const before = choices.get(path);
    if (hunks === undefined || before === 'all') {
      choices.set(path, 'all');
      continue;
    }
    const chosen = new Map(before);
    for (const one of hunks) {
      if (typeof one === 'number') add(chosen, one, 'all');
      else add(chosen, one.hunk, new Set(one.lines));
    }
    choices.set(path, chosen);
  }
  return choices;
}

function add(chosen: Map<number, LineChoice>, hunk: number, lines: LineChoice): void {
  const before = chosen.get(hunk);
  if (before === 'all' || lines === 'all') chosen.set(hunk, 'all');
  else if (before !== undefined || lines.size > 0) chosen.set(hunk, new Set([...(before ?? []), ...lines]));
}

/** What is left of a file's change once `choice` is taken from it; undefined where nothing is. */
export function restOf(choice: FileChoice, hunks: readonly Pick<Hunk, 'number' | 'signs'>[]): FileChoice | undefined {
  if (choice === 'all') return undefined;
  const rest = new Map<number, LineChoice>();
  for (const { number, signs } of hunks) {
    const taken = choice.get(number);
    if (taken === undefined) rest.set(number, 'all');
    else if (taken !== 'all') {
      const left = numbersOf(signs).filter((line) => !taken.has(line));
      if (left.length > 0) rest.set(number, new Set(left));
    }
  }
  return rest.size === 0 ? undefined : rest;
}

/** The choice with every hunk of which all lines are named as a whole one. Throws `usage` for hunks and lines that there are not. */
export function settled(path: string, choice: HunkChoices, hunks: readonly Pick<Hunk, 'number' | 'signs'>[]): HunkChoices {
  const unknown = [...choice.keys()].filter((number) => !hunks.some((hunk) => hunk.number === number));
  if (unknown.length > 0) throw noSuchHunk(path, unknown, hunks.length);
  return new Map(
    hunks.flatMap(({ number, signs }): [number, LineChoice][] => {
      const lines = choice.get(number);
      if (lines === undefined || lines === 'all') return lines === undefined ? [] : [[number, lines]];
      const count = numbersOf(signs).length;
      const beyond = [...lines].filter((line) => !Number.isInteger(line) || line < 1 || line > count);
      if (beyond.length > 0) throw noSuchLine(`${path}:${number}`, beyond, count);
      return [[number, lines.size === count ? 'all' : lines]];
    }),
  );
}

/** 1, 2 … for each changed line. */
const numbersOf = (signs: string): number[] => Array.from(signs.replaceAll(' ', ''), (_, at) => at + 1);

function noSuchHunk(path: string, unknown: readonly number[], count: number): Error {
  const there =
    count === 0
      ? 'It is changed as a whole (binary, empty, renamed or made executable)'
      : count === 1
        ? 'It has one hunk: 1'
        : `It has hunks 1 to ${count}`;
  return fail('usage', `${path} has no hunk ${unknown.join(', ')}. ${there}.`, {
    hint: count === 0 ? 'Choose the whole file.' : 'The hunks are numbered in the order that the diff prints them.',
  });
}

const noSuchLine = (hunk: string, beyond: readonly number[], count: number): Error =>
  fail('usage', `The hunk ${hunk} has no changed line ${beyond.join(', ')}: it has ${count}.`, {
    hint: 'The lines that the hunk prints with - or + are numbered from 1.',
  });
