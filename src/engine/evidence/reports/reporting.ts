/** Asks a check's runner for a report beside what it prints, and reads it: the person's project is not changed for it. */
import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { objectOf, stringsOf } from '../json.js';
import type { ParsedTests } from '../parsers/parser.js';
import type { CheckSpec } from '../spec.js';
import { goEvents, type Live } from './go-json.js';
import { readJest, readRspec } from './json.js';
import { readJunit, readTrx } from './junit.js';
import { type Runner, runners } from './runners.js';
import { type Tally, tally } from './tally.js';

export interface Reporting {
  /** What is run in place of the check's command. */
  command: string;
  env: Record<string, string>;
  /** Reads what is printed, where that is the report. */
  live: Live | undefined;
  /** The runner that the command is, or that its task ends in. */
  runner: Runner | undefined;
  /** What the reports say; undefined where there are none, or one cannot be read. */
  collect(): Promise<ParsedTests | undefined>;
}

export interface Where {
  /** The checkout, and the check's folder in it. */
  root: string;
  cwd: string;
  /** An empty folder outside of it that the check may write to. */
  reports: string;
}

/** More than this is no report that anybody reads; the check then counts by what it printed. */
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_FILES = 5000;
const DEPTH = 12;

export async function askForReport(spec: Pick<CheckSpec, 'command'>, where: Where): Promise<Reporting> {
  const line = await commandLine(spec.command, where.cwd);
  const runner = runners.find(({ runs }) => runs.test(line.runs));
  const asked = runner?.args?.(join(where.reports, runner.file?.startsWith('.') === false ? runner.file : `report${runner.file ?? ''}`));
  const rewritten = line.runs === spec.command ? runner?.rewrite?.(spec.command) : undefined;
  const command = rewritten ?? (asked === undefined ? spec.command : line.with(asked));
  const env = Object.assign({}, ...runners.map(({ env: of, file = '' }) => of?.(join(where.reports, file)) ?? {}));
  await removeReports(where.root);
  return {
    command,
    env,
    live: rewritten === undefined ? undefined : goEvents(),
    runner,
    collect: () => collect(where, runner),
  };
}

interface CommandLine {
  /** What runs in the end, as far as one line tells. */
  runs: string;
  /** The command with more arguments for it. */
  with(args: string): string;
}

/** A task's own line ends in the runner: arguments after the task go to it. */
async function commandLine(command: string, cwd: string): Promise<CommandLine> {
  const direct: CommandLine = { runs: command, with: (args) => `${command} ${args}` };
  const [, tool, task] = /^(npm|pnpm|yarn|bun|composer|deno) (?:run |run-script |task )?([\w:.-]+)$/.exec(command) ?? [];
  // Their own runners are called as tasks are.
  const isRunner = (tool === 'deno' && !command.startsWith('deno task ')) || (tool === 'bun' && !command.startsWith('bun run '));
  if (tool === undefined || task === undefined || isRunner) return direct;
  const manifest = objectOf(await readFile(join(cwd, MANIFESTS[tool] ?? 'package.json'), 'utf8').catch(() => undefined));
  const body = stringsOf(manifest[tool === 'deno' ? 'tasks' : 'scripts'])[task];
  if (body === undefined || /[|;<>`]|\$\(/.test(body)) return { ...direct, runs: '' };
  const last = (body.split('&&').at(-1) ?? '').trim().replace(/^(?:cross-env )?(?:\w+=\S+ )+/, '');
  return { runs: last, with: (args) => `${command} ${['npm', 'composer'].includes(tool) ? '-- ' : ''}${args}` };
}

const MANIFESTS: Readonly<Record<string, string>> = { composer: 'composer.json', deno: 'deno.json' };

const trees = runners.flatMap(({ inTree }) => (inTree === undefined ? [] : [inTree]));

/** Invariant: a report that was there before the check ran is none of it. */
async function removeReports(root: string): Promise<void> {
  for (const file of await filesIn(root, trees)) await rm(file, { force: true });
}

async function collect({ root, cwd, reports }: Where, runner: Runner | undefined): Promise<ParsedTests | undefined> {
  const written = await filesIn(reports, [/(?:)/]);
  const inTree = await filesIn(root, trees);
  if (written.length + inTree.length === 0 || (await bytesOf([...written, ...inTree])) > MOST_BYTES) return undefined;
  const into = tally();
  for (const file of [...written, ...inTree]) {
    const of =
      runners.find((one) => one.file !== undefined && !one.file.startsWith('.') && basename(file) === one.file) ??
      runners.find((one) => one.inTree?.test(file.slice(root.length + 1)) && file.startsWith(root)) ??
      runner;
    if (of === undefined || !(await read(of, file, into, cwd))) return undefined;
  }
  return into.result();
}

function read(runner: Runner, file: string, into: Tally, cwd: string): Promise<boolean> {
  if (runner.form === 'trx') return readTrx(file, into);
  if (runner.form === 'jest') return readJest(file, into, cwd);
  if (runner.form === 'rspec') return readRspec(file, into);
  return readJunit(file, into, runner.naming ?? (({ classname, name }) => `${classname} > ${name}`));
}

async function bytesOf(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => (await lstat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Files below `root` that fit, no link followed; a report that is a link is not read. */
async function filesIn(root: string, patterns: readonly RegExp[], folder = '', depth = 0): Promise<string[]> {
  if (patterns.length === 0 || depth > DEPTH) return [];
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== '.git')
      found.push(...(await filesIn(root, patterns, path, depth + 1)));
    else if (entry.isFile() && patterns.some((pattern) => pattern.test(path))) found.push(join(root, path));
    if (found.length > MOST_FILES) break;
  }
  return found;
}
