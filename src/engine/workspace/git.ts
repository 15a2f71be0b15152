/** PROVISIONAL: to be replaced by its owner. Runs git. */
import { spawn } from 'node:child_process';

export interface GitOptions {
  gitDir?: string;
  workTree?: string;
  indexFile?: string;
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  input?: Uint8Array | string;
  signal?: AbortSignal;
  okCodes?: readonly number[];
}

export async function git(args: readonly string[], options: GitOptions = {}): Promise<Uint8Array> {
  const env: Record<string, string | undefined> = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    LC_ALL: 'C',
    ...options.env,
  };
  if (options.gitDir) env.GIT_DIR = options.gitDir;
  if (options.workTree) env.GIT_WORK_TREE = options.workTree;
  if (options.indexFile) env.GIT_INDEX_FILE = options.indexFile;
  return new Promise((resolve, reject) => {
    const child = spawn('git', args as string[], {
      env,
      cwd: options.cwd ?? options.gitDir ?? process.cwd(),
      ...(options.signal && { signal: options.signal }),
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if ((options.okCodes ?? [0]).includes(code ?? -1)) resolve(Buffer.concat(out));
      else reject(new Error(`git ${args.join(' ')}: ${code} ${Buffer.concat(err).toString()}`));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

export async function gitText(args: readonly string[], options: GitOptions = {}): Promise<string> {
  return Buffer.from(await git(args, options)).toString('utf8');
}

export async function gitVersion(): Promise<{ major: number; minor: number }> {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(await gitText(['version'])) ?? [];
  return { major: Number(major), minor: Number(minor) };
}
