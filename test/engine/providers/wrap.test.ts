/** The one retry policy, and what calls cost. */
import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../../src/engine/providers/errors.js';
import { connect } from '../../../src/engine/providers/index.js';
import type { Provider, StreamPart } from '../../../src/engine/providers/provider.js';
import { costOf, delay, withPrices, withRetry } from '../../../src/engine/providers/wrap.js';
import type { Backend } from '../../../src/protocol/events.js';
import type { FailureCode } from '../../../src/protocol/failure.js';
import { startModelServer } from '../../fixtures/model-server.js';
import { backendAt, failureIn, requestOf, run, textIn } from './requests.js';

const failure = (code: FailureCode, retryable: boolean, retryAfterMs?: number) =>
  new ProviderError({ code, message: `It is ${code}.`, retryable }, retryAfterMs);
const end: StreamPart = { type: 'end', reason: 'stop' };
const text = (words: string): StreamPart => ({ type: 'text', text: words });

/** A provider whose n-th call does the n-th of these: parts to yield, errors to throw. */
function playing(...calls: (StreamPart | Error)[][]): Provider & { made(): number } {
  let made = 0;
  return {
    id: 'p',
    label: 'P',
    models: async () => [],
    made: () => made,
    async *stream() {
      for (const step of calls[Math.min(made++, calls.length - 1)] ?? []) {
        if (step instanceof Error) throw step;
        yield step;
      }
    },
  };
}

/** Retries with a clock that only counts. */
async function retried(provider: Provider, random = 0.5) {
  const waits: number[] = [];
  const sleep = async (ms: number): Promise<void> => void waits.push(ms);
  const outcome = await run(withRetry(provider, { sleep, random: () => random }));
  return { ...outcome, waits };
}

describe('withRetry', () => {
  it('tries a retryable failure again, after half a second and a second', async () => {
    const provider = playing([failure('server', true)], [failure('network', true)], [text('ok'), end]);
    const { parts, waits } = await retried(provider);
    expect(parts).toEqual([text('ok'), end]);
    expect(waits).toEqual([500, 1000]);
  });

  it.each([0, 0.5, 0.999])('gives up after three tries and less than two seconds of waiting (chance %d)', async (random) => {
    const provider = playing([failure('server', true)]);
    const { error, waits } = await retried(provider, random);
    expect(failureIn({ parts: [], error })).toMatchObject({ code: 'server' });
    expect(provider.made()).toBe(3);
    expect(waits).toHaveLength(2);
    expect(waits.reduce((a, b) => a + b)).toBeLessThan(2000);
  });

  it('does not try again what cannot succeed', async () => {
    const provider = playing([failure('auth', false)]);
    expect((await retried(provider)).waits).toEqual([]);
    expect(provider.made()).toBe(1);
  });

  it('does not try again what is a bug', async () => {
    const bug = new TypeError('x is not a function');
    const provider = playing([bug]);
    expect((await retried(provider)).error).toBe(bug);
    expect(provider.made()).toBe(1);
  });

  it('takes back what was shown of a reply that broke off', async () => {
    const { parts } = await retried(playing([text('Hel'), failure('network', true)], [failure('network', true)], [text('Hello'), end]));
    expect(parts).toEqual([text('Hel'), { type: 'restart' }, text('Hello'), end]);
  });

  it('waits as long as it is asked to', async () => {
    const { waits } = await retried(playing([failure('rate-limit', true, 7000)], [failure('rate-limit', true, 10)], [end]));
    expect(waits).toEqual([7000, 1000]);
  });

  it('gives up at once where it would have to wait too long, and says so', async () => {
    const provider = playing([failure('rate-limit', true, 60_001)]);
    const { error, waits } = await retried(provider);
    expect(failureIn({ parts: [], error })).toEqual({
      code: 'rate-limit',
      retryable: false,
      message: 'It is rate-limit. It asks to be left alone for 61 s, which is too long to wait.',
    });
    expect(waits).toEqual([]);
    expect(provider.made()).toBe(1);
  });

  it('is over with the end of the reply, whatever comes after', async () => {
    const { parts, error } = await retried(playing([end, failure('network', true)]));
    expect(parts).toEqual([end]);
    expect(error).toBeUndefined();
  });

  it('ends at once when it is aborted while it waits', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped by you');
    const provider = playing([failure('rate-limit', true, 50_000)]);
    const outcome = run(withRetry(provider), requestOf(), controller.signal);
    while (provider.made() === 0) await delay(1, controller.signal);
    controller.abort(reason);
    expect((await outcome).error).toBe(reason);
  });

  it('works over the wire: cut, limited, then whole', async () => {
    const server = await startModelServer(({ n }) =>
      n === 0
        ? { text: 'some words that are cut', cutAfterBytes: 520 }
        : n === 1
          ? { status: 429, headers: { 'retry-after': '3' } }
          : { text: 'whole' },
    );
    try {
      const { parts, waits } = await retried(await connect(backendAt(server.baseUrl), undefined));
      const restart = parts.findIndex(({ type }) => type === 'restart');
      expect(textIn(parts.slice(0, restart))).toBe('some words that ');
      expect(textIn(parts.slice(restart))).toBe('whole');
      expect(waits).toEqual([500, 3000]);
    } finally {
      await server.stop();
    }
  });
});

describe('costOf', () => {
  const usage = { input: 1_000_000, output: 100_000 };
  const of = (type: string, model: string, more: Partial<Backend> = {}): Backend => ({
    type,
    model,
    key: { from: 'none' },
    params: {},
    ...more,
  });

  it.each<[string, Backend]>([
    ['a local server', of('lmstudio', 'gpt-5.2')],
    ['a server at an address of its own', of('chatcompletion', 'gpt-5.2', { baseUrl: 'http://localhost:9000/v1' })],
    ['a gateway', of('openai', 'gpt-5.2', { baseUrl: 'https://gateway.example.com/v1' })],
    ['a model that no list has', of('openai', 'model-of-tomorrow-77')],
    ['a vendor that no list has', of('poe', 'gpt-5.2')],
    ['a price that is none', of('chatcompletion', 'x', { params: { price: { input: 'cheap' } } })],
  ])('%s: not known', async (_name, backend) => {
    expect(await costOf(backend, usage)).toBeUndefined();
  });

  it('is known for a vendor’s model, and less with cached input', async () => {
    const openai = of('openai', 'gpt-4o');
    expect(await costOf(openai, usage)).toBeCloseTo(2.5 + 1);
    expect(await costOf(openai, { ...usage, cached: 1_000_000 })).toBeCloseTo(1.25 + 1);
  });

  it('goes by the address and not by the type', async () => {
    const there = of('chatcompletion', 'gpt-oss-120b', { baseUrl: 'https://api.cerebras.ai/v1' });
    expect(await costOf(there, usage)).toBe(await costOf(of('cerebras', 'gpt-oss-120b'), usage));
    expect(await costOf(there, usage)).toBeGreaterThan(0);
  });

  it('is what the configuration says, where it says something', async () => {
    const price = { input: 2, output: 10, cached: 0.5 };
    expect(await costOf(of('lmstudio', 'x', { params: { price } }), { ...usage, cached: 400_000 })).toBeCloseTo(1.2 + 0.2 + 1);
    expect(await costOf(of('lmstudio', 'x', { params: { price: { input: 0, output: 0 } } }), usage)).toBe(0);
  });

  it('is nothing for scripted models', async () => {
    expect(await costOf(of('scripted', 'x'), usage)).toBe(0);
  });

  it('comes with the usage by withPrices, unless the vendor said it', async () => {
    const provider = playing([{ type: 'usage', ...usage }, { type: 'usage', ...usage, costUsd: 9 }, end]);
    const { parts } = await run(withPrices(provider, of('x', 'y', { params: { price: { input: 1, output: 1 } } })));
    expect(parts).toEqual([{ type: 'usage', ...usage, costUsd: 1.1 }, { type: 'usage', ...usage, costUsd: 9 }, end]);
    expect((await run(withPrices(playing([{ type: 'usage', ...usage }]), of('poe', 'y')))).parts).toEqual([{ type: 'usage', ...usage }]);
  });
});
