/** The options that commands have, as they are once they are read, and how their words are read. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { HunkChoice } from '../protocol/events.js';
import { fail } from '../protocol/failure.js';

export type Verbosity = 'quiet' | 'normal' | 'verbose';

/** Of all commands together; each command's row in the table says which ones it has. */
export interface Options {
  /** As it was typed; absent: where the command is run. */
  cwd?: string;
  json?: boolean;
  config?: string;
  detect?: boolean;
  session?: string;
  attach?: string[];
  apply?: boolean;
  timeout?: number;
  maxCost?: number;
  verbosity?: Verbosity;
  against?: string;
  stat?: boolean;
  reason?: string;
  from?: string[];
  file?: FileOption[];
  hunk?: HunkOption[];
  check?: boolean;
  forget?: string;
  withdraw?: boolean;
  dryRun?: boolean;
  markers?: boolean;
  format?: 'md' | 'html' | 'json';
  write?: boolean;
  fast?: boolean;
  olderThan?: number;
  keep?: number;
  record?: string;
  replay?: string;
  pace?: 'recorded' | 'at-once';
}

/** `from`: the candidate that was named last before it. */
export interface FileOption {
  path: string;
  from?: string;
}

export interface HunkOption extends FileOption {
  hunks: HunkChoice[];
}

/** The folder that a command works on. Throws `usage` where it is none. */
export async function folderOf({ cwd = '.' }: Options): Promise<string> {
  const folder = path.resolve(cwd);
  const isFolder = await stat(folder).then(
    (at) => at.isDirectory(),
    () => false, // What cannot be reached is as good as not there.
  );
  if (!isFolder) throw fail('usage', `${folder} is not a folder.`, { hint: '-C names the folder to work on.' });
  return folder;
}

/** Where a session is recorded, if it is to be. */
export const recorded = ({ record }: Options): { record?: string } => (record === undefined ? {} : { record: path.resolve(record) });

/** A file that was named on the command line: from where the command is run (as shells complete it), else from the folder of `-C`. */
export async function namedFile(folder: string, name: string): Promise<string> {
  const places = [path.resolve(name), path.resolve(folder, name)];
  for (const place of places) {
    const isFile = await stat(place).then(
      (at) => at.isFile(),
      () => false, // Not there, or not to be reached: the next place, or the error below.
    );
    if (isFile) return place;
  }
  throw fail('usage', `There is no file ${name}.`, { hint: `Looked for: ${[...new Set(places)].join(', ')}` });
}

export function positive(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

const DAY_MS = 24 * 3600 * 1000;
const UNITS: Readonly<Record<string, number>> = { h: DAY_MS / 24, d: DAY_MS, w: 7 * DAY_MS };

/** `30d`, `12h`, `2w`; a number alone is days. In milliseconds. */
export function age(text: string): number {
  const [, count, unit = 'd'] = /^(\d+)([hdw]?)$/.exec(text.trim()) ?? [];
  const each = UNITS[unit === '' ? 'd' : unit];
  if (count === undefined || each === undefined) throw new InvalidArgumentError('It is a number of hours, days or weeks: 12h, 30d, 2w');
  return Number(count) * each;
}

export function countFrom0(text: string): number {
  if (!/^\d+$/.test(text.trim())) throw new InvalidArgumentError('It must be a whole number from 0.');
  return Number(text);
}

export const collected = (text: string, before: string[] | undefined): string[] => [...(before ?? []), text];

/** `--from`, `--file` and `--hunk`, which belong together: what follows a `--from` is of that candidate. */
export function choosing() {
  let from: string | undefined;
  const of = () => (from === undefined ? {} : { from });
  return {
    from(text: string, before: string[] | undefined): string[] {
      from = text;
      return [...(before ?? []), text];
    },
    file: (text: string, before: FileOption[] | undefined): FileOption[] => [...(before ?? []), { path: text, ...of() }],
    hunk: (text: string, before: HunkOption[] | undefined): HunkOption[] => [...(before ?? []), { ...hunksOf(text), ...of() }],
  };
}

/** `src/a.ts:2`, several of one file: `src/a.ts:2,5`, or changed lines of them: `src/a.ts:2.1,2.3-4`. */
function hunksOf(text: string): { path: string; hunks: HunkChoice[] } {
  const [, path, list] = /^(.+):(\d+(?:\.\d+(?:-\d+)?)?(?:,\d+(?:\.\d+(?:-\d+)?)?)*)$/s.exec(text) ?? [];
  const hunks = (list ?? '').split(',').map(hunkOf);
  if (path === undefined || hunks.includes(undefined))
    throw new InvalidArgumentError('It is a path and the number of a hunk, from 1: src/a.ts:2; or of lines in it: src/a.ts:2.1,2.3-4');
  return { path, hunks: hunks.filter((one) => one !== undefined) };
}

function hunkOf(text: string): HunkChoice | undefined {
  const [hunk = '', lines] = text.split('.');
  if (Number(hunk) < 1) return undefined;
  if (lines === undefined) return Number(hunk);
  const [first = 0, last = first] = lines.split('-').map(Number);
  if (first < 1 || last < first) return undefined;
  return { hunk: Number(hunk), lines: Array.from({ length: last - first + 1 }, (_, at) => first + at) };
}
