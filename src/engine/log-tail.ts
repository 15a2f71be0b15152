/** Follows a log that another process writes: what is whole of it, and then what is added. */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import type { FactEvent } from '../protocol/events.js';
import { current, misplacedAs, parseLog } from './log-format.js';

export interface Tail {
  /** All facts so far. */
  readonly events: readonly FactEvent[];
  /** The facts that were added since it was last asked. Nothing more comes after a line that cannot be understood. */
  read(): FactEvent[];
}

const NEWLINE = 0x0a;

/** Takes no lock and changes nothing. Invariant: only complete lines are read, so a line that is just being written comes with the next read. */
export function openTail(path: string): Tail {
  const bytes = readFileSync(path);
  const { events, tornBytes, readOnly } = parseLog(path, bytes, current);
  let at = bytes.length - tornBytes;
  let isOver = readOnly !== undefined;
  return {
    events,
    read() {
      if (isOver) return [];
      const added = bytesFrom(path, at);
      const end = added.lastIndexOf(NEWLINE) + 1;
      const fresh: FactEvent[] = [];
      for (const line of added.toString('utf8', 0, end).split('\n').slice(0, -1)) {
        const event = parsed(line);
        isOver = misplacedAs(event, events.length + 1) !== undefined;
        if (isOver) break;
        events.push(event as FactEvent);
        fresh.push(event as FactEvent);
      }
      at += end;
      return fresh;
    },
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // No fact: the caller tells by it.
    return undefined;
  }
}

function bytesFrom(path: string, at: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const more = Math.max(0, fstatSync(file).size - at);
    const bytes = Buffer.alloc(more);
    return bytes.subarray(0, more === 0 ? 0 : readSync(file, bytes, 0, more, at));
  } finally {
    closeSync(file);
  }
}
