import { expect, test } from 'vitest';
import { readReply } from '../../../src/engine/agent/reply.js';
import type { StreamPart } from '../../../src/engine/providers/provider.js';
import type { Delta } from '../../../src/protocol/events.js';

const request = {
  system: '',
  messages: [],
  tools: [],
  position: { agent: 'a', purpose: 'work', call: 0 },
  media: async () => new Uint8Array(),
} as const;

async function replyOf(...parts: StreamPart[]) {
  const deltas: Delta[] = [];
  async function* stream() {
    yield* parts;
  }
  const provider = { id: 'p', label: 'P', models: async () => [], stream };
  const reply = await readReply(
    provider,
    { ...request, messages: [], tools: [] },
    'r1',
    (delta) => deltas.push(delta),
    new AbortController().signal,
  );
  return { ...reply, deltas };
}

test('pieces of one kind are one part, up to a seal; a sealed thought without words is a part and shows nothing', async () => {
  const seal = (n: number) => ({ by: 'p', data: { n } });
  const { parts, deltas } = await replyOf(
    { type: 'reasoning', text: 'a' },
    { type: 'reasoning', text: 'b' },
    { type: 'reasoning', text: '', seal: seal(1) },
    { type: 'reasoning', text: '', seal: seal(2) },
    { type: 'reasoning', text: 'c' },
    { type: 'text', text: 'd' },
    { type: 'text', text: 'e' },
    { type: 'tool-call', call: 'x', tool: 't', args: '{}', seal: seal(3) },
  );
  expect(parts).toEqual([
    { type: 'reasoning', text: 'ab', seal: seal(1) },
    { type: 'reasoning', text: '', seal: seal(2) },
    { type: 'reasoning', text: 'c' },
    { type: 'text', text: 'de' },
    { type: 'tool-call', call: 'x', tool: 't', args: '{}', seal: seal(3) },
  ]);
  expect(deltas.map((delta) => ('text' in delta ? delta.text : ''))).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('what it used is what the provider said of it, and why it ended otherwise than by its own will', async () => {
  const usage = { input: 9, output: 1, cached: 4, cacheWritten: 2, costUsd: 0.1 };
  const reply = await replyOf({ type: 'usage', ...usage }, { type: 'end', reason: 'filtered', why: 'No.' });
  expect(reply).toMatchObject({ usage, end: 'filtered', why: 'No.' });
  expect((await replyOf({ type: 'end', reason: 'stop' })).usage).toMatchObject({ estimated: true });
});
