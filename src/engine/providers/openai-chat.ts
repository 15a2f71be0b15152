/** Models behind OpenAI's Chat Completions API, at OpenAI and at everyone who speaks it, through the official client. */
import type OpenAI from 'openai';
import type { Backend } from '../../protocol/events.js';
import { FailureError, fail } from '../../protocol/failure.js';
import { readReply } from './chat-reply.js';
import { type Endpoint, endpointOf } from './endpoint.js';
import { type Asked, causes, httpFailure, isRecord, malformedFailure, networkFailure, redact, timeoutFailure } from './errors.js';
import { type Watchdog, watchdog, wireFetch } from './http.js';
import { wireMessages, wireTools } from './messages.js';
import { initialQuirks, quirkFor, wireHeaders, wireParams } from './params.js';
import type { ModelRequest, Provider, StreamPart } from './provider.js';

const IDLE_SECONDS = 120;
/** The longest delay that a timer takes: the client's own time limit is switched off with it, the watchdog holds instead. */
const NEVER = 2 ** 31 - 1;

export async function connectOpenAiChat(backend: Backend, key: string | undefined): Promise<Provider> {
  const endpoint = endpointOf(backend, key);
  const idleMs = idleOf(backend);
  const sdk = await import('openai');
  let quirks = initialQuirks(backend);
  /** What tool calls carried beside their arguments, by id. */
  const extras = new Map<string, unknown>();

  const client = (expects: 'stream' | 'json', dog: Watchdog): OpenAI => {
    const options = {
      apiKey: endpoint.key,
      baseURL: endpoint.baseUrl,
      maxRetries: 0,
      timeout: NEVER,
      logLevel: 'off' as const,
      fetch: wireFetch(endpoint.asked, expects, dog.touch),
      defaultHeaders: { ...inheritedHeaders(endpoint), ...wireHeaders(backend.params) },
      ...(endpoint.vendor?.type === 'openai' ? {} : { organization: null, project: null, adminAPIKey: null }),
    };
    return endpoint.azure === undefined
      ? new sdk.OpenAI(options)
      : new sdk.AzureOpenAI({ ...options, apiVersion: endpoint.azure.apiVersion });
  };

  /** Opens the stream; where the server refuses a field that can be had otherwise, asks again in that way. */
  async function open(request: ModelRequest, dog: Watchdog): Promise<AsyncIterable<unknown>> {
    for (let changes = 0; ; changes++) {
      const messages = await wireMessages(request, { reasoningBack: quirks.reasoningBack, extraOf });
      const body = { ...wireParams(backend, quirks), model: backend.model, messages, ...wireTools(request) };
      try {
        return await client('stream', dog).chat.completions.create(body as OpenAI.ChatCompletionCreateParamsStreaming, {
          signal: dog.signal,
        });
      } catch (error) {
        const other = changes < 3 ? quirkFor(refusalOf(error), quirks) : undefined;
        if (other === undefined) throw error;
        quirks = other;
      }
    }
  }

  // Gemini 3 refuses a call of its own that comes back without its signature; this value stands in where it is not known any more.
  const lostSignature =
    endpoint.vendor?.type === 'gemini' ? { google: { thought_signature: 'skip_thought_signature_validator' } } : undefined;
  const extraOf = (call: string): unknown => extras.get(call) ?? lostSignature;

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<StreamPart> {
    signal.throwIfAborted();
    const dog = watchdog(signal, idleMs);
    const reply = readReply(endpoint.asked.label, callsIn(request));
    try {
      for await (const chunk of await open(request, dog)) {
        dog.pause();
        yield* reply.take(chunk);
        dog.touch();
      }
      // The client ends an aborted stream as if it were complete.
      if (signal.aborted) throw signal.reason;
      if (dog.timedOut && !reply.finished()) throw idleFailure(endpoint.asked, idleMs);
      for (const { call, extra } of reply.calls()) if (extra !== undefined) extras.set(call, extra);
      yield* reply.finish();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      // What breaks after the model said that it is done takes nothing from its reply.
      if (!reply.finished() || error instanceof FailureError) throw asFailure(error, dog, endpoint.asked, idleMs);
      yield* reply.finish();
    } finally {
      dog[Symbol.dispose]();
    }
  }

  async function models(signal: AbortSignal): Promise<string[]> {
    signal.throwIfAborted();
    const dog = watchdog(signal, idleMs);
    try {
      const ids: string[] = [];
      for await (const model of client('json', dog).models.list({ signal: dog.signal })) ids.push(model.id);
      return ids;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw asFailure(error, dog, endpoint.asked, idleMs);
    } finally {
      dog[Symbol.dispose]();
    }
  }

  return { id: `${backend.type}:${backend.model}`, label: `${endpoint.asked.label} ${backend.model}`, models, stream };
}

function asFailure(error: unknown, dog: Watchdog, asked: Asked, idleMs: number): FailureError {
  const known = causes(error).find((one): one is FailureError => one instanceof FailureError);
  if (known !== undefined) return known;
  if (dog.timedOut) return idleFailure(asked, idleMs, error);
  if (error instanceof SyntaxError) return malformedFailure(asked.label, 'a part of it is not JSON.', error);
  const remote = isRecord(error) ? error.error : undefined;
  if (remote !== undefined) return httpFailure(statusIn(remote), JSON.stringify(remote), undefined, asked);
  if (causes(error).some((one) => one instanceof TypeError || 'code' in one)) return networkFailure(error, asked);
  return fail('internal', redact(error instanceof Error ? error.message : String(error), asked.secret), { cause: error });
}

const idleFailure = (asked: Asked, idleMs: number, cause?: unknown): FailureError =>
  timeoutFailure(`${asked.label} sent nothing for ${idleMs / 1000} s.`, cause);

/** An error object in a stream may carry the status that the request would have had. */
const statusIn = (remote: unknown): number => {
  const code = isRecord(remote) ? Number(remote.code ?? remote.status) : 0;
  return Number.isInteger(code) && code >= 400 && code < 600 ? code : 0;
};

function refusalOf(error: unknown): string {
  const known = causes(error).find((one): one is FailureError => one instanceof FailureError);
  return known?.failure.code === 'bad-request' ? known.failure.message : '';
}

const callsIn = (request: ModelRequest): Set<string> =>
  new Set(
    request.messages
      .flatMap((message) => (message.role === 'assistant' ? message.parts : []))
      .flatMap((part) => (part.type === 'tool-call' ? [part.call] : [])),
  );

function idleOf(backend: Backend): number {
  const seconds = backend.params.request_timeout_seconds;
  return 1000 * (typeof seconds === 'number' && seconds > 0 ? Math.min(seconds, NEVER / 1000) : IDLE_SECONDS);
}

/**
 * The client adds headers from OPENAI_CUSTOM_HEADERS to every request.
 * Invariant: what is meant for OpenAI (headers, organization, project) goes to OpenAI alone.
 */
function inheritedHeaders(endpoint: Endpoint): Record<string, string | null> {
  if (endpoint.vendor?.type === 'openai') return {};
  const lines = (process.env.OPENAI_CUSTOM_HEADERS ?? '').split('\n').filter((line) => line.includes(':'));
  const names = lines.map((line) => line.slice(0, line.indexOf(':')).trim());
  return Object.fromEntries(names.map((name) => [name, /^authorization$/i.test(name) ? `Bearer ${endpoint.key}` : null]));
}
