/** Deaths: at every fact of a turn, while a turn is gone on with, and between any two changes of the disk of an apply and an undo. */
import type { Fault } from './fault.js';
import type { Theatre } from './play.js';

/** A call without what differs from time to time: its name, and the name of the file that it is about. */
export const inShort = (what: string): string =>
  `${what.split(' ')[0]} ${what.slice(what.lastIndexOf('/') + 1).replace(/\b[0-9a-f]{8,}(-[0-9a-f]+)*\b/g, '…')}`;

const numbers = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);

export function kills({ facts, cut, disk }: Theatre): Fault[] {
  const at = (name: string, signal: NodeJS.Signals, play: Fault['play'], fact: number, before?: true): Fault => ({
    name: `${name} ${before ? 'before' : 'after'} fact ${fact}`,
    play,
    hits: [{ at: { fact, ...(before && { before }) }, do: { signal } }],
    ends: 'same',
  });
  const inCall = (play: Fault['play'], of: string): Fault[] =>
    disk[play].map((what, index) => ({
      name: `kill before change ${index + 1} of the disk of ${of}: ${inShort(what)}`,
      play,
      hits: [{ at: { call: '', nth: index + 1 }, do: { signal: 'SIGKILL' } }],
      ends: 'same',
    }));
  return [
    ...numbers(1, facts).map((fact) => at('kill', 'SIGKILL', 'turn', fact)),
    ...numbers(1, facts).map((fact) => at('kill', 'SIGKILL', 'turn', fact, true)),
    ...numbers(cut + 1, facts + 1).map((fact) => at('kill in a resume', 'SIGKILL', 'resume', fact)),
    ...numbers(1, facts).map((fact) => at('SIGTERM', 'SIGTERM', 'turn', fact)),
    ...numbers(1, facts).map((fact) => at('Ctrl-C', 'SIGINT', 'turn', fact)),
    ...inCall('turn', 'a turn'),
    ...inCall('apply', 'an apply'),
    ...inCall('undo', 'an undo'),
  ];
}
