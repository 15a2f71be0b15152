/** Many turns in one process: what it holds at the end beside what it held at the beginning. `npm run soak -- 40 10` plays forty sessions of ten turns. */
import { measured } from './child.js';
import { median } from './numbers.js';
import type { Row } from './row.js';
import type { Held } from './soak-child.js';

const SESSIONS = 12;
const TURNS = 4;
/** Of the sessions before the first quarter that counts: code is loaded, caches fill. */
const WARM = 2;

export const bench = (): Promise<Row[]> => soak(SESSIONS, TURNS);

export async function soak(sessions: number, turns: number): Promise<Row[]> {
  const held = (await measured<Held[]>('soak-child', `${sessions}`, `${turns}`)).slice(WARM);
  const quarter = Math.max(1, Math.floor(held.length / 4));
  const row = (what: string, of: (one: Held) => number | undefined, target: number, unit = 1): Row => {
    const values = held.map(of).filter((value) => value !== undefined);
    const [first, last] = [median(values.slice(0, quarter)), median(values.slice(-quarter))];
    const ratio = first === last ? 1 : last / first;
    return {
      name: `${sessions * turns} turns in ${sessions} sessions: ${what}`,
      ours: last / unit,
      peer: `${(first / unit).toFixed(1)}: the first quarter`,
      ratio,
      target: `<= ${target}`,
      ok: ratio <= target,
      ...(values.length === 0 && { skipped: 'this system does not tell' }),
    };
  };
  return [
    row('heap, MB', (one) => one.heap, 1.05, 1e6),
    row('memory of the process, MB', (one) => one.rss, 1.15, 1e6),
    row('open files', (one) => one.files, 1),
    row('what keeps it alive', (one) => one.handles, 1),
    row('processes', (one) => one.children, 1),
    row('workspaces', (one) => one.workspaces, 1),
    row('kB on disk a session', (one) => one.disk, 1.2, 1e3),
  ];
}
