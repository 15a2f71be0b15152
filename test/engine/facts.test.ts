import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { openLog, readLog } from '../../src/engine/log.js';
import { openTail } from '../../src/engine/log-tail.js';
import type { FactEvent } from '../../src/protocol/events.js';
import { FailureError } from '../../src/protocol/failure.js';
import { stateOf } from '../../src/protocol/reduce.js';
import { whole } from '../webview/story.js';

const folder = mkdtempSync(join(tmpdir(), 'massgen-facts-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;

/** Turns of so many messages each, and of these lengths; some letters take several bytes. */
function turns(sizes: readonly number[]): FactEvent[] {
  const [started, begun] = whole.filter((event) => event.type === 'session.started' || event.type === 'turn.started');
  if (started === undefined || begun?.type !== 'turn.started') throw new Error('the story has no turn');
  const facts: FactEvent[] = [started];
  const add = (fact: FactEvent): void => void facts.push({ ...fact, seq: facts.length + 1, at: 1 });
  for (const [turn, size] of sizes.entries()) {
    add({ ...begun, turn: `t${turn + 1}` });
    for (let at = 0; at < size; at += 1)
      add({ type: 'message.completed', run: 'r1', parts: [{ type: 'text', text: 'ü✓ '.repeat(at % 50) }], seq: 0, at: 0 });
  }
  return facts;
}
function written(facts: readonly FactEvent[]): string {
  const path = join(folder, `${++count}.jsonl`);
  const { log } = openLog(path);
  for (const fact of facts) log.append(fact);
  log.close();
  return path;
}

describe('the facts of a log', () => {
  test('are as they were written, from wherever one begins, whether they are at hand or not', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(700), { maxLength: 4 }), fc.array(fc.nat(2500), { minLength: 1, maxLength: 8 }), (sizes, wanted) => {
        const all = turns(sizes);
        const path = written(all);
        for (const { facts, state } of [readLog(path), openTail(path)]) {
          expect(facts.length).toBe(all.length);
          for (const seq of wanted) {
            expect(facts.at(seq)).toEqual(all[seq - 1]);
            expect(facts.after(seq)).toEqual(all.slice(seq));
          }
          expect([...facts]).toEqual(all);
          expect(state).toEqual(stateOf(all));
        }
      }),
      { numRuns: 10 },
    );
  });

  test('are on the heap as far as they are of the last turn', () => {
    const path = written(turns([600, 3]));
    const { facts } = readLog(path);
    expect(facts.latest.map(({ type }) => type)).toEqual(['turn.started', ...Array(3).fill('message.completed')]);
    const { length } = facts;
    truncateSync(path, 100);
    expect(facts.after(length - 4)).toHaveLength(4);
    expect(() => facts.at(2)).toThrow(FailureError);
  });

  test('of the turn before are read again when another begins, while the log is written', () => {
    const all = turns([3, 2]);
    const { log } = openLog(join(folder, `${++count}.jsonl`));
    for (const fact of all) {
      log.append(fact);
      expect([...log.facts]).toEqual(all.slice(0, fact.seq));
    }
    expect(log.facts.latest).toEqual(all.slice(4 + 1));
    log.close();
  });

  test('may be longer than what is read of the file at once', () => {
    const all = turns([2]).map((event) =>
      event.type === 'message.completed' ? { ...event, parts: [{ type: 'text' as const, text: 'é'.repeat(1_500_000) }] } : event,
    );
    expect([...readLog(written(all)).facts]).toEqual(all);
  });
});
