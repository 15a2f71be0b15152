/** Runs git as a process with nothing inherited: no GIT_* variable, no configuration of the person's, no hook, no prompt. */
import { spawn } from 'node:child_process';
import { devNull } from 'node:os';
import { fail } from '../../protocol/failure.js';

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

/** Invariant: nothing in a person's configuration can make git write, ask, or run something here. */
const SETTINGS: Readonly<Record<string, string>> = {
  'core.hooksPath': devNull,
  'core.fsmonitor': 'false',
  'core.autocrlf': 'false',
  'core.checkStat': 'minimal',
  'core.trustctime': 'false',
  'core.looseCompression': '0',
  'core.precomposeUnicode': 'false',
  'core.protectHFS': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'safe.directory': '*',
  'safe.bareRepository': 'all',
  'protocol.allow': 'never',
  'advice.addEmbeddedRepo': 'false',
};

const settings = Object.entries(SETTINGS);
const configured: Readonly<Record<string, string>> = Object.fromEntries([
  ['GIT_CONFIG_COUNT', String(settings.length)],
  ...settings.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ]),
]);

function environment(options: GitOptions): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('GIT_'),
  );
  return {
    ...Object.fromEntries(kept),
    ...(!options.ownConfig && { ...configured, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_SYSTEM: devNull }),
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    LC_ALL: 'C',
    ...(options.gitDir !== undefined && { GIT_DIR: options.gitDir }),
    ...(options.workTree !== undefined && { GIT_WORK_TREE: options.workTree }),
    ...(options.indexFile !== undefined && { GIT_INDEX_FILE: options.indexFile }),
    ...options.env,
  };
}

/** What git printed. Throws a `workspace` Failure with what it complained of; an abort throws the signal's reason. */
export function git(args: readonly string[], options: GitOptions = {}): Promise<Uint8Array> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const cwd = options.cwd ?? options.workTree ?? options.gitDir ?? process.cwd();
    const child = spawn('git', [...args], { env: environment(options), cwd, windowsHide: true, ...(signal && { signal }) });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', (error: NodeJS.ErrnoException) => reject(signal?.aborted ? signal.reason : notStarted(error, cwd)));
    child.on('close', (code) => {
      if (signal?.aborted) reject(signal.reason);
      else if ((options.okCodes ?? [0]).includes(code ?? -1)) resolve(Buffer.concat(out));
      else reject(failed(args, code, Buffer.concat(err).toString('utf8')));
    });
    // It may end without reading all that it is given; how it ended tells what went wrong.
    child.stdin.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EOF' && error.code !== 'ECONNRESET') reject(error);
    });
    child.stdin.end(options.input ?? '');
  });
}

function notStarted(error: NodeJS.ErrnoException, cwd: string): Error {
  if (error.code === 'ENOENT')
    return fail('workspace', `git could not be started in ${cwd}.`, {
      hint: 'Install git (https://git-scm.com) and put it on the PATH.',
      cause: error,
    });
  return fail('workspace', `git could not be started: ${error.message}`, { cause: error });
}

function failed(args: readonly string[], code: number | null, complaint: string): Error {
  const lines = complaint.trim().split('\n').slice(-5).join('\n');
  return fail(
    'workspace',
    `git ${args.find((arg) => !arg.startsWith('-')) ?? ''} failed (${code ?? 'a signal'}): ${lines || 'it said nothing'}`,
  );
}

export async function gitText(args: readonly string[], options: GitOptions = {}): Promise<string> {
  return Buffer.from(await git(args, options)).toString('utf8');
}

/** Paths as `-z` prints them. */
export async function gitPaths(args: readonly string[], options: GitOptions = {}): Promise<string[]> {
  return (await gitText(args, options)).split('\0').filter((path) => path !== '');
}

export async function gitVersion(): Promise<{ major: number; minor: number }> {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(await gitText(['version'])) ?? [];
  return { major: Number(major), minor: Number(minor) };
}
