/** The window's only way out: intents, questions with answers, commands and drafts, as wire.ts has them. */
import type { Failure } from '../protocol/failure.js';
import type { Intent } from '../protocol/intents.js';
import type { Answers, Query, ToHost, ToView } from '../protocol/wire.js';

interface VsCodeApi {
  postMessage(message: ToHost): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** What was asked was refused; the failure says why and what to do. */
class Refused extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
    this.name = 'Refused';
  }
}

export const failureFrom = (error: unknown): Failure =>
  error instanceof Refused
    ? error.failure
    : { code: 'internal', message: error instanceof Error ? error.message : String(error), retryable: false };

export interface Host {
  /** The view can take messages now: it is answered with `open`. */
  ready(): void;
  resync(seq: number): void;
  command(command: string, ...args: unknown[]): void;
  intend(intent: Intent): Promise<void>;
  ask<Q extends Query>(query: Q): Promise<Answers[Q['get']]>;
  /** What was kept before a reload. */
  kept(): unknown;
  /** Survives a reload of the view (its own state) and of the window (the host's). */
  keep(draft: unknown): void;
}

/** Drafts are kept when typing pauses. */
const KEEP_MS = 250;

/** `hear` is told of all that is no answer to a question. */
export function connect(hear: (message: Exclude<ToView, { send: 'answer' | 'refusal' }>) => void): Host {
  const api = acquireVsCodeApi();
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let asked = 0;
  let keeping: ReturnType<typeof setTimeout> | undefined;

  window.addEventListener('message', ({ data }: MessageEvent<ToView>) => {
    if (data.send !== 'answer' && data.send !== 'refusal') return hear(data);
    const one = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.send === 'answer') one?.resolve(data.value);
    else one?.reject(new Refused(data.failure));
  });

  const answered = (send: (id: number) => ToHost): Promise<unknown> =>
    new Promise((resolve, reject) => {
      asked += 1;
      waiting.set(asked, { resolve, reject });
      api.postMessage(send(asked));
    });

  return {
    ready: () => api.postMessage({ send: 'ready' }),
    resync: (seq) => api.postMessage({ send: 'resync', seq }),
    command: (command, ...args) => api.postMessage({ send: 'command', command, args }),
    async intend(intent) {
      await answered((id) => ({ send: 'intent', id, intent }));
    },
    async ask<Q extends Query>(query: Q) {
      return (await answered((id) => ({ send: 'query', id, query }))) as Answers[Q['get']];
    },
    kept: () => api.getState(),
    keep(draft) {
      api.setState(draft);
      clearTimeout(keeping);
      keeping = setTimeout(() => api.postMessage({ send: 'draft', draft }), KEEP_MS);
    },
  };
}
