/** Runs ripgrep in one folder, or on one file: what is ignored, `.git` and the product's own folder are left out. */
import { spawn } from 'node:child_process';
import type { FileHandle } from 'node:fs/promises';
import { TEMPORARY } from '../process/rename-over.js';
import { openHeld } from './held.js';
import type { JailedPath } from './jail.js';

export interface RipgrepRun {
  args: readonly string[];
  /** The folder, which is walked; or the file, which comes on standard input. */
  where: JailedPath;
  /** Leave out what ignore files name. Peers' trees and dependencies hold nothing that is ignored by rules of their own. */
  ignore: boolean;
  /** What separates its records. */
  separator: '\n' | '\0';
  /** Stops it after so many records. */
  max: number;
  signal: AbortSignal;
}

export interface RipgrepResult {
  records: string[];
  /** There were more than `max`. */
  more: boolean;
  /** What it said of errors: an unreadable pattern, files it could not read. */
  problem?: string;
}

const always = [
  '--no-config',
  '--color=never',
  '--hidden',
  '--no-ignore-dot',
  '--no-messages',
  '--glob=!.git',
  '--glob=!.massgen',
  `--glob=!${TEMPORARY}`,
];
const timeoutMs = 30_000;
const maxProblem = 4000;

/** Invariant: it runs in the very folder that the jail resolved (an open handle's), and follows no links from there. */
export async function ripgrep(run: RipgrepRun): Promise<RipgrepResult> {
  const handle = await openHeld(run.where);
  try {
    const folder = (await handle.stat()).isDirectory();
    // Loaded when it is needed: without the package for this platform everything else still works.
    const { rgPath } = await import('@vscode/ripgrep');
    return await spawned(rgPath, run, handle, folder);
  } finally {
    await handle.close();
  }
}

function spawned(program: string, run: RipgrepRun, handle: FileHandle, folder: boolean): Promise<RipgrepResult> {
  const args = [...always, ...(run.ignore ? [] : ['--no-ignore']), ...run.args, folder ? './' : '-'];
  const held = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : run.where.absolute;
  const signal = AbortSignal.any([run.signal, AbortSignal.timeout(timeoutMs)]);
  const child = spawn(program, args, {
    ...(folder ? { cwd: held } : {}),
    env: environment(),
    stdio: [folder ? 'ignore' : handle.fd, 'pipe', 'pipe'],
    signal,
  });
  const records: string[] = [];
  let rest = '';
  let problem = '';
  let more = false;
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const pieces = (rest + text).split(run.separator);
    rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      if (records.length < run.max) records.push(piece);
      else more = true;
    }
    if (more) child.kill();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (problem.length < maxProblem) problem += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', (cause) => {
      // An abort ends the process, and that is told by `close`.
      if (!signal.aborted) reject(new Error('the search program could not be started', { cause }));
    });
    child.on('close', (code) => {
      if (run.signal.aborted) reject(run.signal.reason);
      else if (signal.aborted) resolve({ records, more: true, problem: 'It was stopped after 30 seconds; narrow it by path or pattern.' });
      else resolve(code === 2 && problem !== '' ? { records, more, problem: problem.trim() } : { records, more });
    });
  });
}

/** A path that ripgrep printed, relative to where it ran, with forward slashes. */
export function printedPath(path: string): string {
  const slashed = process.platform === 'win32' ? path.replaceAll('\\', '/') : path;
  return slashed.replace(/^\.\//, '');
}

/** What ripgrep needs to find a person's global ignore file, and nothing else. */
function environment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'XDG_CONFIG_HOME', 'USERPROFILE', 'SYSTEMROOT', 'LANG'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}
