/** The built command line as a process, and a small project with a scripted team to run it on. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

export const cli = path.resolve('dist/cli.js');

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

const envFor = (home: string) => ({ PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: '1', MASSGEN_SEED: '7' });

/** Runs it in `folder` to its end, with `input` on stdin. A test that would be asked something would hang, and fail. */
export const massgen = (folder: string, args: readonly string[], { input = '', env = {} }: { input?: string; env?: object } = {}) =>
  run(process.execPath, folder, [cli, ...args], input, env);

function run(program: string, folder: string, args: readonly string[], input: string, env: object): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { env: { ...envFor(path.dirname(folder)), ...env }, cwd: folder, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(program, [...args], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
    // A program that has ended reads no more; its exit code tells what there is to tell.
    child.stdin?.on('error', () => undefined).end(input);
  });
}

/** Starts it and lets it run. */
export const started = (folder: string, args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [cli, ...args], { env: envFor(path.dirname(folder)), cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });

export const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

export const git = (folder: string, args: readonly string[], input = ''): Promise<Ran> => run('git', folder, args, input, {});

/** A folder with a home around it: a git repository of one commit, with a change of the person's on top. */
export async function project(scenario: string, settings = ''): Promise<string> {
  const home = await realpath(await mkdtemp(path.join(tmpdir(), 'massgen-cli-')));
  const folder = path.join(home, 'project');
  await mkdir(path.join(folder, 'src'), { recursive: true });
  const team = ['maya', 'otto'].map((id) => `  - id: ${id}\n    backend: { type: scripted, scenario: scenario.yaml }\n`).join('');
  await writeFile(path.join(folder, 'massgen.yaml'), `agents:\n${team}checks: none\n${settings}`);
  await writeFile(path.join(folder, 'scenario.yaml'), scenario);
  await writeFile(path.join(folder, 'src', 'words.txt'), 'one\ntwo\nthree\n');
  const commit = ['-c', 'user.name=t', '-c', 'user.email=t@example.invalid', 'commit', '-qm', 'first'];
  for (const args of [['init', '-q'], ['add', '.'], commit]) await git(folder, args);
  await writeFile(path.join(folder, 'src', 'mine.txt'), 'not in any commit\n');
  return folder;
}

/** Makes projects that are gone when the tests of the file are done. */
export function projects(): typeof project {
  const made: string[] = [];
  afterAll(() => Promise.all(made.map((folder) => rm(path.dirname(folder), { recursive: true, force: true }))));
  return async (...args) => {
    const folder = await project(...args);
    made.push(folder);
    return folder;
  };
}

/** Each agent answers and votes in two turns: maya wins the first, otto the second. */
export const twoTurns = `
agents:
  maya:
    work:
      - call:
          - write_file: { path: src/words.txt, content: "one\\nTWO\\nthree\\n" }
          - write_file: { path: src/new.txt, content: "new\\n" }
        answer: Two is loud now.
      - vote: { for: loud, reason: It says it louder. }
      - answer: Nothing is left to do.
      - vote: { for: quiet, reason: Quiet is better. }
    present:
      - say: Two is loud.
  otto:
    work:
      - call:
          - write_file: { path: src/words.txt, content: "one\\n2\\nthree\\n" }
        answer: A number instead.
      - vote: { for: loud, reason: Louder than mine. }
      - call:
          - write_file: { path: src/words.txt, content: "one\\ntwo, quietly\\nthree\\n" }
        answer: Two is quiet now.
      - vote: { for: quiet, reason: It is what was asked. }
    present:
      - say: Two is quiet.
`;
