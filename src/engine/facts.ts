/** The facts of a log: those of its last turn at hand, all others where they are in the file. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { FactEvent } from '../protocol/events.js';
import { fail } from '../protocol/failure.js';

/** Numbered from 1 without gaps; in that order. What is not of the last turn is read from the file, which throws `log` where it is gone. */
export interface Facts extends Iterable<FactEvent> {
  readonly length: number;
  /** Those of the last turn, from its start on; all where there is no turn. */
  readonly latest: readonly FactEvent[];
  at(seq: number): FactEvent | undefined;
  /** All that come after the fact of that number. */
  after(seq: number): readonly FactEvent[];
}

export const noFacts: Facts = {
  length: 0,
  latest: [],
  at: () => undefined,
  after: () => [],
  [Symbol.iterator]: () => [][Symbol.iterator](),
};

export interface FactsOfLog extends Facts {
  /** The next fact, whose line is written up to `end`, its line end included. */
  add(fact: FactEvent, end: number): void;
  /** The same, where it is only passed on the way: what is read on to the end of a log would be held for nothing. */
  pass(fact: FactEvent, end: number): void;
}

/** So many are read at once, as whoever asks for one goes on to its neighbours. */
const BLOCK = 512;

/**
 * `as` makes a fact of what a line says.
 * Invariant: only the last turn, for which runs ask all the time, and one block are on the heap, however long the session is.
 */
export function openFacts(path: string, as: (written: unknown) => unknown): FactsOfLog {
  /** Where the line of each fact ends. Invariant: as long as there are facts. */
  const ends: number[] = [];
  /** So many facts come before the last turn, whose facts are read when somebody wants them. */
  let before = 0;
  let latest: FactEvent[] | undefined = [];
  let block: { after: number; facts: FactEvent[] } = { after: 0, facts: [] };

  const note = (fact: FactEvent, end: number): void => {
    if (fact.type === 'turn.started') before = ends.length;
    ends.push(end);
  };
  /** Facts that are not at hand: from number `after` + 1 to `to`. */
  const readIn = (after: number, to: number): FactEvent[] => {
    const start = ends[after - 1] ?? 0;
    const bytes = bytesBetween(path, start, ends[to - 1] ?? start);
    return ends.slice(after, to).map((end, at) => {
      const from = (ends[after + at - 1] ?? 0) - start;
      try {
        return as(JSON.parse(bytes.toString('utf8', from, end - start))) as FactEvent;
      } catch (cause) {
        throw fail('log', `${path}, line ${after + at + 1}: it was changed since it was read.`, { cause });
      }
    });
  };
  const latestNow = (): FactEvent[] => {
    latest ??= readIn(before, ends.length);
    return latest;
  };
  const blockWith = (seq: number): typeof block => {
    const after = seq - 1 - ((seq - 1) % BLOCK);
    const to = Math.min(after + BLOCK, before);
    if (block.after !== after || block.facts.length < to - after) block = { after, facts: readIn(after, to) };
    return block;
  };
  const at = (seq: number): FactEvent | undefined => {
    if (seq < 1 || seq > ends.length) return undefined;
    if (seq > before) return latestNow()[seq - before - 1];
    const { after, facts } = blockWith(seq);
    return facts[seq - after - 1];
  };
  function* all(from: number): Generator<FactEvent> {
    for (let seq = from; ; seq += 1) {
      const fact = at(seq);
      if (fact === undefined) return;
      yield fact;
    }
  }
  return {
    get length() {
      return ends.length;
    },
    get latest() {
      return latestNow();
    },
    at,
    after(seq) {
      return seq >= before ? latestNow().slice(seq - before) : [...all(seq + 1)];
    },
    [Symbol.iterator]: () => all(1),
    add(fact, end) {
      // A list of its own: who holds the last turn's facts keeps them.
      if (fact.type === 'turn.started') latest = [fact];
      else latestNow().push(fact);
      note(fact, end);
    },
    pass(fact, end) {
      latest = undefined;
      note(fact, end);
    },
  };
}

function bytesBetween(path: string, from: number, to: number): Buffer {
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = Buffer.allocUnsafe(to - from);
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from));
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw fail('log', `${path} cannot be read any more.`, { cause });
  }
}
