/** Five agents with 100 tokens a second each, in front of a window: what the host spends and sends beside the way that sends the whole state with each token. */
import { fork } from 'node:child_process';
import { entry } from './child.js';
import { median } from './numbers.js';
import type { Row } from './row.js';

const ROUNDS = 3;
const SECONDS = { none: 3, ours: 5, whole: 3 };
/** Facts of the session before. After ten times as many the other way does not keep up at all: its process grows by gigabytes; ours is as it is here. */
const HISTORY = 20_000;
const FRAME_MS = 16;
/** A prototype's whole states took 64 times the CPU of its deltas, net of idle; a part of that must be left whatever the machine does. */
const CPU = 0.05;
/** Two frames of a screen at 60 Hz: one that is waited for, one in which it is drawn. */
const P99_MS = 33;
/** What the process may grow by, beyond what the timers alone make it. */
const RSS = 15e6;

export type FromHost =
  /** `text` is of the tokens in it: the times at which they came. */
  { send: 'told'; text: string; message: unknown } | { send: 'done'; cpu: number; ms: number; sent: number; state: number; rss: number };

interface Streamed {
  /** Share of a core. */
  cpu: number;
  sent: number;
  ms: number;
  /** Bytes of the state. */
  state: number;
  /** Bytes by which the process has grown meanwhile. */
  rss: number;
  latencies: number[];
}

export async function bench(): Promise<Row[]> {
  const rounds: { none: Streamed; ours: Streamed; whole: Streamed }[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push({ none: await streamed('none'), ours: await streamed('ours'), whole: await streamed('whole') });
  const of = (read: (round: (typeof rounds)[number]) => number): number => median(rounds.map(read));
  const ratio = of(({ none, ours, whole }) => Math.max(0, ours.cpu - none.cpu) / (whole.cpu - none.cpu));
  const latencies = rounds.flatMap(({ ours }) => ours.latencies).toSorted((a, b) => a - b);
  const p99 = latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN;
  const grown = of(({ none, ours }) => ours.rss - none.rss);
  const frames = of(({ ours }) => ours.sent / (ours.ms / FRAME_MS));
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    {
      name: 'stream: 5 agents × 100 tokens/s, % of a core',
      ours: 100 * of(({ ours, none }) => Math.max(0, ours.cpu - none.cpu)),
      peer: `${percent(of(({ whole, none }) => whole.cpu - none.cpu))}: the whole state with each token`,
      ratio,
      target: `<= ${CPU}`,
      ok: ratio <= CPU,
      note: `net of the ${percent(of(({ none }) => none.cpu))} that the tokens themselves take; the state has ${(of(({ ours }) => ours.state) / 1e6).toFixed(2)} MB`,
    },
    {
      name: 'stream: messages a second to the window',
      ours: of(({ ours }) => (1000 * ours.sent) / ours.ms),
      peer: `${(1000 / FRAME_MS).toFixed(1)} frames; ${of(({ whole }) => (1000 * whole.sent) / whole.ms).toFixed(0)} the other way`,
      ratio: frames,
      target: '<= 1',
      ok: frames <= 1,
    },
    {
      name: 'stream: from token to window, p99 ms',
      ours: p99,
      peer: `${P99_MS}: two frames`,
      ratio: p99 / P99_MS,
      target: '<= 1',
      ok: p99 <= P99_MS,
      note: `p50 ${(latencies[Math.floor(latencies.length / 2)] ?? Number.NaN).toFixed(1)} ms of ${latencies.length} tokens`,
    },
    {
      name: 'stream: memory that it takes, MB',
      ours: grown / 1e6,
      peer: `${RSS / 1e6}: limit, over the timers alone`,
      ratio: grown / RSS,
      target: '<= 1',
      ok: grown <= RSS,
      note: `${(of(({ whole, none }) => whole.rss - none.rss) / 1e6).toFixed(0)} MB the other way`,
    },
  ];
}

function streamed(way: keyof typeof SECONDS): Promise<Streamed> {
  const host = fork(entry('stream-child'), [way, `${SECONDS[way]}`, `${HISTORY}`]);
  const latencies: number[] = [];
  return new Promise((resolve, reject) => {
    host.on('error', reject);
    host.on('exit', (code) => reject(new Error(`The host of "${way}" ended with ${code} before it was done`)));
    host.on('message', (message: FromHost) => {
      if (message.send === 'told') {
        const now = performance.timeOrigin + performance.now();
        for (const time of message.text.split(' ')) if (time !== '') latencies.push(now - Number(time));
      } else
        resolve({ cpu: message.cpu / message.ms, sent: message.sent, ms: message.ms, state: message.state, rss: message.rss, latencies });
    });
  });
}
