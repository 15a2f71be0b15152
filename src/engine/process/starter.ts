/**
 * Starts short programs by a small process. A program is started by copying the process that starts it, and that holds this one up for
 * milliseconds: the more memory it has, the longer (7 at 150 MB, 20 at 250), and one program after the other. A shell is copied in no time.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { Socket } from 'node:net';
import { quote } from './quote.js';

export interface StartOptions {
  /** Absolute. */
  cwd: string;
  /** Beside what the starter was given; undefined takes a variable away. */
  env: Readonly<Record<string, string | undefined>>;
  signal?: AbortSignal;
}

export interface Ended {
  /** As a shell has it: 126 and 127 where it could not be started, 128 and the signal's number where one ended it. */
  code: number;
  out: Uint8Array;
  err: string;
}

export interface Starter extends Disposable {
  /**
   * Runs a program to its end; it gets nothing to read. An abort ends it. Undefined where the starter was ended meanwhile, as by somebody
   * who looks for shells to kill: how the program ended is lost then. Invariant: when this settles, it is over.
   */
  run(command: readonly string[], options: StartOptions): Promise<Ended | undefined>;
  isAlive(): boolean;
}

/** What the shell has open beside the usual three, whose names are of one digit: a pipe for process ids, and one for each program that runs. */
const PIDS = 3;
const LANES = [4, 5, 6, 7, 8, 9];

/**
 * Undefined where there is no such shell, or one that does it in another way (ksh 93, yash): it is tried once.
 * Invariant: it keeps no process alive, and ends with this one.
 */
export async function starting(env: Readonly<Record<string, string>>, shell = '/bin/sh'): Promise<Starter | undefined> {
  try {
    return await started(env, shell);
  } catch {
    // No process, or no pipe, is to be had just now: whoever starts a program by itself is told what hinders it.
    return undefined;
  }
}

async function started(env: Readonly<Record<string, string>>, shell: string): Promise<Starter | undefined> {
  const pipes = [PIDS, ...LANES].map(() => 'pipe' as const);
  // In a group of its own, as a terminal's Ctrl-C is this process's to answer.
  const child = spawn(shell, [], { env, cwd: '/', detached: true, stdio: ['pipe', 'ignore', 'ignore', ...pipes] });
  let alive = child.pid !== undefined;
  const over = (): void => {
    alive = false;
  };
  // Whoever waits is told by the end of the pipe.
  child.on('error', over).on('exit', over).unref();
  const [lines, pids] = [pipeOf(child, 0).on('error', over), pipeOf(child, PIDS)];
  const endIn = enders(pids);
  const free = LANES.map((number): Lane => ({ number, pipe: pipeOf(child, number) }));
  const waiting: ((lane: Lane) => void)[] = [];
  const leave = (lane: Lane): void => {
    const next = waiting.shift();
    if (next) next(lane);
    else free.push(lane);
  };
  const starter: Starter = {
    async run(command, { cwd, env: own, signal }) {
      const lane = free.pop() ?? (await new Promise<Lane>((resolve) => waiting.push(resolve)));
      const token = randomUUID();
      const end = endIn(token);
      signal?.addEventListener('abort', end, { once: true });
      try {
        signal?.throwIfAborted();
        const whole = read(lane.pipe, token);
        lines.write(lineOf(command, { cwd, env: own, token, lane: lane.number }));
        return endedOf(await whole, token);
      } finally {
        signal?.removeEventListener('abort', end);
        end.forget();
        leave(lane);
      }
    },
    isAlive: () => alive,
    [Symbol.dispose]() {
      alive = false;
      lines.end();
    },
  };
  if (!alive) return undefined;
  const late = setTimeout(() => child.kill('SIGKILL'), TRIAL_MS).unref();
  const isAsNeeded = await tried(starter);
  clearTimeout(late);
  if (isAsNeeded) return starter;
  starter[Symbol.dispose]();
  return undefined;
}

const TRIAL_MS = 2000;

/** Whether arguments, output, errors and the exit code come as they are. */
async function tried({ run }: Starter): Promise<boolean> {
  const word = 'a \'b\' "c" $d `e` \\f\n\u00e9\u0081';
  const ended = await run(['sh', '-c', 'printf %s "$1"; printf %s "$WORD" >&2; exit 7', 'sh', word], { cwd: '/', env: { WORD: word } });
  return ended?.code === 7 && Buffer.from(ended.out).toString('utf8') === word && ended.err === word;
}

interface Lane {
  number: number;
  pipe: Socket;
}

function pipeOf({ stdio }: ChildProcess, number: number): Socket {
  const pipe = stdio[number];
  if (!(pipe instanceof Socket)) throw new Error(`the shell has no pipe ${number}`);
  return pipe.unref();
}

interface End {
  (): void;
  forget(): void;
}

/** What ends the program that runs with a token, once its process id is known. */
function enders(pids: Socket): (token: string) => End {
  const running = new Map<string, { pid?: number; isOver: boolean }>();
  let begun = '';
  pids.on('data', (chunk: Buffer) => {
    const lines = `${begun}${chunk.toString('latin1')}`.split('\n');
    begun = lines.pop() ?? '';
    for (const [token = '', pid] of lines.map((line) => line.split(' '))) {
      const one = running.get(token);
      if (!one) continue;
      one.pid = Number(pid);
      if (one.isOver) terminate(one.pid);
    }
  });
  return (token) => {
    const one: { pid?: number; isOver: boolean } = { isOver: false };
    running.set(token, one);
    const end = () => {
      one.isOver = true;
      if (one.pid !== undefined) terminate(one.pid);
    };
    return Object.assign(end, { forget: () => void running.delete(token) });
  };
}

function terminate(pid: number): void {
  try {
    process.kill(pid);
  } catch {
    // It has just ended by itself.
  }
}

/**
 * A line for the shell. The program's output goes into its lane; after its end, how it ended and what it complained of, between two tokens
 * that can be in none of that. Errors go into a variable, so that no pipe of their own is needed.
 */
function lineOf(
  command: readonly string[],
  { cwd, env, token, lane }: Omit<StartOptions, 'signal'> & { token: string; lane: number },
): string {
  const named = Object.entries(env);
  const set = named.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${quote(value)}`]));
  const taken = named.flatMap(([name, value]) => (value === undefined ? [name] : []));
  const program = [
    `cd -P -- ${quote(cwd)} || exit 127`,
    ...(set.length > 0 ? [`export ${set.join(' ')}`] : []),
    ...(taken.length > 0 ? [`unset ${taken.join(' ')}`] : []),
    `exec ${command.map(quote).join(' ')}`,
  ].join('; ');
  const errors = `(${program}) </dev/null 2>&1 >&${lane} & echo ${token} "$!" >&${PIDS}; wait "$!"`;
  // A shell that is asked for its jobs lets go of those that are over, which would stay in the system's list of processes else.
  return `jobs >/dev/null; (e=$( ${errors} ); printf '%s %s %s%s' ${token} "$?" "$e" ${token} >&${lane}) &\n`;
}

/** What comes until the second token; undefined where the pipe ends before. */
function read(pipe: Socket, token: string): Promise<Buffer | undefined> {
  if (pipe.destroyed) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const got: Buffer[] = [];
    const settle = (all: Buffer | undefined): void => {
      pipe.off('data', take).off('close', cut).unref();
      resolve(all);
    };
    const take = (chunk: Buffer): void => {
      got.push(chunk);
      // The token may come in parts.
      const last = chunk.length < token.length ? Buffer.concat(got.slice(-token.length)) : chunk;
      if (!last.subarray(-token.length).equals(Buffer.from(token))) return;
      const all = Buffer.concat(got);
      if (all.indexOf(token) < all.length - token.length) settle(all);
    };
    const cut = () => settle(undefined);
    pipe.on('data', take).on('close', cut).ref();
  });
}

function endedOf(all: Buffer | undefined, token: string): Ended | undefined {
  if (all === undefined) return undefined;
  const end = all.indexOf(token);
  const how = all.toString('utf8', end + token.length + 1, all.length - token.length);
  const space = how.indexOf(' ');
  return { code: Number(how.slice(0, space)), out: all.subarray(0, end), err: how.slice(space + 1) };
}
