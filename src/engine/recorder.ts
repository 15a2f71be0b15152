/** Where facts come to be: redacted, appended, folded and published in one synchronous call. */
import { type Delta, type Event, type Fact, type FactEvent, type RunId, runIn } from '../protocol/events.js';
import { reduce } from '../protocol/reduce.js';
import { emptyState, runOf, type SessionState } from '../protocol/state.js';
import { type Facts, noFacts } from './facts.js';
import type { Log } from './log.js';
import { redactor } from './log.js';
import { redactStream, type StreamRedactor } from './redact-stream.js';

export interface Recorder {
  readonly state: SessionState;
  readonly facts: Facts;
  /** The facts of one run, in order. */
  ofRun(run: RunId): readonly FactEvent[];
  /** Invariant: when it returns, the fact is in the log, in the state, and told to everyone; nothing can come between. */
  record(fact: Fact): FactEvent;
  /** Why a fact of the turn could not be written: whoever had to record it has stopped. Forgotten when a turn begins or goes on. */
  readonly failed: Error | undefined;
  /** Shown and never written. */
  emit(delta: Delta): void;
  subscribe(listener: (event: Event) => void): () => void;
  /** Resolves with the next fact; at once where one has come since the last call. */
  changed(): Promise<void>;
  /** Wakes who waits in `changed` without a fact. */
  wake(): void;
  /** Values that are never recorded or shown, from now on. */
  hide(secrets: readonly string[]): void;
  /** The same without them, for what is written elsewhere; pieces of one text by turns. */
  clean<T>(value: T): T;
  cleanPieces(): StreamRedactor;
}

/** `begun`: what the log's facts come to already; there is no log before the first. `now` gives milliseconds since 1970. */
export function openRecorder(log: () => Pick<Log, 'append' | 'facts'>, now: () => number, begun: SessionState = emptyState): Recorder {
  const listeners = new Set<(event: Event) => void>();
  const waiting = new Set<() => void>();
  let state = begun;
  let deltas = 0;
  let dirty = false;
  let failed: Error | undefined;
  let secrets: readonly string[] = [];
  let redact = redactor([]);
  const streams = new Map<string, { redactor: StreamRedactor; last: Delta }>();

  const factsNow = (): Facts => (state.seq === 0 ? noFacts : log().facts);
  const take = (event: FactEvent): void => {
    state = reduce(state, event);
    deltas = 0;
  };
  const publish = (event: Event): void => {
    for (const listener of listeners) listener(event);
  };
  const emit = (delta: Delta): void => {
    deltas += 1;
    publish({ ...delta, after: state.seq, n: deltas, at: now() });
  };
  const wake = (): void => {
    dirty = true;
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  /** What was held back of a run's text is shown before the fact that completes it. */
  const settle = (run: RunId | undefined): void => {
    for (const [key, { redactor: stream, last }] of streams) {
      if (run === undefined || last.run !== run) continue;
      streams.delete(key);
      const text = stream.flush();
      if (text !== '' && 'text' in last) emit({ ...last, text });
    }
  };

  return {
    get state() {
      return state;
    },
    get failed() {
      return failed;
    },
    get facts() {
      return factsNow();
    },
    ofRun(run) {
      const started = runOf(state, run)?.startedSeq;
      // Who asks works in the last turn, whose facts are at hand.
      return started === undefined
        ? []
        : factsNow()
            .after(started - 1)
            .filter((event) => runIn(event) === run);
    },
    record(fact) {
      settle(runIn(fact));
      // A clock that goes backwards must not make later facts look earlier.
      const at = Math.max(now(), state.at);
      const event = { ...redact(fact), seq: state.seq + 1, at } as FactEvent;
      try {
        log().append(event);
        if (fact.type === 'turn.started' || fact.type === 'session.resumed') failed = undefined;
      } catch (error) {
        failed ??= error instanceof Error ? error : new Error(String(error));
        wake();
        throw error;
      }
      take(event);
      publish(event);
      wake();
      return event;
    },
    emit(delta) {
      if (!('text' in delta) || secrets.length === 0) return emit(delta);
      const key = `${delta.run}/${delta.type}/${'call' in delta ? delta.call : ''}`;
      const stream = streams.get(key) ?? { redactor: redactStream(secrets, redact), last: delta };
      streams.set(key, { ...stream, last: delta });
      const text = stream.redactor.push(delta.text);
      if (text !== '') emit({ ...delta, text });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async changed() {
      if (!dirty) await new Promise<void>((resolve) => waiting.add(resolve));
      dirty = false;
    },
    wake,
    clean: (value) => redact(value),
    cleanPieces: () => redactStream(secrets, redact),
    hide(values) {
      secrets = [...new Set([...secrets, ...values])];
      redact = redactor(secrets);
    },
  };
}
