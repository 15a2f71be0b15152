/** Reads what a test runner printed: how many tests passed, failed and were skipped, and which failed. */
import { stripVTControlCharacters } from 'node:util';
import { cargoTest, goTest, nextest } from './parsers/compiled.js';
import { bun, deno } from './parsers/deno-bun.js';
import { ava, jest, mocha, vitest } from './parsers/javascript.js';
import { gradle, surefire } from './parsers/jvm.js';
import { ctest, dotnet, mix, prove, swift } from './parsers/native.js';
import { nodeTest } from './parsers/node-test.js';
import type { ParsedTests, TestParser } from './parsers/parser.js';
import { pest, phpunit } from './parsers/php.js';
import { pytest, unittest } from './parsers/python.js';
import { minitest, rspec } from './parsers/ruby.js';
import { tap } from './parsers/tap.js';

/** Compilers and linters are not here: what they find is no test, and their exit code says enough. */
export const parsers = [
  nodeTest,
  tap,
  vitest,
  jest,
  mocha,
  ava,
  pytest,
  unittest,
  goTest,
  cargoTest,
  nextest,
  rspec,
  minitest,
  phpunit,
  pest,
  surefire,
  gradle,
  ctest,
  swift,
  dotnet,
  mix,
  prove,
  deno,
  bun,
] as const satisfies readonly TestParser[];

/** undefined where no runner is recognised. Several runners in one output are added up. */
export function parseTests(raw: string): ParsedTests | undefined {
  const output = plainText(raw);
  const parsed = parsers.filter((parser) => parser.matches(output)).map((parser) => parser.parse(output));
  if (parsed.length === 0) return undefined;
  const counted = parsed.map((one) => one.tests).filter((tests) => tests !== undefined);
  const failing = [...new Set(parsed.flatMap((one) => one.failing))];
  if (counted.length === 0) return { failing };
  const sum = (key: 'passed' | 'failed' | 'skipped'): number => counted.reduce((total, tests) => total + tests[key], 0);
  return { tests: { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }, failing };
}

/** Without colours and cursor moves, with plain line ends. */
export const plainText = (output: string): string => stripVTControlCharacters(output).replaceAll('\r\n', '\n');
