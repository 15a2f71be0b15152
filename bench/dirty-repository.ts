/** A repository as a person has it in the midst of work: files of a program's sizes, some changed, some new, some gone. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';
import { randomFrom } from './numbers.js';

const FILES = 3000;
/** 40 MB of them. */
const MEAN_BYTES = 13_500;
const CHANGED = 100;
const UNTRACKED = 60;
const GONE = 20;

export function makeDirtyRepository(root: string): void {
  const random = randomFrom(7);
  mkdirSync(root, { recursive: true });
  for (let file = 0; file < FILES; file++) put(root, pathOf(file), textOf(500 + random(2 * (MEAN_BYTES - 500)), random));
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    ['commit', '-q', '-m', 'work'],
    ['gc', '-q'],
  ])
    personsGit(root, args);
  for (let file = 0; file < CHANGED; file++) put(root, pathOf(file * 7), textOf(MEAN_BYTES, random));
  for (let file = 0; file < UNTRACKED; file++) put(root, `src/new/file-${file}.ts`, textOf(MEAN_BYTES, random));
  for (let file = 0; file < GONE; file++) rmSync(join(root, pathOf(2000 + file * 11)));
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
  const who = ['-c', 'user.name=b', '-c', 'user.email=b@b', '-c', 'gc.auto=0'];
  const env = { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: '1' };
  execFileSync('git', [...who, ...args], { cwd, env });
}
