/** Runs the benchmarks and prints their ratios. Names of benchmarks as arguments run only those. Exit code 1: one is over its target. */
import { bench as apply } from './apply.js';
import { bench as deliberation } from './deliberation.js';
import { bench as dependencies } from './dependencies.js';
import { bench as diffAllAgents } from './diff-all-agents.js';
import { bench as diffWorst } from './diff-worst.js';
import { bench as firstPaint } from './first-paint.js';
import { bench as footprint } from './footprint.js';
import { bench as longSession } from './long-session.js';
import type { Row } from './row.js';
import { bench as snapshot, benchBig as snapshotBig } from './snapshot.js';
import { bench as snapshotGrowth } from './snapshot-growth.js';
import { bench as soak } from './soak.js';
import { bench as stream } from './stream.js';
import { machine, table } from './table.js';
import { bench as turn } from './turn.js';
import { bench as workspaces, benchBig as workspacesBig } from './workspaces.js';
import { bench as workspacesDisk } from './workspaces-disk.js';

const benchmarks: Readonly<Record<string, () => Promise<Row[]>>> = {
  apply,
  snapshot,
  'snapshot-big': snapshotBig,
  'snapshot-growth': snapshotGrowth,
  'diff-worst': diffWorst,
  'diff-all-agents': diffAllAgents,
  turn,
  workspaces,
  'workspaces-big': workspacesBig,
  'workspaces-disk': workspacesDisk,
  dependencies,
  footprint,
  stream,
  'first-paint': firstPaint,
  'long-session': longSession,
  soak,
  deliberation,
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => benchmarks[name] === undefined);
if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark ${unknown.join(', ')}; there are: ${Object.keys(benchmarks).join(', ')}\n`);
  process.exit(2);
}

/** What cannot be measured is not within its target either. */
function broken(name: string, error: unknown): Row {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return { name, ours: Number.NaN, peer: 'it failed, see above', ratio: Number.NaN, target: '', ok: false };
}

process.stdout.write(`${await machine()}\n\n`);
const rows: Row[] = [];
// One after another: what runs beside a benchmark is in its numbers.
for (const [name, bench] of Object.entries(benchmarks)) {
  if (names.length > 0 && !names.includes(name)) continue;
  process.stderr.write(`${name} …\n`);
  rows.push(...(await bench().catch((error: unknown) => [broken(name, error)])));
}
const skipped = rows.filter((row) => row.skipped !== undefined).length;
const over = rows.filter((row) => !row.ok).length;
process.stdout.write(`${table(rows)}\n\n${rows.length - over - skipped} ok, ${over} over the target, ${skipped} skipped\n`);
process.exitCode = over > 0 ? 1 : 0;
