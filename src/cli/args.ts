/** The options that commands have, as they are once they are read, and how their words are read. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { InvalidArgumentError } from 'commander';
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
  file?: string[];
  hunk?: HunkOption[];
  dryRun?: boolean;
  markers?: boolean;
  format?: 'md' | 'html' | 'json';
  fast?: boolean;
}

export interface HunkOption {
  path: string;
  hunks: number[];
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

export const collected = (text: string, before: string[] | undefined): string[] => [...(before ?? []), text];

/** `src/a.ts:2`, or several of one file: `src/a.ts:2,5`. */
export function hunkOption(text: string, before: HunkOption[] | undefined): HunkOption[] {
  const [, name, numbers] = /^(.+):(\d+(?:,\d+)*)$/s.exec(text) ?? [];
  const hunks = (numbers ?? '').split(',').map(Number);
  if (name === undefined || hunks.some((hunk) => hunk < 1))
    throw new InvalidArgumentError('It is a path and the number of a hunk, from 1: src/a.ts:2');
  return [...(before ?? []), { path: name, hunks }];
}
