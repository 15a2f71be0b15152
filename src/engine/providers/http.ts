/** fetch as a model's wire needs it: refusals become failures with what the other side said, and every byte is a sign of life. */
import { type Asked, httpFailure, malformedFailure, ProviderError, retryAfter } from './errors.js';

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * The official client keeps of an error body only `{error: …}`; several vendors send other shapes, so the body is read here.
 * A server that answers a streaming request with one whole JSON reply is let through as a stream of one event.
 */
export function wireFetch(asked: Asked, expects: 'stream' | 'json', onBytes: () => void): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    onBytes();
    if (!response.ok) throw httpFailure(response.status, await response.text(), retryAfter(response.headers, Date.now()), asked);
    const type = (response.headers.get('content-type') ?? '').toLowerCase();
    if (type.includes('html')) {
      await response.body?.cancel();
      throw pageFailure(asked);
    }
    if (response.body === null || expects === 'json') return response;
    if (type.startsWith('application/json')) return wholeReply(await response.text(), asked);
    const body = response.body.pipeThrough(watched(asked, onBytes));
    return new Response(body, { status: response.status, headers: response.headers });
  };
}

/** Several times what the longest replies of today's models take, each token in an event of its own. */
const LONGEST_BYTES = 64 * 1024 * 1024;

/** Invariant: a stream that never ends, though something always comes, is given up. */
function watched(asked: Asked, onBytes: () => void): TransformStream<Uint8Array, Uint8Array> {
  let left = LONGEST_BYTES;
  return new TransformStream({
    transform(chunk, controller) {
      onBytes();
      left -= chunk.length;
      if (left < 0) throw malformedFailure(asked.label, 'it does not end.');
      controller.enqueue(chunk);
    },
  });
}

function wholeReply(text: string, asked: Asked): Response {
  let reply: unknown;
  try {
    reply = JSON.parse(text);
  } catch (error) {
    throw malformedFailure(asked.label, 'it is not JSON.', error);
  }
  // One client reads events without a name, the other only those with one; to both this name says nothing.
  return new Response(`event: message\ndata: ${JSON.stringify(reply)}\n\ndata: [DONE]\n\n`, {
    headers: { 'content-type': 'text/event-stream' },
  });
}

const pageFailure = (asked: Asked): ProviderError =>
  new ProviderError({
    code: 'malformed',
    message: `${asked.label} answered with a web page instead of a model's reply.`,
    retryable: false,
    hint: `Check that ${asked.baseUrl} is the address of the API (often ending in /v1), not of a web site.`,
  });

/** An abort signal that also fires when nothing has come for too long. */
export interface Watchdog extends Disposable {
  signal: AbortSignal;
  /** Something came. */
  touch(): void;
  /** Nothing is expected while whoever reads is busy. */
  pause(): void;
  readonly timedOut: boolean;
}

export function watchdog(parent: AbortSignal, idleMs: number): Watchdog {
  const controller = new AbortController();
  let paused = false;
  let timedOut = false;
  const onIdle = (): void => {
    if (paused) return;
    timedOut = true;
    controller.abort(new DOMException('No data for too long', 'TimeoutError'));
  };
  let timer = setTimeout(onIdle, idleMs);
  const onAbort = (): void => controller.abort(parent.reason);
  if (parent.aborted) onAbort();
  else parent.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    touch() {
      paused = false;
      timer = timer.refresh();
    },
    pause() {
      paused = true;
    },
    get timedOut() {
      return timedOut;
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      parent.removeEventListener('abort', onAbort);
    },
  };
}
