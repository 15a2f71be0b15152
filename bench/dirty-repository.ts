/** A repository as a person has it in the midst of work: files of a program's sizes, some changed, some new, some gone. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';
import { randomFrom } from './numbers.js';

export interface Size {
  files: number;
  meanBytes: number;
  changed: number;
  untracked: number;
  gone: number;
}

/** 40 MB, as an extension of an editor is large. */
export const MED: Size = { files: 3000, meanBytes: 13_500, changed: 100, untracked: 60, gone: 20 };
/** 140 MB, as a compiler with its fixtures is. */
export const BIG: Size = { files: 27_674, meanBytes: 5060, changed: 150, untracked: 201, gone: 3 };

export function makeDirtyRepository(root: string, { files, meanBytes, changed, untracked, gone }: Size = MED): void {
  const random = randomFrom(7);
  mkdirSync(root, { recursive: true });
  for (let file = 0; file < files; file++) put(root, pathOf(file), textOf(500 + random(2 * (meanBytes - 500)), random));
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    ['commit', '-q', '-m', 'work'],
    ['gc', '-q'],
  ])
    personsGit(root, args);
  for (let file = 0; file < changed; file++) put(root, pathOf(file * 7), textOf(meanBytes, random));
  for (let file = 0; file < untracked; file++) put(root, `src/new/file-${file}.ts`, textOf(meanBytes, random));
  for (let file = 0; file < gone; file++) rmSync(join(root, pathOf(2000 + file * 11)));
}

/** Thirty to a folder, three folders deep. */
const pathOf = (file: number): string => `src/part-${Math.floor(file / 300)}/module-${Math.floor(file / 30)}/file-${file}.ts`;

function put(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function textOf(bytes: number, random: (below: number) => number): string {
  const lines: string[] = [];
  for (let length = 0; length < bytes; ) {
    const line = `  const value${random(1e6)} = input.indexOf('${random(1e9).toString(36)}') + ${random(1e4)};\n`;
    lines.push(line);
    length += line.length;
  }
  return lines.join('').slice(0, bytes);
}

function personsGit(cwd: string, args: readonly string[]): void {
  // How it is packed is measured by nobody, and takes a minute if it is to be small.
  const who = ['user.name=b', 'user.email=b@b', 'gc.auto=0', 'core.compression=1', 'pack.window=0'].flatMap((setting) => ['-c', setting]);
  const env = { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: '1' };
  execFileSync('git', [...who, ...args], { cwd, env });
}
