/** What all wire formats have in common: a watched stream of chunks, a reader that makes parts of them, failures made of what breaks. */
import type { Backend } from '../../protocol/events.js';
import { FailureError, fail } from '../../protocol/failure.js';
import type { Endpoint } from './endpoint.js';
import { type Asked, causes, httpFailure, isRecord, malformedFailure, networkFailure, redact, timeoutFailure } from './errors.js';
import { type Watchdog, watchdog } from './http.js';
import type { ModelRequest, Provider, StreamPart } from './provider.js';

/** Reads the chunks of one reply. */
export interface ReplyReader {
  /** The parts that a chunk brings; throws a failure where it cannot be a chunk. */
  take(chunk: unknown): StreamPart[];
  /** Whether the model has said that it is done: what may still come is only usage. */
  finished(): boolean;
  /** The parts that close the reply. Invariant: throws where the model never said that it is done. */
  finish(): StreamPart[];
}

/** A wire format at an endpoint. */
export interface Wire<Reader extends ReplyReader> {
  /** Opens the stream of a request; where the server refuses a field that can be had otherwise, asks again in that way. */
  open(request: ModelRequest, dog: Watchdog, reader: Reader): Promise<AsyncIterable<unknown>>;
  /** `taken`: the ids of tool calls that the conversation already has. */
  reader(taken: ReadonlySet<string>): Reader;
  models(dog: Watchdog): AsyncIterable<{ id: string }>;
}

const IDLE_SECONDS = 120;
/** The longest delay that a timer takes: a client's own time limit is switched off with it, the watchdog holds instead. */
export const NEVER = 2 ** 31 - 1;

export const providerId = ({ type, model }: Backend): string => `${type}:${model}`;

export function overWire<Reader extends ReplyReader>(backend: Backend, { asked }: Endpoint, wire: Wire<Reader>): Provider {
  const idleMs = idleOf(backend);

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<StreamPart> {
    signal.throwIfAborted();
    const dog = watchdog(signal, idleMs);
    const reply = wire.reader(callsIn(request));
    try {
      for await (const chunk of await wire.open(request, dog, reply)) {
        dog.pause();
        yield* reply.take(chunk);
        dog.touch();
      }
      // The clients end an aborted stream as if it were complete.
      if (signal.aborted) throw signal.reason;
      if (dog.timedOut && !reply.finished()) throw idleFailure(asked, idleMs);
      yield* reply.finish();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      // What breaks after the model said that it is done takes nothing from its reply.
      if (!reply.finished() || error instanceof FailureError) throw asFailure(error, dog, asked, idleMs);
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
      for await (const model of wire.models(dog)) ids.push(model.id);
      return ids;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw asFailure(error, dog, asked, idleMs);
    } finally {
      dog[Symbol.dispose]();
    }
  }

  return { id: providerId(backend), label: `${asked.label} ${backend.model}`, models, stream };
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

/** Anthropic's names of errors, with the status that each has outside of a stream. */
const STATUS_OF: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/** An error object in a stream may carry the status that the request would have had, or its name; 0 where it says neither. */
function statusIn(remote: unknown): number {
  if (!isRecord(remote)) return 0;
  if (isRecord(remote.error)) return statusIn(remote.error);
  const code = Number(remote.code ?? remote.status);
  if (Number.isInteger(code) && code >= 400 && code < 600) return code;
  return STATUS_OF[String(remote.type)] ?? 0;
}

/** The words of a refusal that another request might not meet; '' where the failure is none. */
export function refusalOf(error: unknown): string {
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
 * Both clients add headers from a variable (`OPENAI_CUSTOM_HEADERS`, `ANTHROPIC_CUSTOM_HEADERS`) to every request: the names in it,
 * to be taken out again where a request goes elsewhere than to their vendor.
 */
export function headersIn(variable: string): string[] {
  const lines = (process.env[variable] ?? '').split('\n').filter((line) => line.includes(':'));
  return lines.map((line) => line.slice(0, line.indexOf(':')).trim());
}
