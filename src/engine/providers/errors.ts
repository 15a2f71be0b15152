/** What goes wrong on the way to a model, as failures: HTTP statuses, error bodies, broken connections. */
import { type Failure, type FailureCode, FailureError } from '../../protocol/failure.js';

/** A failure of a model call; says when the other side wants to be asked again, where it said so. */
export class ProviderError extends FailureError {
  constructor(
    failure: Failure,
    readonly retryAfterMs?: number,
    options?: ErrorOptions,
  ) {
    super(failure, options);
    this.name = 'ProviderError';
  }
}

/** Who was asked, for the words of a failure. */
export interface Asked {
  label: string;
  baseUrl: string;
  model: string;
  /** Where the key was looked for, as the rest of a sentence: `the environment variable GROQ_API_KEY`. */
  keyPlace: string;
  /** The key itself: never in a message, whatever the other side echoes. */
  secret: string | undefined;
}

/** The error object that the other side sent, in whatever shape. */
export interface RemoteError {
  message: string;
  code: string;
}

const OVERFLOW =
  /context_length_exceeded|(maximum|max) context length|context (window|length|size)|prompt is too long|input is too long|too many (input )?tokens|input token count|reduce the length/i;
const BAD_KEY = /api[_ ]key (is )?(not valid|invalid|missing|not found)|(invalid|incorrect|missing) (x-)?api[_ -]?key|API_KEY_INVALID/i;
const NO_CREDIT =
  /insufficient_quota|insufficient (balance|credit|funds)|exceeded your current quota|billing|credit balance|payment required/i;
const RATE = /rate.?limit|too many requests|tokens per minute|resource_exhausted/i;
const OVERLOADED = /overloaded|server_error|internal.?(server.?)?error|unavailable|bad gateway|try again/i;

/** The failure that an HTTP status with its body means. Status 0: an error object inside a stream that had begun well. */
export function httpFailure(status: number, body: string, retryAfterMs: number | undefined, asked: Asked): ProviderError {
  const remote = remoteError(body);
  const kind = classify(status, `${remote.code} ${remote.message}`);
  return failureOfKind(kind, status, quote(redact(remote.message, asked.secret)), retryAfterMs, asked);
}

/** The reply broke off because the conversation and the reply together fill the model's window. */
export const overflowFailure = (asked: Asked): ProviderError => failureOfKind(kinds.overflow, 0, '', undefined, asked);

function failureOfKind(kind: Kind, status: number, said: string, retryAfterMs: number | undefined, asked: Asked): ProviderError {
  const failure: Failure = {
    code: kind.code,
    message: `${asked.label} ${kind.what}${status === 0 ? '' : ` (HTTP ${status})`}${said === '' ? '.' : `: ${said}`}`,
    retryable: kind.retryable,
  };
  const hint = kind.hint?.(asked);
  if (hint !== undefined) failure.hint = hint;
  return new ProviderError(failure, kind.retryable ? retryAfterMs : undefined);
}

interface Kind {
  code: FailureCode;
  what: string;
  retryable: boolean;
  hint?: (asked: Asked) => string;
}

const kinds = {
  auth: {
    code: 'auth',
    what: 'did not accept the key',
    retryable: false,
    hint: (asked) => `The key is expected in ${asked.keyPlace}.`,
  },
  credit: {
    code: 'rate-limit',
    what: 'says the account is out of credit',
    retryable: false,
    hint: () => 'Check the plan and billing of that account.',
  },
  rate: { code: 'rate-limit', what: 'is limiting the rate of requests', retryable: true },
  overflow: {
    code: 'context-overflow',
    what: 'says the conversation is too long for the model',
    retryable: false,
    hint: (asked) => `Shorten the request, or choose a model with a larger context than ${asked.model}.`,
  },
  missing: {
    code: 'bad-request',
    what: 'does not know the model or the address',
    retryable: false,
    hint: (asked) =>
      `Check that "${asked.model}" is a model that ${asked.baseUrl} serves, and that the address has its full path (often ending in /v1).`,
  },
  circle: {
    code: 'bad-request',
    what: 'sends requests round in circles',
    retryable: false,
    hint: (asked) => `Check the address ${asked.baseUrl}, or the proxy before it.`,
  },
  timeout: { code: 'timeout', what: 'timed out', retryable: true },
  server: { code: 'server', what: 'failed', retryable: true },
  refused: { code: 'bad-request', what: 'refused the request', retryable: false },
} satisfies Record<string, Kind>;

function classify(status: number, text: string): Kind {
  if (status === 401 || (status === 400 && BAD_KEY.test(text))) return kinds.auth;
  // Anthropic says so with a plain 400.
  if (status === 402 || (status === 400 && /credit balance/i.test(text)) || ((status === 429 || status === 403) && NO_CREDIT.test(text)))
    return kinds.credit;
  if (status === 403) return kinds.auth;
  if (status === 404 || status === 405) return kinds.missing;
  if (status === 429) return kinds.rate;
  if (status === 408) return kinds.timeout;
  if (status === 409 || status === 425 || status >= 500) return kinds.server;
  if (OVERFLOW.test(text) || status === 413) return kinds.overflow;
  // Inside a stream there is no status: the words decide, and what they leave open may pass if tried again.
  if (status === 0) return NO_CREDIT.test(text) ? kinds.credit : RATE.test(text) ? kinds.rate : kinds.server;
  if (OVERLOADED.test(text) && status < 400) return kinds.server;
  return kinds.refused;
}

/** Reads `{error: {message}}`, `[{error: …}]`, `{message}`, `{detail}`, plain text; an HTML page says nothing worth repeating. */
function remoteError(body: string): RemoteError {
  const text = body.trim();
  if (text === '' || /^<(!doctype|html|head|body|\?xml)/i.test(text)) return { message: '', code: '' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON: proxies and gateways answer in plain text.
    return { message: text, code: '' };
  }
  return errorIn(value);
}

function errorIn(value: unknown): RemoteError {
  if (Array.isArray(value)) return errorIn(value[0]);
  if (typeof value === 'string') return { message: value, code: '' };
  if (!isRecord(value)) return { message: '', code: '' };
  if ('error' in value && value.error !== null) return errorIn(value.error);
  const message = [value.message, value.detail, value.msg].find((one) => one !== undefined);
  const code = [value.code, value.type, value.status].filter((one) => typeof one === 'string' || typeof one === 'number').join(' ');
  return { message: typeof message === 'string' ? message : message === undefined ? '' : JSON.stringify(message), code };
}

/** Milliseconds of `retry-after-ms`, `retry-after` (seconds or a date); undefined where it says nothing usable. */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const ms = Number.parseFloat(headers.get('retry-after-ms') ?? '');
  if (Number.isFinite(ms) && ms >= 0) return ms;
  const header = headers.get('retry-after');
  if (header === null) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return Number.parseFloat(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The failure of a connection that did not come about or broke. */
export function networkFailure(error: unknown, asked: Asked): ProviderError {
  const codes = causes(error).map((one) => ('code' in one ? String(one.code) : ''));
  const has = (pattern: RegExp): boolean => codes.some((code) => pattern.test(code));
  if (has(/UND_ERR_(HEADERS|BODY)_TIMEOUT|UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT/))
    return timeoutFailure(`${asked.label} did not answer in time.`, error);
  const at = asked.baseUrl;
  const make = (message: string, retryable: boolean, hint?: string): ProviderError =>
    new ProviderError({ code: 'network', message, retryable, ...(hint === undefined ? {} : { hint }) }, undefined, { cause: error });
  if (has(/ECONNREFUSED/)) return make(`Nothing answers at ${at}.`, true, `Is the server at ${at} running?`);
  if (has(/ENOTFOUND|EAI_AGAIN/)) return make(`The host of ${at} was not found.`, true, 'Check the address and the network connection.');
  if (/redirect count exceeded/i.test(rootMessage(error))) return failureOfKind(kinds.circle, 0, '', undefined, asked);
  if (has(/CERT|TLS|SSL|SELF_SIGNED/))
    return make(
      `The certificate of ${at} was not accepted.`,
      false,
      'Behind a company proxy, NODE_EXTRA_CA_CERTS may have to name its certificate.',
    );
  if (/terminated|closed|reset|socket/i.test(causes(error).map(String).join(' '))) return cutFailure(asked.label, error);
  return make(`The connection to ${at} failed: ${redact(rootMessage(error), asked.secret)}`, true);
}

export function cutFailure(label: string, cause?: unknown): ProviderError {
  const failure: Failure = { code: 'network', message: `The reply of ${label} was cut off.`, retryable: true };
  return new ProviderError(failure, undefined, cause === undefined ? undefined : { cause });
}

export function malformedFailure(label: string, what: string, cause?: unknown): ProviderError {
  const failure: Failure = { code: 'malformed', message: `The reply of ${label} could not be read: ${what}`, retryable: true };
  return new ProviderError(failure, undefined, cause === undefined ? undefined : { cause });
}

export function timeoutFailure(message: string, cause?: unknown): ProviderError {
  const failure: Failure = {
    code: 'timeout',
    message,
    retryable: true,
    hint: 'A slow model may need a larger request_timeout_seconds in its backend.',
  };
  return new ProviderError(failure, undefined, cause === undefined ? undefined : { cause });
}

/** An error and what caused it, outermost first. */
export function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let one = error; one instanceof Error && chain.length < 8; one = one.cause) chain.push(one);
  const inner = chain.at(-1);
  // Node joins the attempts at several addresses of one host.
  if (inner instanceof AggregateError) chain.push(...inner.errors.filter((one): one is Error => one instanceof Error));
  return chain;
}

export const redact = (text: string, secret: string | undefined): string =>
  secret === undefined || secret.length < 6 ? text : text.replaceAll(secret, '[key]');

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const rootMessage = (error: unknown): string => causes(error).at(-1)?.message ?? String(error);

/** One line, not longer than a person reads. */
function quote(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim();
  return line.length > 400 ? `${line.slice(0, 400)}…` : line;
}
