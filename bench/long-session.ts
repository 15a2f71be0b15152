/** A session of 200,000 events: what host and window hold of it beside its log, and how long it takes to open beside reading the file. */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { measured } from './child.js';
import { median } from './numbers.js';
import type { Row } from './row.js';
import { scratch } from './scratch.js';

const EVENTS = 200_000;
const ROUNDS = 2;
/** The host holds the folded state, the last turn's facts and where the others are in the file. */
const HOST = 0.15;
/** A window holds the folded state and the ends of streams, never transcripts: those it asks for by the page. */
const VIEW = 0.1;
/** Issue 4: under 1.5 times what it takes to read the file, which for lines of JSON is to parse them. */
const OPEN = 1.5;

interface Pair {
  open: number;
  look: number;
  parse: number;
  read: number;
}

export async function bench(): Promise<Row[]> {
  const { folder, place } = await scratch();
  const log = join(folder, 'events.jsonl');
  try {
    const host = await measured<number>('long-session-child', 'host', log, `${EVENTS}`);
    const view = await measured<number>('long-session-child', 'view', log, `${EVENTS}`);
    const pairs: Pair[] = [];
    // What comes first in a process pays for its warming up: both orders are taken.
    for (let round = 0; round < ROUNDS; round += 1)
      for (const order of ['open', 'parse']) pairs.push(await measured<Pair>('long-session-child', order, log));
    const bytes = (await stat(log)).size;
    const heap = (name: string, held: number, target: number): Row => ({
      name: `${EVENTS} events: ${name}, MB`,
      ours: held / 1e6,
      peer: `${(bytes / 1e6).toFixed(1)}: the log`,
      ratio: held / bytes,
      target: `<= ${target}`,
      ok: held / bytes <= target,
    });
    const of = (kind: keyof Pair): number => median(pairs.map((pair) => pair[kind]));
    const ratio = median(pairs.map(({ open, parse }) => open / parse));
    return [
      heap('heap of the host', host, HOST),
      heap("heap of a window's fold", view, VIEW),
      {
        name: `${EVENTS} events: opening the log, ms of CPU`,
        ours: of('open'),
        peer: `${of('parse').toFixed(0)}: reading its lines as JSON, ${place}`,
        ratio,
        target: `<= ${OPEN}`,
        ok: ratio <= OPEN,
        note: `its bytes alone are read in ${of('read').toFixed(0)} ms; a window that looks at another's session takes ${of('look').toFixed(0)} ms`,
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
