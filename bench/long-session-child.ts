/** One measurement of the long session's benchmark, in a process of its own: nothing else is on its heap. Prints a number of bytes, or the milliseconds of CPU of a pair. */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openLog } from '../src/engine/log.js';
import { openTail } from '../src/engine/log-tail.js';
import { openRecorder } from '../src/engine/recorder.js';
import { emptyState } from '../src/protocol/state.js';
import { shownOf, take } from '../src/webview/incoming.js';
import { longStory, longTold } from './long-story.js';

const [what = '', path = '', count = '0'] = process.argv.slice(2);

/** What is on the heap for `make`'s value. */
function heapOf(make: () => unknown): number {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const used = (): number => {
    collect();
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = used();
  const held = make();
  const bytes = used() - before;
  // Held until here.
  if (held === undefined) throw new Error('nothing was made');
  return bytes;
}

function cpuOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** The host records it, fact by fact, into a log. */
function record(): unknown {
  const { log } = openLog(path);
  const recorder = openRecorder(() => log, Date.now);
  for (const { seq: _, at: __, ...fact } of longStory(Number(count))) recorder.record(fact);
  log.close();
  return recorder;
}

/** A window follows it from the beginning, a frame of events at a time. */
function follow(): unknown {
  let shown = shownOf({ state: emptyState, live: {}, title: '' });
  let frame = [];
  for (const event of longTold(Number(count))) {
    frame.push(event);
    if (frame.length < 10) continue;
    const taken = take(shown, frame);
    if (taken.gap !== undefined) throw new Error(`a gap after ${taken.gap}`);
    shown = taken.shown;
    frame = [];
  }
  return shown;
}

const open = (): unknown => {
  const { log, state } = openLog(path);
  log.close();
  return openRecorder(() => log, Date.now, state);
};
const look = (): unknown => openTail(path).state;
const parse = (): unknown =>
  readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => (line === '' ? undefined : JSON.parse(line)));

const measurements: Readonly<Record<string, () => unknown>> = {
  host: () => heapOf(record),
  view: () => heapOf(follow),
  cpu: () => ({ record: cpuOf(record), follow: cpuOf(follow) }),
  open: () => ({ open: cpuOf(open), look: cpuOf(look), parse: cpuOf(parse), read: cpuOf(() => readFileSync(path)) }),
  parse: () => ({ parse: cpuOf(parse), read: cpuOf(() => readFileSync(path)), open: cpuOf(open), look: cpuOf(look) }),
};
process.stdout.write(JSON.stringify(measurements[what]?.() ?? null));
