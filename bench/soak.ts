/** Many turns in one process: what it holds at the end beside what it held when it was warm. `npm run soak -- 40 10` plays forty sessions of ten turns. */
import { measured } from './child.js';
import { median } from './numbers.js';
import type { Row } from './row.js';
import type { Held } from './soak-child.js';

const SESSIONS = 12;
const TURNS = 4;
/** This share of the sessions does not count: code is loaded and compiled, which goes on for dozens of turns and is thrown away again. */
const WARM = 0.25;

export const bench = (): Promise<Row[]> => soak(SESSIONS, TURNS);

export async function soak(sessions: number, turns: number): Promise<Row[]> {
  const held = (await measured<Held[]>('soak-child', `${sessions}`, `${turns}`)).slice(Math.ceil(sessions * WARM));
  const quarter = Math.max(1, Math.floor(held.length / 4));
  const row = (what: string, of: (one: Held) => number | undefined, target: number, unit = 1): Row => {
    const values = held.map(of).filter((value) => value !== undefined);
    const [first, last] = [median(values.slice(0, quarter)), median(values.slice(-quarter))];
    const ratio = first === last ? 1 : last / first;
    return {
      name: `${sessions * turns} turns in ${sessions} sessions: ${what}`,
      ours: last / unit,
      peer: `${(first / unit).toFixed(1)}: the first quarter that counts`,
      ratio,
      target: `<= ${target}`,
      ok: ratio <= target,
      ...(values.length === 0 && { skipped: 'this system does not tell' }),
    };
  };
  return [
    row('heap, MB', (one) => one.heap, 1.05, 1e6),
    // It grows by steps of 30 MB in which the collector takes more room for what is young, at any time and then no more.
    row('memory of the process, MB', (one) => one.rss, 1.25, 1e6),
    row('open files', (one) => one.files, 1),
    row('what keeps it alive', (one) => one.handles, 1),
    row('processes', (one) => one.children, 1),
    row('workspaces', (one) => one.workspaces, 1),
    row('kB on disk a session', (one) => one.disk, 1.2, 1e3),
  ];
}
