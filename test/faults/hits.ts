/** Loaded before the program under test: lets a fault strike at a fact, or at a call that changes the disk. The program knows nothing of it. */
import { constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';

/** Where a fault strikes: at the nth fact that is meant, or at the nth call whose `name path` matches. */
export type Moment = { fact: number | string; nth?: number; before?: true } | { call: string; nth?: number };

export type Blow =
  /** `to`: a terminal sends Ctrl-C to the whole group, the processes that it has started included. `again`: once more, so many ms later. */
  | { signal: NodeJS.Signals; to?: 'group'; again?: number }
  /** The call fails so, and so do those after it that match; `times` of them where given. */
  | { error: string; times?: number }
  /** Everything stands still until the file `<name>.go` is there; `<name>` says that it does. */
  | { pause: string }
  /** Only so many bytes of the fact's line are written, then the process is killed. */
  | { tear: number }
  /** Milliseconds by which the clock jumps. */
  | { clock: number };

export interface Hit {
  at: Moment;
  do: Blow;
}

export interface Order {
  hits: Hit[];
  /** Where every call that changes the disk is written down. */
  trace?: string;
}

type Call = (...args: unknown[]) => unknown;

const load = createRequire(import.meta.url);
const fs = load('node:fs') as Record<string, Call> & { promises: Record<string, Call> };
const realWrite = fs.writeSync as Call;
const paths = new Map<unknown, string>();
const counts = new Map<Hit, number>();
const WRITES = constants.O_WRONLY | constants.O_RDWR | constants.O_CREAT;
const FACT = /^\{"type":"([\w.-]+)".*"seq":(\d+),"at":[\d.]+\}\n$/s;

const isOver = (hit: Hit): boolean => {
  const count = (counts.get(hit) ?? 0) + 1;
  counts.set(hit, count);
  const first = hit.at.nth ?? 1;
  if ('error' in hit.do) return count >= first && count < first + (hit.do.times ?? Number.POSITIVE_INFINITY);
  return count === first;
};

function still(name: string): void {
  writeFileSync(name, '');
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(`${name}.go`)) Atomics.wait(nothing, 0, 0, 5);
}

function strike(blow: Blow, what: string): void {
  if ('signal' in blow) signal(blow);
  else if ('pause' in blow) still(blow.pause);
  else if ('clock' in blow) jumped += blow.clock;
  else if ('error' in blow) throw Object.assign(new Error(`${blow.error}: it was made to fail, ${what}`), { code: blow.error });
}

function signal({ signal, to, again }: Extract<Blow, { signal: NodeJS.Signals }>): void {
  const send = () => process.kill(to === 'group' ? 0 : process.pid, signal);
  send();
  if (again === 0) send();
  else if (again !== undefined) setTimeout(send, again).unref();
}

let jumped = 0;
const { now } = Date;
/** From the beginning, as who keeps the function asks it still. */
Date.now = () => now() + jumped;

const hitsAt = (order: Order, line: string, before: boolean): Hit[] => {
  const [, type, seq] = FACT.exec(line) ?? [];
  if (type === undefined) return [];
  return order.hits.filter(
    ({ at, do: blow }) =>
      'fact' in at && (at.before === true || 'tear' in blow || 'error' in blow) === before && (at.fact === type || at.fact === Number(seq)),
  );
};

const TWO = new Set(['rename', 'link', 'copyFile']);

function watch(order: Order): void {
  const onCall = (name: string, args: unknown[]): void => {
    const verb = name.replace('Sync', '');
    const named = args.slice(0, TWO.has(verb) ? 2 : 1).map((arg) => (typeof arg === 'number' ? paths.get(arg) : String(arg)));
    const what = [verb, ...named].join(' ');
    if (order.trace !== undefined) fs.appendFileSync?.(order.trace, `${what}\n`);
    for (const hit of order.hits) if ('call' in hit.at && new RegExp(hit.at.call).test(what) && isOver(hit)) strike(hit.do, what);
  };
  const NAMES = 'writeFile appendFile rename link symlink unlink rm rmdir mkdir copyFile truncate chmod'.split(' ');
  const wrap = (holder: Record<string, Call>, name: string, promised: boolean): void => {
    const real = holder[name];
    if (real === undefined) return;
    holder[name] = (...args) => {
      if (args[0] === order.trace) return real(...args);
      try {
        onCall(name, args);
      } catch (error) {
        if (promised) return Promise.reject(error);
        throw error;
      }
      return real(...args);
    };
  };
  for (const name of NAMES) {
    wrap(fs.promises, name, true);
    wrap(fs, `${name}Sync`, false);
  }
  const { openSync } = fs;
  fs.openSync = (...args) => {
    // What is opened to read, or only held, changes nothing.
    const reads = typeof args[1] === 'number' ? (args[1] & WRITES) === 0 : args[1] === 'r';
    if (!reads) onCall('open', args);
    const file = openSync?.(...args);
    paths.set(file, String(args[0]));
    return file;
  };
  fs.writeSync = (...args) => {
    const [file, bytes] = args;
    onCall('write', args);
    const line = bytes instanceof Uint8Array && paths.get(file)?.endsWith('events.jsonl') ? Buffer.from(bytes).toString('utf8') : '';
    for (const hit of hitsAt(order, line, true)) {
      if (!isOver(hit)) continue;
      if ('tear' in hit.do) {
        realWrite(file, bytes, 0, Math.min(hit.do.tear, line.length - 1), args[4]);
        process.kill(process.pid, 'SIGKILL');
      } else strike(hit.do, 'the log');
    }
    const done = realWrite(...args);
    for (const hit of hitsAt(order, line, false)) if (isOver(hit)) strike(hit.do, 'the log');
    return done;
  };
  for (const name of ['ftruncateSync', 'fsyncSync']) wrap(fs, name, false);
  syncBuiltinESMExports();
}

const file = process.env.MASSGEN_FAULT;
if (file !== undefined && isMainThread) watch(JSON.parse(readFileSync(file, 'utf8')) as Order);
