/** One folder of a person with everything around it that a fault may strike: the program's processes, a model server, what is there afterwards. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { readLog } from '../../src/engine/log.js';
import type { FactEvent } from '../../src/protocol/events.js';
import type { Failure } from '../../src/protocol/failure.js';
import { reduce } from '../../src/protocol/reduce.js';
import { emptyState, type SessionState } from '../../src/protocol/state.js';
import { type ModelCall, type ModelReply, type ModelServer, startModelServer } from '../fixtures/model-server.js';
import { git, writeFiles } from '../fixtures/team.js';
import type { Hit } from './hits.js';
import { type Asked, files, replyTo } from './team.js';

/** What all scenes have in common. */
export interface Stage {
  /** The built program, and what is loaded before it. */
  cli: string;
  hits: string;
  /** One server for all: who asks is told by the key, so that a copied log leads to the models of the copy. */
  server: ModelServer;
  models: Map<string, (call: ModelCall) => ModelReply | Promise<ModelReply>>;
}

export async function openStage(programs: Pick<Stage, 'cli' | 'hits'>): Promise<Stage> {
  const models: Stage['models'] = new Map();
  const server = await startModelServer((call) => {
    const key = String(call.headers.authorization).replace('Bearer ', '');
    return models.get(key)?.(call) ?? { status: 401, body: '{"error":{"message":"nobody has this key"}}' };
  });
  return { ...programs, server, models };
}

/** How one call of the program ended. */
export interface Ran {
  args: string;
  code: number | null;
  signal: NodeJS.Signals | null;
  failure?: Failure;
  /** It had to be ended. */
  hung: boolean;
  stderr: string;
  stdout: string;
  peakMb: number;
}

/** What a fault's own hands need. */
export interface Scene {
  readonly folder: string;
  readonly home: string;
  /** `.massgen` of the folder. */
  readonly own: string;
  readonly calls: ModelCall[];
  /** How often the program was stopped at work: what its models were asked then is asked once more. */
  readonly deaths: () => number;
  /** Replaces what the models say. */
  replies(reply: (call: ModelCall, usual: ModelReply, n: number) => ModelReply | Promise<ModelReply>): void;
  /** The model server is gone, and is there again at the same address. */
  serverGone(): Promise<void>;
  serverBack(): Promise<void>;
  log(): string;
  session(): string | undefined;
  state(): SessionState;
  events(): FactEvent[];
  run(
    args: string,
    options?: {
      hits?: readonly Hit[];
      paused?: (n: number) => void | Promise<void>;
      seconds?: number;
      env?: Readonly<Record<string, string>>;
      trace?: string;
    },
  ): Promise<Ran>;
  /** Where a pause is told, by its number. */
  pause(n: number): string;
  close(options?: { keep: boolean }): Promise<void>;
}

export interface SceneOptions {
  stage: Stage;
  /** A scene to begin with: its folder is copied as it stands. */
  like?: Scene;
  /** More of the configuration. */
  config?: object;
  agents?: readonly string[];
  /** What the mistaken agent tries with tools. */
  tries?: readonly Asked[];
  /** Where the models are said to be, where it is not the server. */
  baseUrl?: string;
  /** A server that can be gone. */
  ownServer?: true;
  /** Anthropic's Messages; OpenAI's Chat Completions where absent. */
  wire?: 'anthropic';
  /** More files of the folder. */
  more?: Readonly<Record<string, string>>;
  /** Seconds after which a call of the program counts as hung. */
  seconds?: number;
}

export async function openScene(options: SceneOptions): Promise<Scene> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'massgen-fault-')));
  const folder = join(home, 'project');
  const calls: ModelCall[] = [];
  let other: ((call: ModelCall, usual: ModelReply, n: number) => ModelReply | Promise<ModelReply>) | undefined;
  let deaths = 0;
  let runs = 0;
  const { stage } = options;
  const key = `sk-test-${home.slice(-6)}-0123456789`;
  const handler = (call: ModelCall): ModelReply | Promise<ModelReply> => {
    calls.push(call);
    const usual = replyTo(call, options.tries);
    return other?.(call, usual, calls.length - 1) ?? usual;
  };
  stage.models.set(key, handler);
  let server = options.ownServer === true ? await startModelServer(handler) : stage.server;
  if (options.like === undefined) makeFolder(folder, options);
  else copyFolder(options.like.folder, folder);
  writeFileSync(join(home, 'massgen.yaml'), stringify(configOf(options, options.baseUrl ?? server.baseUrl)));

  const own = join(folder, '.massgen');
  const sessions = join(own, 'sessions');
  const session = () =>
    existsSync(sessions) ? readdirSync(sessions).find((id) => existsSync(join(sessions, id, 'events.jsonl'))) : undefined;
  const log = () => join(sessions, session() ?? 'none', 'events.jsonl');
  const events = () => (session() === undefined ? [] : [...readLog(log()).facts]);
  const pause = (n: number) => join(home, `pause-${n}`);
  return {
    folder,
    home,
    own,
    calls,
    deaths: () => deaths,
    replies(reply) {
      other = reply;
    },
    serverGone: () => server.stop(),
    async serverBack() {
      server = await startModelServer(handler, undefined, Number(new URL(server.baseUrl).port));
    },
    session,
    log,
    events,
    state: () => events().reduce((state, event) => reduce(state, event), emptyState),
    pause,
    async run(args, { hits = [], paused, seconds = options.seconds ?? 60, env = {}, trace } = {}) {
      runs += 1;
      const order = join(home, `order-${runs}.json`);
      writeFileSync(order, JSON.stringify({ hits, ...(trace !== undefined && { trace }) }));
      const pauses = hits.filter(({ do: blow }) => 'pause' in blow).length;
      const ran = await runProgram(stage, { folder, home, args, order, seconds, env: { TEST_KEY: key, ...env }, pauses, paused, pause });
      if (ran.signal !== null || ran.hung || ran.code === INTERRUPTED) deaths += 1;
      return ran;
    },
    async close({ keep } = { keep: false }) {
      stage.models.delete(key);
      if (server !== stage.server) await server.stop();
      if (keep) return;
      execFileSync('chmod', ['-R', 'u+rwX', home]);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function makeFolder(folder: string, { more = {} }: SceneOptions): void {
  mkdirSync(folder, { recursive: true });
  writeFiles(folder, { ...files, ...more });
  execFileSync('chmod', ['755', join(folder, 'tool.sh')]);
  git(folder, 'init', '-q', '-b', 'main');
  git(folder, 'add', '-A');
  git(folder, 'commit', '-q', '-m', 'first');
  writeFiles(folder, { 'mine.txt': 'not in any commit\n', 'a.txt': 'one\ntwo\n' });
}

function configOf({ agents = ['right', 'mistaken'], config = {}, wire }: SceneOptions, baseUrl: string): object {
  const type = wire === 'anthropic' ? 'claude' : 'chatcompletion';
  return {
    agents: agents.map((id) => ({
      id,
      backend: { type, model: `model-of-${id}`, base_url: baseUrl, api_key: `\${TEST_KEY}`, request_timeout_seconds: 5 },
    })),
    checks: [{ name: 'test', command: 'sh check.sh' }],
    grace_seconds: 60,
    timeout_settings: { orchestrator_timeout_seconds: 60 },
    ...config,
  };
}

interface Process {
  folder: string;
  home: string;
  args: string;
  order: string;
  seconds: number;
  env: Readonly<Record<string, string>>;
  pauses: number;
  paused: ((n: number) => void | Promise<void>) | undefined;
  pause: (n: number) => string;
}

const KEPT = 200_000;

/** The exit code of a program that was stopped in order. */
export const INTERRUPTED = 130;

async function runProgram(programs: Pick<Stage, 'cli' | 'hits'>, process_: Process): Promise<Ran> {
  const { folder, home, args, order, seconds, pauses, paused, pause } = process_;
  mkdirSync(join(home, 'tmp'), { recursive: true });
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    TMPDIR: join(home, 'tmp'),
    GIT_CONFIG_NOSYSTEM: '1',
    MASSGEN_SEED: '7',
    MASSGEN_FAULT: order,
    NODE_COMPILE_CACHE: join(tmpdir(), 'massgen-fault-cache'),
    ...process_.env,
  };
  const child = spawn(process.execPath, ['--import', programs.hits, programs.cli, ...args.split(' '), '--json'], {
    cwd: folder,
    env,
    // In a group of its own, as a shell starts what stands in front.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { out: '', err: '' };
  child.stdout.on('data', (data) => {
    // Its last line is looked at; a command may print a gigabyte.
    text.out = (text.out + data).slice(-KEPT);
  });
  child.stderr.on('data', (data) => {
    text.err = (text.err + data).slice(-KEPT);
  });
  let hung = false;
  let over = false;
  let peakMb = 0;
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.on('close', (code, signal) => {
      over = true;
      resolve({ code, signal });
    }),
  );
  const limit = setTimeout(() => {
    hung = true;
    child.kill('SIGKILL');
  }, seconds * 1000);
  const handling = (async () => {
    for (let n = 0; n < pauses; n += 1) {
      while (!existsSync(pause(n)) && !over) await sleep(5);
      if (over) return;
      await paused?.(n);
      writeFileSync(`${pause(n)}.go`, '');
    }
  })();
  const meter = setInterval(() => {
    peakMb = Math.max(peakMb, memoryOf(child.pid));
  }, 100);
  const { code, signal } = await ended;
  clearTimeout(limit);
  clearInterval(meter);
  await handling;
  const failure = failureIn(text.err);
  return { args, code, signal, hung, stderr: text.err, stdout: text.out, peakMb, ...(failure && { failure }) };
}

function memoryOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0; // It has just ended.
  }
}

/** With `--json` it is the last line of stderr. */
function failureIn(stderr: string): Failure | undefined {
  const line = stderr.trim().split('\n').at(-1) ?? '';
  try {
    return (JSON.parse(line) as { failure?: Failure }).failure;
  } catch {
    return undefined; // Its last words are no failure.
  }
}

/** Every file of a folder with its mode and its bytes; what `leave` names at the top is left out. */
export function digest(folder: string, leave: readonly string[] = []): Record<string, string> {
  const all: Record<string, string> = {};
  const walk = (path: string): void => {
    for (const name of readdirSync(join(folder, path)).sort()) {
      if (path === '' && leave.includes(name)) continue;
      const at = path === '' ? name : `${path}/${name}`;
      const stat = lstatSync(join(folder, at));
      if (stat.isDirectory()) walk(at);
      else if (stat.isSymbolicLink()) all[at] = `→ ${readlinkSync(join(folder, at))}`;
      else if (stat.isFile())
        all[at] = `${(stat.mode & 0o777).toString(8)} ${createHash('sha1')
          .update(readFileSync(join(folder, at)))
          .digest('hex')}`;
    }
  };
  walk('');
  return all;
}

/** Processes that have to do with the scene: they are in it, were told of it, or live in it. */
export function processesIn(home: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return [];
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
      const state = /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1];
      if (state === 'Z' || state === 'X') return [];
      const about = [words, readFileSync(`/proc/${pid}/environ`, 'latin1'), readlinkSync(`/proc/${pid}/cwd`)];
      return about.some((text) => text.includes(home)) ? [`${pid} ${words.slice(0, 120)}`] : [];
    } catch {
      return []; // It has just ended, or is another user's.
    }
  });
}

/** As if it were the very folder: in a copy, workspaces are made anew. */
function copyFolder(from: string, to: string): void {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  const kept = join(to, '.massgen', 'store.git', 'workspaces');
  if (!existsSync(kept)) return;
  for (const path of readdirSync(kept, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))) {
    const workspace = statSync(join(to, '.massgen', 'workspaces', path.slice(0, -'.json'.length)), { throwIfNoEntry: false });
    if (workspace)
      writeFileSync(join(kept, path), JSON.stringify({ ...JSON.parse(readFileSync(join(kept, path), 'utf8')), folder: workspace.ino }));
  }
}
