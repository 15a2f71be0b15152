/**
 * Recorded streams of both wire formats (`test/fixtures/streams`), cut anywhere: the reply is whole in the end, or the failure is told.
 * `npm test` cuts at every thirteenth byte, `npm run test:streams` at each.
 */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readReply } from '../../../src/engine/agent/reply.js';
import { connect } from '../../../src/engine/providers/index.js';
import { withRetry } from '../../../src/engine/providers/wrap.js';
import type { Part } from '../../../src/protocol/content.js';
import { FailureError } from '../../../src/protocol/failure.js';
import { backendAt, requestOf } from './requests.js';

afterEach(() => void vi.unstubAllGlobals());

const step = process.env.npm_lifecycle_event === 'test:streams' ? 1 : 13;
const BY = 'claude:test-model';
const call = (call: string, tool: string, args: string): Part => ({ type: 'tool-call', call, tool, args });

interface Stream {
  name: string;
  parts: Part[];
  usage: object;
  end: string;
  /** The model has said that it is done. */
  done: string;
}

const greeting: Part[] = [{ type: 'text', text: 'Grüße – 日本 🚀!' }];
const streams: readonly Stream[] = [
  {
    name: 'anthropic-text',
    parts: greeting,
    usage: { input: 25, output: 15, cached: 0, cacheWritten: 0 },
    end: 'stop',
    done: '"stop_reason":"end_turn"',
  },
  {
    name: 'anthropic-thinking',
    parts: [
      { type: 'reasoning', text: 'The sum… starts at 1.', seal: { by: BY, data: { signature: 'EqQBCgIYAhIM+/==' } } },
      { type: 'reasoning', text: '', seal: { by: BY, data: { redacted: 'EmwKAhgBEgy3va==' } } },
      { type: 'text', text: 'Found it.' },
    ],
    usage: { input: 25, output: 40, cached: 0, cacheWritten: 0 },
    end: 'stop',
    done: '"stop_reason":"end_turn"',
  },
  {
    name: 'anthropic-tools',
    parts: [{ type: 'text', text: 'Both.' }, call('toolu_01', 'read_file', '{"path": "a/ä.js"}'), call('toolu_02', 'list_files', '{}')],
    usage: { input: 1312, output: 89, cached: 1000, cacheWritten: 300 },
    end: 'tool-calls',
    done: '"stop_reason":"tool_use"',
  },
  {
    name: 'anthropic-cut-call',
    parts: [],
    usage: { input: 25, output: 4096, cached: 0, cacheWritten: 0 },
    end: 'length',
    done: '"stop_reason":"max_tokens"',
  },
  { name: 'openai-text', parts: greeting, usage: { input: 25, output: 15, cached: 0 }, end: 'stop', done: '"finish_reason":"stop"' },
  {
    name: 'openai-reasoning',
    parts: [
      { type: 'reasoning', text: 'The sum… starts at 1.' },
      { type: 'text', text: 'Found it.' },
    ],
    usage: { input: 25, output: 40, cached: 20 },
    end: 'stop',
    done: '"finish_reason":"stop"',
  },
  {
    name: 'openai-tools',
    parts: [{ type: 'text', text: 'Both.' }, call('call_1', 'read_file', '{"path": "a/ä.js"}'), call('call_2', 'list_files', '{}')],
    usage: { input: 1312, output: 89, cached: 1000 },
    end: 'tool-calls',
    done: '"finish_reason":"tool_calls"',
  },
  { name: 'openai-cut-call', parts: [], usage: { input: 25, output: 4096, cached: 0 }, end: 'length', done: '"finish_reason":"length"' },
];

const bytesOf = (name: string): Buffer => readFileSync(new URL(`../../fixtures/streams/${name}.sse`, import.meta.url));

/** Pieces of these sizes over and over; then a proper end or a broken connection. */
function bodyOf(bytes: Buffer, how: 'ends' | 'breaks', size: () => number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.length) {
        const to = at + size();
        controller.enqueue(bytes.subarray(at, to));
        at = to;
      } else if (how === 'ends') controller.close();
      else controller.error(new TypeError('terminated'));
    },
  });
}

/** What a run takes for its model's reply where the server answers with these bodies, one for each try. */
async function replyOf(name: string, ...bodies: ReadableStream<Uint8Array>[]) {
  let tries = 0;
  vi.stubGlobal('fetch', async () => new Response(bodies[tries++] ?? null, { headers: { 'content-type': 'text/event-stream' } }));
  const backend = backendAt('http://localhost:1/v1', {}, { type: name.startsWith('anthropic') ? 'claude' : 'chatcompletion' });
  const provider = withRetry(await connect(backend, undefined), { attempts: bodies.length, sleep: async () => undefined });
  let shown = '';
  const reply = await readReply(
    provider,
    requestOf(),
    'r1',
    (delta) => {
      if (delta.type === 'reply.restarted') shown = '';
      else if (delta.type === 'text.delta') shown += delta.text;
    },
    new AbortController().signal,
  );
  return { ...reply, shown, tries };
}

const whole = 1 << 20;

describe.each(streams)('$name', ({ name, parts, usage, end, done }) => {
  const bytes = bytesOf(name);
  const said = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
  const isWhole = (reply: Awaited<ReturnType<typeof replyOf>>, after: string, counted = true): void => {
    expect(reply.parts, after).toEqual(parts);
    expect(reply.shown, after).toBe(said);
    expect(reply.end, after).toBe(end);
    if (counted) expect(reply.usage, after).toEqual(usage);
  };

  it.each(['ends', 'breaks'] as const)('that %s anywhere is whole, by another try where it has to be', async (how) => {
    const complete = bytes.indexOf(done) + done.length;
    for (let n = 0; n <= bytes.length; n += step) {
      const reply = await replyOf(
        name,
        bodyOf(bytes.subarray(0, n), how, () => whole),
        bodyOf(bytes, 'ends', () => whole),
      );
      // What comes after the end of the words is only what they cost.
      isWhole(reply, `${how} after ${n} bytes`, reply.tries === 2 || n === bytes.length);
      if (n < complete) expect(reply.tries, `${how} after ${n} bytes`).toBe(2);
    }
    expect(
      (
        await replyOf(
          name,
          bodyOf(bytes, how, () => whole),
        )
      ).tries,
    ).toBe(1);
  });

  it('is the same in pieces of any size, through the middle of letters and lines', async () => {
    let seed = 7;
    const random = (most: number) => () => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return 1 + ((seed >>> 8) % most);
    };
    for (const size of [() => 1, () => 2, () => 3, random(5), random(40), random(300), random(2)])
      isWhole(await replyOf(name, bodyOf(bytes, 'ends', size)), size.toString());
    const crlf = Buffer.from(bytes.toString().replaceAll('\n', '\r\n'));
    isWhole(await replyOf(name, bodyOf(crlf, 'ends', random(7))), 'CRLF');
  });

  it('that comes twice is itself; of which each event comes twice is tried again', async () => {
    isWhole(
      await replyOf(
        name,
        bodyOf(Buffer.concat([bytes, bytes]), 'ends', () => whole),
      ),
      'twice',
    );
    const doubled = Buffer.from(
      bytes
        .toString()
        .split('\n\n')
        .flatMap((event) => [event, event])
        .join('\n\n'),
    );
    const reply = await replyOf(
      name,
      bodyOf(doubled, 'ends', () => whole),
      bodyOf(bytes, 'ends', () => whole),
    );
    isWhole(reply, 'doubled');
    expect(reply.tries).toBe(2);
  });
});

describe.each(['anthropic-overloaded', 'openai-overloaded'])('%s', (name) => {
  it('cut anywhere is a failure that is tried again, and nothing of it stays', async () => {
    const bytes = bytesOf(name);
    const next = bytesOf(name.replace('overloaded', 'text'));
    for (let n = 0; n <= bytes.length; n += step) {
      const reply = await replyOf(
        name,
        bodyOf(bytes.subarray(0, n), 'ends', () => whole),
        bodyOf(next, 'ends', () => whole),
      );
      expect({ parts: reply.parts, shown: reply.shown }, `after ${n} bytes`).toEqual({ parts: greeting, shown: 'Grüße – 日本 🚀!' });
    }
    const error = await replyOf(
      name,
      bodyOf(bytes, 'ends', () => whole),
    ).catch((thrown: unknown) => thrown);
    expect(error instanceof FailureError ? error.failure : error).toMatchObject({ code: 'server', retryable: true });
  });
});
