/** Deaths: at every fact of a turn, while a turn is gone on with, and between any two changes of the disk of an apply and an undo. */
import type { Fault } from './fault.js';
import type { Blow } from './hits.js';
import type { Theatre } from './play.js';

/** A call without what differs from time to time: its name, and the name of the file that it is about. */
export const inShort = (what: string): string =>
  `${what.split(' ')[0]} ${what.slice(what.lastIndexOf('/') + 1).replace(/\b[0-9a-f]{8,}(-[0-9a-f]+)*\b/g, '…')}`;

const numbers = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);

/** Facts have rows of their own; and what is done for each file of each workspace is the same thing again. */
const OF_A_KIND = 4;

function fewOfAKind(changes: readonly string[]): { what: string; index: number }[] {
  const seen = new Map<string, number>();
  return changes.flatMap((what, index) => {
    const kind = inShort(what);
    seen.set(kind, (seen.get(kind) ?? 0) + 1);
    return kind === 'write events.jsonl' || (seen.get(kind) ?? 0) > OF_A_KIND ? [] : [{ what, index }];
  });
}

const each = (step: number, from: number, to: number): number[] => numbers(from, to).filter((one) => (one - from) % step === 0);

/** What it used, what it said, and the ends of its run and of the turn. */
const LAST_REPLY = 4;

export function kills({ facts, cut, disk }: Theatre): Fault[] {
  const at = (name: string, signal: NodeJS.Signals, play: Fault['play'], fact: number, before?: true): Fault => ({
    name: `${name} ${before ? 'before' : 'after'} fact ${fact}`,
    play,
    hits: [{ at: { fact, ...(before && { before }) }, do: { signal } }],
    ends: 'same',
  });
  /** Stopped in order, it says so, and its exit code with it; what the last reply brings may all be recorded before a signal is heard. */
  const stop = (name: string, how: Extract<Blow, { signal: NodeJS.Signals }>, play: Fault['play'], fact: number): Fault => ({
    name: `${name} after fact ${fact}`,
    play,
    hits: [{ at: { fact }, do: how }],
    ...(fact <= facts - LAST_REPLY && { first: 'interrupted' }),
    ends: 'same',
  });
  const inCall = (play: Fault['play'], of: string): Fault[] =>
    fewOfAKind(disk[play]).map(({ what, index }) => ({
      name: `kill before change ${index + 1} of the disk of ${of}: ${inShort(what)}`,
      play,
      hits: [{ at: { call: '', nth: index + 1 }, do: { signal: 'SIGKILL' } }],
      ends: 'same',
    }));
  return [
    ...numbers(1, facts).map((fact) => at('kill', 'SIGKILL', 'turn', fact)),
    ...numbers(1, facts).map((fact) => at('kill', 'SIGKILL', 'turn', fact, true)),
    ...numbers(cut + 1, facts + 1).map((fact) => at('kill in a resume', 'SIGKILL', 'resume', fact)),
    ...numbers(1, facts).map((fact) => stop('SIGTERM', { signal: 'SIGTERM' }, 'turn', fact)),
    ...numbers(1, facts).map((fact) => stop('Ctrl-C in a terminal', { signal: 'SIGINT', to: 'group' }, 'turn', fact)),
    ...each(3, 1, facts).map((fact) => stop('Ctrl-C', { signal: 'SIGINT' }, 'turn', fact)),
    ...each(3, 2, facts).map((fact) => stop('a closed terminal', { signal: 'SIGHUP', to: 'group' }, 'turn', fact)),
    ...each(3, cut + 1, facts).map((fact) => stop('Ctrl-C in a resume', { signal: 'SIGINT', to: 'group' }, 'resume', fact)),
    ...each(2, 1, facts).map((fact) => stop('Ctrl-C twice at once', { signal: 'SIGINT', to: 'group', again: 0 }, 'turn', fact)),
    ...each(2, 2, facts).map((fact) => stop('Ctrl-C, and again soon,', { signal: 'SIGINT', to: 'group', again: 20 }, 'turn', fact)),
    ...(['apply', 'undo'] as const).flatMap((play) =>
      disk[play].flatMap((what, index) =>
        index % 4 === 0
          ? [
              {
                name: `Ctrl-C in a terminal before change ${index + 1} of the disk of an ${play}: ${inShort(what)}`,
                play,
                hits: [{ at: { call: '', nth: index + 1 }, do: { signal: 'SIGINT' as const, to: 'group' as const } }],
                ends: 'same' as const,
              },
            ]
          : [],
      ),
    ),
    ...inCall('turn', 'a turn'),
    ...inCall('apply', 'an apply'),
    ...inCall('undo', 'an undo'),
  ];
}
