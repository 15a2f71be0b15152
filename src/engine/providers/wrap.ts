/** Functions from provider to provider: one retry policy, and what a call cost. */
import type { Backend, Usage } from '../../protocol/events.js';
import { type Failure, FailureError } from '../../protocol/failure.js';
import { isRecord, ProviderError } from './errors.js';
import type { Provider, StreamPart } from './provider.js';
import { type Vendor, vendorAt, vendorOf } from './vendors.js';

export interface RetryOptions {
  /** Tries of one call, the first included. */
  attempts?: number;
  /** A longer wait than this that the other side asks for is not waited for. */
  longestWaitMs?: number;
  /** Waits; throws the signal's reason where that comes first. */
  sleep?(ms: number, signal: AbortSignal): Promise<void>;
  /** 0 ≤ n < 1 */
  random?(): number;
}

const FIRST_DELAY_MS = 500;

/**
 * The one place where model calls are retried. Own code and not a library's: the calls are streams, of which some parts may have been
 * shown already (`restart` takes them back), and the waits follow Retry-After and end at once on an abort.
 * Invariant: without a Retry-After the waits of one call are 0.5 s and 1 s, ±25 %: below 2 s together, so that an agent whose
 * every call fails at once is out after seconds.
 */
export function withRetry(provider: Provider, options: RetryOptions = {}): Provider {
  const { attempts = 3, longestWaitMs = 60_000, sleep = delay, random = Math.random } = options;

  async function* stream(...[request, signal]: Parameters<Provider['stream']>): AsyncGenerator<StreamPart> {
    for (let attempt = 1; ; attempt++) {
      let shown = false;
      try {
        for await (const part of provider.stream(request, signal)) {
          shown = true;
          yield part;
          if (part.type === 'end') return;
        }
        return;
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (!(error instanceof FailureError) || !error.failure.retryable || attempt >= attempts) throw error;
        const asked = error instanceof ProviderError ? error.retryAfterMs : undefined;
        if (asked !== undefined && asked > longestWaitMs) throw tooLong(error.failure, asked, error);
        if (shown) yield { type: 'restart' };
        await sleep(Math.max(asked ?? 0, backoff(attempt, random())), signal);
      }
    }
  }

  return { ...provider, stream };
}

const backoff = (attempt: number, random: number): number => Math.round(FIRST_DELAY_MS * 2 ** (attempt - 1) * (0.75 + random / 2));

function tooLong(failure: Failure, askedMs: number, cause: unknown): ProviderError {
  const message = `${failure.message} It asks to be left alone for ${Math.ceil(askedMs / 1000)} s, which is too long to wait.`;
  return new ProviderError({ ...failure, message, retryable: false }, askedMs, { cause });
}

/** Waits, or throws the signal's reason the moment it is aborted. */
export function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Adds the cost to what a call used, where it is known. */
export function withPrices(provider: Provider, backend: Backend): Provider {
  async function* stream(...[request, signal]: Parameters<Provider['stream']>): AsyncGenerator<StreamPart> {
    for await (const part of provider.stream(request, signal)) {
      if (part.type !== 'usage' || part.costUsd !== undefined) {
        yield part;
        continue;
      }
      const costUsd = await costOf(backend, part);
      yield costUsd === undefined ? part : { ...part, costUsd };
    }
  }
  return { ...provider, stream };
}

/**
 * US dollars of one call. The configuration's own `price` ({input, output, cached?, cache_write?} in dollars per million tokens) comes first, then the
 * price list, by the vendor whose API really is at the address.
 * Invariant: what is not known is undefined, never 0: a server of one's own, a gateway, a model that the list does not have.
 */
export async function costOf(backend: Backend, usage: Tokens): Promise<number | undefined> {
  const own = ownPrice(backend.params.price);
  if (own !== undefined) return priced(own, usage);
  if (backend.type === 'scripted') return 0;
  const vendor = billedBy(backend);
  if (vendor?.prices === undefined) return undefined;
  const { calcPrice } = await import('@pydantic/genai-prices');
  const { cached, written } = cacheOf(usage);
  const tokens = { input_tokens: usage.input, output_tokens: usage.output, cache_read_tokens: cached, cache_write_tokens: written };
  try {
    const total = calcPrice(tokens, backend.model, { providerId: vendor.prices })?.total_price;
    return total !== undefined && Number.isFinite(total) ? total : undefined;
  } catch {
    // The list has the model but no price for this kind of token: not known.
    return undefined;
  }
}

function billedBy(backend: Backend): Vendor | undefined {
  const address = backend.baseUrl ?? (typeof backend.params.azure_endpoint === 'string' ? backend.params.azure_endpoint : undefined);
  return address === undefined ? vendorOf(backend.type) : vendorAt(address);
}

type Tokens = Pick<Usage, 'input' | 'output' | 'cached' | 'cacheWritten'>;

/** Invariant: the two are parts of the input, whatever a server says. */
function cacheOf({ input, cached = 0, cacheWritten = 0 }: Tokens): { cached: number; written: number } {
  const read = Math.min(cached, input);
  return { cached: read, written: Math.min(cacheWritten, input - read) };
}

interface Price {
  input: number;
  output: number;
  cached: number;
  written: number;
}

function ownPrice(value: unknown): Price | undefined {
  if (!isRecord(value)) return undefined;
  const { input, output, cached = input, cache_write: written = input } = value;
  const numbers = [input, output, cached, written].every((one) => typeof one === 'number');
  return numbers ? ({ input, output, cached, written } as Price) : undefined;
}

function priced(price: Price, usage: Tokens): number {
  const { cached, written } = cacheOf(usage);
  const plain = usage.input - cached - written;
  return (plain * price.input + cached * price.cached + written * price.written + usage.output * price.output) / 1e6;
}
