import { describe, expect, test } from 'vitest';
import { openOutbox } from '../../../src/extension/hosting/outbox.js';
import type { DeltaEvent, Event } from '../../../src/protocol/events.js';
import type { ToView } from '../../../src/protocol/wire.js';
import { heldClock } from './window.js';

const delta = (run: string, n: number, text: string, type: 'text.delta' | 'reasoning.delta' = 'text.delta', after = 7): DeltaEvent => ({
  type,
  run,
  text,
  after,
  n,
  at: n,
});
const fact = (seq: number): Event => ({ type: 'session.resumed', seq, at: seq });

function outbox() {
  const clock = heldClock();
  const sent: ToView[] = [];
  return { clock, sent, box: openOutbox(clock, (message) => sent.push(message)) };
}

describe('events', () => {
  test('of one frame go out as one message; deltas of a run become one, with the number of the last', () => {
    const { clock, sent, box } = outbox();
    for (let n = 1; n <= 6; n++) box.event('s', delta(n % 2 === 0 ? 'r2' : 'r1', n, String(n)));
    expect(sent).toEqual([]);
    clock.pass(16);
    expect(sent).toEqual([{ send: 'events', session: 's', events: [delta('r1', 5, '135'), delta('r2', 6, '246')] }]);
    clock.pass(100);
    expect(sent).toHaveLength(1);
  });

  test('keep their order: nothing is added to a delta that something else of its run, or a fact, came after', () => {
    const { clock, sent, box } = outbox();
    const events = [
      delta('r1', 1, 'a'),
      delta('r1', 2, 'b', 'reasoning.delta'),
      delta('r1', 3, 'c'),
      fact(8),
      delta('r1', 1, 'd', 'text.delta', 8),
    ];
    for (const event of events) box.event('s', event);
    clock.pass(16);
    expect(sent).toEqual([{ send: 'events', session: 's', events }]);
  });

  test('numbers only grow after a fact, however runs take turns: a view that skips what it knows loses no text', () => {
    const { clock, sent, box } = outbox();
    const runs = ['r1', 'r2', 'r1', 'r3', 'r2', 'r2', 'r1', 'r3'];
    for (const [at, run] of runs.entries()) box.event('s', delta(run, at + 1, `${at}`));
    clock.pass(16);
    const [message] = sent;
    const events = message?.send === 'events' ? message.events : [];
    const numbers = events.map((event) => ('n' in event ? event.n : 0));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(events.map((event) => ('text' in event ? event.text : '')).join('').length).toBe(runs.length);
  });
});

test('one message a frame: lists wait for the next, and only the newest of each is sent', () => {
  const { clock, sent, box } = outbox();
  box.list({ send: 'rows', rows: [] });
  box.list({ send: 'asking', asking: [] });
  box.event('s', fact(1));
  box.list({ send: 'rows', rows: [] });
  const perFrame = [];
  for (let frame = 0; frame < 5; frame++) {
    const before = sent.length;
    clock.pass(16);
    perFrame.push(sent.slice(before).map((message) => message.send));
  }
  expect(perFrame).toEqual([['events'], ['rows'], ['asking'], [], []]);
});

test('what waits is sent at once where an answer follows, and forgotten where the view is opened anew', () => {
  const { clock, sent, box } = outbox();
  box.event('s', fact(1));
  box.flush();
  expect(sent).toHaveLength(1);
  box.event('s', fact(2));
  box.clear();
  clock.pass(16);
  expect(sent).toHaveLength(1);
  box.end();
});
