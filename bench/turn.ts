/** A turn of 1, 3 and 5 agents against models of known latency: its wall time beside the ideal critical path, its calls beside the fewest. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createSession } from '../src/engine/session.js';
import { median } from './numbers.js';
import type { Row } from './row.js';
import { host, teamFor } from './team.js';
import type { Logged, Phase } from './turn-models.js';

const ROUNDS = 3;
/** How much later than the one before it each agent's replies are, in milliseconds. */
const STAGGERED = 200;

const kinds: readonly { agents: number; stepMs: number }[] = [
  { agents: 1, stepMs: 0 },
  { agents: 3, stepMs: 0 },
  { agents: 3, stepMs: STAGGERED },
  { agents: 5, stepMs: 0 },
  { agents: 5, stepMs: STAGGERED },
];

export async function bench(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const kind of kinds) rows.push(...(await rowsOf(kind)));
  return rows;
}

async function rowsOf({ agents, stepMs }: { agents: number; stepMs: number }): Promise<Row[]> {
  const rounds: Measured[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measure(agents, stepMs));
  const name = `turn: ${agents} ${agents === 1 ? 'agent' : stepMs > 0 ? 'agents, staggered' : 'agents, side by side'}`;
  const ratio = median(rounds.map(({ wallMs, idealMs }) => wallMs / idealMs));
  const overhead = rounds.map(({ wallMs, idealMs }) => wallMs - idealMs);
  const fewest = 2 * agents + 1;
  const calls = Math.max(...rounds.map((round) => round.calls));
  return [
    {
      name: `${name}, seconds`,
      ours: median(rounds.map(({ wallMs }) => wallMs)) / 1000,
      peer: `${(median(rounds.map(({ idealMs }) => idealMs)) / 1000).toFixed(2)}: answer, vote, present`,
      ratio,
      target: '<= 1.02',
      ok: ratio <= 1.02,
      note: `${Math.round(median(overhead))} ms are not the models' (of ${ROUNDS}: ${overhead.map(Math.round).join(', ')})`,
    },
    { name: `${name}, calls`, ours: calls, peer: `${fewest}`, ratio: calls / fewest, target: '1', ok: calls === fewest },
  ];
}

interface Measured {
  wallMs: number;
  idealMs: number;
  calls: number;
}

async function measure(agents: number, stepMs: number): Promise<Measured> {
  const models = new Worker(new URL('./turn-models.mjs', import.meta.url), { workerData: { stepMs } });
  const medium = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const folder = await realpath(await mkdtemp(join(medium, 'massgen-turn-')));
  try {
    const [baseUrl]: string[] = await once(models, 'message');
    for (let file = 0; file < 20; file++) await writeFile(join(folder, `file-${file}.txt`), `${file}\n`.repeat(100));
    await using session = await createSession({ folder, host });
    const began = performance.now();
    const decision = await session.turn([{ type: 'text', text: 'Write a file.' }], teamFor(agents, baseUrl ?? ''));
    const wallMs = performance.now() - began;
    if (decision.outcome !== 'decided') throw new Error(`The turn ended ${decision.outcome}: ${JSON.stringify(decision.failure)}`);
    models.postMessage('log');
    const [logged]: Logged[][] = await once(models, 'message');
    return { wallMs, idealMs: idealOf(logged ?? []), calls: logged?.length ?? 0 };
  } finally {
    await models.terminate();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The slowest first answer, then the slowest vote (an agent's last), then the presentation: nothing can be shorter. */
function idealOf(logged: readonly Logged[]): number {
  const models = [...new Set(logged.map((call) => call.model))];
  const slowest = (phase: Phase, at: 0 | -1): number => {
    const each = models.map((model) => logged.filter((call) => call.model === model && call.phase === phase).at(at)?.ms ?? 0);
    return Math.max(...each);
  };
  return slowest('answer', 0) + slowest('vote', -1) + slowest('present', 0);
}
