// Runs the benchmarks: `npm run bench`, or `npm run bench -- apply turn` for some of them.
import { runBundled } from './bundled.mjs';

// What measures in a process or a thread of its own is an entry too.
const entries = [
  'run',
  'turn-models',
  'footprint-child',
  'stream-child',
  'window/first-paint-child',
  'long-session-child',
  'limit-writer-child',
  'soak-child',
];
process.exit(
  await runBundled(
    entries.map((name) => `bench/${name}`),
    '.massgen-bench',
    process.argv.slice(2),
  ),
);
