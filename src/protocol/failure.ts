/** A failure as the person reads it: what happened, whether trying again can help, and what to do. */
import { behind, systemError, unhidden } from './system-error.js';

export type FailureCode =
  | 'auth' // the key is missing, wrong or gone
  | 'rate-limit'
  | 'server' // the other side failed (5xx)
  | 'network' // no connection, or the stream was cut
  | 'timeout'
  | 'bad-request' // the provider refused the request as it stands
  | 'malformed' // the reply could not be read
  | 'context-overflow'
  | 'call-limit' // the run used up its model calls
  | 'no-answer' // the agent ended without an answer or a ballot
  | 'runaway' // the agent repeated itself without progress
  | 'workspace'
  | 'config'
  | 'locked'
  | 'interrupted' // stopped from outside; what is recorded is kept and can be gone on with
  | 'conflict'
  | 'not-found'
  | 'usage'
  | 'log'
  | 'internal';

export interface Failure {
  code: FailureCode;
  /** One or two plain sentences. Never holds a secret. */
  message: string;
  /** Whether the same thing may succeed if it is simply tried again. */
  retryable: boolean;
  /** What the person can do. */
  hint?: string;
}

/** Carries a Failure through code that throws; caught at the run boundary and at the command boundary. */
export class FailureError extends Error {
  constructor(
    readonly failure: Failure,
    options?: ErrorOptions,
  ) {
    super(failure.message, options);
    this.name = 'FailureError';
  }
}

/** Shorthand for `throw fail('config', …)`. Not retryable unless said. */
export function fail(code: FailureCode, message: string, more: { retryable?: boolean; hint?: string; cause?: unknown } = {}): FailureError {
  const failure: Failure = { code, message, retryable: more.retryable ?? false };
  if (more.hint !== undefined) failure.hint = more.hint;
  return new FailureError(failure, more.cause === undefined ? undefined : { cause: more.cause });
}

/** What the person should see of anything thrown: a FailureError's own failure, what the system refused, else an internal one. */
export function failureOf(error: unknown): Failure {
  for (const one of behind(error)) {
    if (one instanceof FailureError) return one.failure;
    const kind = systemError('code' in one ? one.code : undefined);
    if (kind !== undefined) return { code: 'workspace', message: `${kind.words} ${one.message}`, retryable: true, hint: kind.hint };
  }
  const first = unhidden(error);
  const message = first instanceof Error ? first.message : String(first);
  return { code: 'internal', message, retryable: false };
}
