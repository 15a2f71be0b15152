import { expect, test } from 'vitest';
import type { DeltaEvent, Event } from '../../src/protocol/events.js';
import { follow, type Live, type LiveRun, noLive } from '../../src/protocol/live.js';

const fold = (events: readonly Event[]): Live => events.reduce(follow, noLive);
const started: Event = { type: 'run.started', run: 'r1', turn: 't1', agent: 'maya', purpose: 'work', shown: [], seq: 3, at: 100 };
const text = (words: string, at: number): DeltaEvent => ({ type: 'text.delta', run: 'r1', text: words, after: 3, n: 1, at });
const called = (tool: string, input: unknown): Event => ({
  type: 'tool.called',
  run: 'r1',
  call: 'k',
  tool,
  input,
  effect: 'read',
  seq: 4,
  at: 300,
});

test.each<[string, Event[], Partial<LiveRun>]>([
  ['a run that starts', [started], { act: { does: 'starts' }, since: 100 }],
  ['words as they come', [started, text('It ', 200), text('is', 250)], { act: { does: 'writes' }, since: 200, text: 'It is' }],
  [
    'words of a reply that is made again are void',
    [started, text('It', 200), { type: 'reply.restarted', run: 'r1', after: 3, n: 2, at: 260 }],
    { act: { does: 'asks-again' }, since: 260, text: '' },
  ],
  [
    'words that are complete',
    [started, text('It', 200), { type: 'message.completed', run: 'r1', parts: [{ type: 'text', text: 'It is.' }], seq: 4, at: 270 }],
    { text: '', said: 'It is.' },
  ],
  [
    'a tool, by what says the most',
    [started, called('read_file', { path: 'a.ts' })],
    { act: { does: 'calls', tool: 'read_file', about: 'a.ts' } },
  ],
  ['a tool whose input says nothing', [started, called('read_file', 'a.ts')], { act: { does: 'calls', tool: 'read_file' } }],
  ['a stream without end, bounded', [started, text('a'.repeat(9000), 200), text('b', 201)], { text: `${'a'.repeat(3999)}b` }],
])('%s', (_, events, expected) => expect(fold(events).r1).toMatchObject(expected));

test('is of the current turn only', () => {
  const next = { type: 'turn.started', turn: 't2', seq: 9, at: 900 } as unknown as Event;
  expect(fold([started, next])).toEqual({});
});
