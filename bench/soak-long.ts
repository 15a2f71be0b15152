/** The soak alone, as long as is asked for. */
import { soak } from './soak.js';
import { table } from './table.js';

const [sessions = 40, turns = 10] = process.argv.slice(2).map(Number);
const rows = await soak(sessions, turns);
process.stdout.write(`${table(rows)}\n`);
process.exitCode = rows.every((row) => row.ok) ? 0 : 1;
