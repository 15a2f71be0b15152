/** Follows a log that another process writes: what is whole of it, and then what is added. */
import type { FactEvent } from '../protocol/events.js';
import { reduceAll } from '../protocol/reduce.js';
import type { SessionState } from '../protocol/state.js';
import type { Facts } from './facts.js';
import { current, misplacedAs, parseLine, parseLog } from './log-format.js';
import { linesOf } from './log-lines.js';

export interface Tail {
  /** All facts so far. */
  readonly facts: Facts;
  /** What they come to. */
  readonly state: SessionState;
  /** The facts that were added since it was last asked. Nothing more comes after a line that cannot be understood. */
  read(): FactEvent[];
}

/** Takes no lock and changes nothing. Invariant: only complete lines are read, so a line that is just being written comes with the next read. */
export function openTail(path: string): Tail {
  const { facts, readOnly, ...parsed } = parseLog(path, current);
  let { state, end: at } = parsed;
  let isOver = readOnly !== undefined;
  return {
    facts,
    get state() {
      return state;
    },
    read() {
      const fresh: FactEvent[] = [];
      if (isOver) return fresh;
      for (const { text, end } of linesOf(path, at)) {
        const event = parseLine(text);
        isOver = misplacedAs(event, facts.length + 1) !== undefined;
        if (isOver) break;
        at = end;
        facts.add(event as FactEvent, end);
        fresh.push(event as FactEvent);
      }
      state = reduceAll(state, fresh);
      return fresh;
    },
  };
}
