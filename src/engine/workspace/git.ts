/** Runs git as a process with nothing inherited: no GIT_* variable, no configuration of the person's, no hook, no prompt. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { devNull } from 'node:os';
import { type FailureError, fail } from '../../protocol/failure.js';
import { startedAs } from '../process/programs.js';
import { type Starter, starting } from '../process/starter.js';

export interface GitOptions {
  gitDir?: string;
  workTree?: string;
  indexFile?: string;
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  input?: Uint8Array | string;
  signal?: AbortSignal;
  /** Exit codes that are no failure; 0 where absent. */
  okCodes?: readonly number[];
  /** Reads the person's own configuration (for questions about it only). */
  ownConfig?: boolean;
}

export interface GitResult {
  /** The exit code; null where a signal ended it. */
  code: number | null;
  out: Uint8Array;
  /** What it complained of. */
  err: string;
}

/** Invariant: nothing in a person's configuration can make git write, ask, or run something here. */
const SETTINGS: Readonly<Record<string, string>> = {
  'core.hooksPath': devNull,
  'core.fsmonitor': 'false',
  'core.autocrlf': 'false',
  'core.attributesFile': devNull,
  'core.excludesFile': devNull,
  'core.splitIndex': 'false',
  'core.untrackedCache': 'false',
  'core.looseCompression': '0',
  'core.precomposeUnicode': String(process.platform === 'darwin'),
  'core.longPaths': 'true',
  'checkout.workers': '0',
  'index.version': '2',
  'index.skipHash': 'true',
  'submodule.recurse': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'safe.directory': '*',
  'protocol.allow': 'never',
};

const settings = Object.entries(SETTINGS);
const configured: Readonly<Record<string, string>> = Object.fromEntries([
  ['GIT_CONFIG_COUNT', String(settings.length)],
  ...settings.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]),
]);
const isolated = {
  ...configured,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: devNull,
  GIT_CONFIG_SYSTEM: devNull,
  GIT_ATTR_NOSYSTEM: '1',
};

/** What every git gets. */
function base(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(GIT_|BASH_FUNC_)/i.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    ...isolated,
    GIT_OPTIONAL_LOCKS: '0',
    // Answers come when there are enough of them, not one by one.
    GIT_FLUSH: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    // Older gits know nothing of that, and a repository may say which protocols it allows: this goes before what it says.
    GIT_ALLOW_PROTOCOL: 'none',
    LC_ALL: 'C',
  };
}

const notIsolated: Readonly<Record<string, undefined>> = Object.fromEntries(Object.keys(isolated).map((name) => [name, undefined]));

/** What this one gets beside; undefined takes a variable away. */
const own = ({ gitDir, workTree, indexFile, ownConfig, env }: GitOptions): Readonly<Record<string, string | undefined>> => ({
  ...(ownConfig && notIsolated),
  ...(gitDir !== undefined && { GIT_DIR: gitDir }),
  ...(workTree !== undefined && { GIT_WORK_TREE: workTree }),
  ...(indexFile !== undefined && { GIT_INDEX_FILE: indexFile }),
  ...env,
});

/** Looked for once. */
let program: string | undefined;

let starter: { env: string; starts?: Starter } | undefined;

/** Undefined where there is none, or not yet. Windows and macOS start a process without copying the one that starts it. */
function starterNow(): Starter | undefined {
  if (process.platform !== 'linux') return undefined;
  const env = base();
  const same = JSON.stringify(env);
  if (starter?.env !== same || starter.starts?.isAlive() === false) {
    starter?.starts?.[Symbol.dispose]();
    starter = begun(env, same);
  }
  return starter.starts;
}

function begun(env: Readonly<Record<string, string>>, same: string): { env: string; starts?: Starter } {
  const one: { env: string; starts?: Starter } = { env: same };
  void starting(env).then((starts) => {
    if (starts && starter === one) one.starts = starts;
    else starts?.[Symbol.dispose]();
  });
  return one;
}

/**
 * Runs git to its end, whatever its exit code. An abort throws the signal's reason.
 * Invariant: when this returns or throws, the process is over, so that nothing of it writes any more and its locks are gone.
 */
export async function runGit(args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  options.signal?.throwIfAborted();
  program ??= startedAs('git');
  const cwd = options.cwd ?? options.workTree ?? options.gitDir ?? process.cwd();
  const starts = options.input === undefined ? starterNow() : undefined;
  try {
    return starts ? await byStarter(starts, [program, ...args], cwd, options) : await spawned([program, ...args], cwd, options);
  } finally {
    options.signal?.throwIfAborted();
  }
}

/** Exit codes beyond are a signal's. */
const USAGE = 129;

async function byStarter(starts: Starter, command: readonly string[], cwd: string, options: GitOptions): Promise<GitResult> {
  const ended = await starts.run(command, { cwd, env: own(options), ...(options.signal && { signal: options.signal }) });
  if (!ended) throw fail('workspace', 'git was ended from outside.', { retryable: true });
  if (ended.code === 126 || ended.code === 127) throw notStarted({ missing: ended.code === 127, message: ended.err }, cwd);
  return { ...ended, code: ended.code > USAGE ? null : ended.code };
}

function spawned([program = '', ...args]: readonly string[], cwd: string, options: GitOptions): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...base(), ...own(options) }, cwd, windowsHide: true });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let broken: Error | undefined;
    const stop = () => child.kill();
    options.signal?.addEventListener('abort', stop, { once: true });
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', (error: NodeJS.ErrnoException) => {
      // An error before it ran is followed by no `close`.
      if (child.pid === undefined) reject(notStarted({ missing: error.code === 'ENOENT', message: error.message }, cwd));
    });
    child.on('close', (code) => {
      options.signal?.removeEventListener('abort', stop);
      if (broken) reject(broken);
      else resolve({ code, out: Buffer.concat(out), err: Buffer.concat(err).toString('utf8') });
    });
    // It may end without reading all that it is given; how it ended tells what went wrong.
    child.stdin.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EOF' && error.code !== 'ECONNRESET') broken = error;
    });
    child.stdin.end(options.input ?? '');
  });
}

/** What git printed. Throws a `workspace` Failure with what it complained of; an abort throws the signal's reason. */
export async function git(args: readonly string[], options: GitOptions = {}): Promise<Uint8Array> {
  const result = await runGit(args, options);
  if ((options.okCodes ?? [0]).includes(result.code ?? -1)) return result.out;
  throw gitFailure(args, result);
}

function notStarted({ missing, message }: { missing: boolean; message: string }, cwd: string): FailureError {
  if (missing && !existsSync(cwd)) return fail('workspace', `git could not be started in ${cwd}: there is no such folder.`);
  if (missing)
    return fail('workspace', 'git is not there: it is needed for the workspaces of agents.', {
      hint: 'Install git (https://git-scm.com) and put it on the PATH.',
    });
  return fail('workspace', `git could not be started: ${message}`);
}

export function gitFailure(args: readonly string[], { code, err }: GitResult): Error {
  const command = args.find((arg, at) => !arg.startsWith('-') && args[at - 1] !== '-c') ?? '';
  const lines = err.trim().split('\n').slice(-5).join('\n');
  const message = `git ${command} failed (${code ?? 'a signal'}): ${lines || 'it said nothing'}`;
  const hint = HINTS.find(([pattern]) => pattern.test(err))?.[1];
  return fail('workspace', message, hint === undefined ? {} : { hint });
}

const DAMAGED =
  'The store in .massgen/store.git is damaged; your own files are as they were. What it lost cannot be had again: ask for the task anew with massgen run "…"';

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/no space left|out of diskspace|disk quota/i, 'Free some space on the disk and try again; what was recorded before is kept.'],
  [/permission denied|read-only file system/i, 'See to it that you may write in .massgen, and try again.'],
  [/bad object|invalid object|unable to (read|stream|find)|missing|corrupt|not a (git repository|tree)|loose object|bad config/i, DAMAGED],
];

/** What the store should have and has not. */
export const damagedStore = (gitDir: string, what: string): FailureError =>
  fail('workspace', `The store ${gitDir} is damaged: ${what}.`, { hint: DAMAGED });

export async function gitText(args: readonly string[], options: GitOptions = {}): Promise<string> {
  return Buffer.from(await git(args, options)).toString('utf8');
}

/** The fields that `-z` prints. */
export async function gitPaths(args: readonly string[], options: GitOptions = {}): Promise<string[]> {
  return (await gitText(args, options)).split('\0').filter((path) => path !== '');
}

export async function gitVersion(): Promise<{ major: number; minor: number }> {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(await gitText(['version'])) ?? [];
  return { major: Number(major), minor: Number(minor) };
}
