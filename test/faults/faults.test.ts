/** A sample of the faults, through the built program as a process; `npm run faults` plays all of them. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTheatre, playFault, type Theatre } from './play.js';
import type { Stage } from './scene.js';
import { table } from './table.js';

/** Of every table what costs the most when it goes wrong, and of that the cheapest. */
const sample: readonly RegExp[] = [
  /^kill after fact (28|62)$/,
  /^kill before change \d+ of the disk of a turn: rename tool.sh$/,
  /^Ctrl-C in a terminal after fact 20$/,
  /^Ctrl-C twice at once after fact 31$/,
  /^kill before change \d+ of the disk of an apply: rename sum.js$/,
  /^kill before change \d+ of the disk of an undo: rename sum.js$/,
  /^log: (last line torn in the midst|a line in the middle is not JSON)$/,
  /^store: an object of the winner is missing$/,
  /^disk: the log cannot be written from fact 20 /,
  /^disk: change \d+ of an apply fails by ENOSPC: rename sum.js$/,
  /^clock: it jumps forward by a day after fact 20$/,
  /^second process: apply latest c1 in the midst of a turn$/,
  /^server: HTTP 400, once, of the one who is right$/,
  /^server: every reply of Anthropic is cut once, from byte 241 on$/,
  /^tools: it forks twice and detaches$/,
  /^person: edits what the winner changes, in the midst of an apply, before it is written$/,
];

let theatre: Theatre;
beforeAll(async () => {
  const { buildFaults } = (await import('../../scripts/faults.mjs' as string)) as { buildFaults(outdir: string): Promise<string> };
  const built = await buildFaults(fileURLToPath(new URL('../../node_modules/.massgen-faults-test', import.meta.url)));
  const programs: Pick<Stage, 'cli' | 'hits'> = { cli: join(built, 'cli.mjs'), hits: join(built, 'hits.mjs') };
  theatre = await openTheatre(programs);
});
afterAll(() => theatre.close());

test('a fault ends in the same outcome, or in a plain failure with everything kept', async () => {
  const all = table(theatre);
  const chosen = sample.flatMap((pattern) => {
    const rows = all.filter(({ name }) => pattern.test(name));
    expect(rows.length, `rows of ${pattern}`).toBeGreaterThan(0);
    return rows;
  });
  const wrong: unknown[] = [];
  // Two at a time: as many as the smallest machine has cores.
  const worker = async (): Promise<void> => {
    for (let fault = chosen.shift(); fault !== undefined; fault = chosen.shift()) {
      const verdict = await playFault(theatre, fault);
      if (verdict.wrong.length > 0) wrong.push(verdict);
    }
  };
  await Promise.all([worker(), worker()]);
  expect(wrong).toEqual([]);
}, 240_000);
