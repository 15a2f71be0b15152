/** Answers of the host, asked once and kept while they hold. */
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Failure } from '../../protocol/failure.js';
import { failureFrom } from '../host.js';

export type Loaded<T> = { is: 'loading' } | { is: 'there'; value: T } | { is: 'failed'; failure: Failure };

export interface Resources<T> {
  /** Asks on first use. */
  get(key: string, ask: () => Promise<T>): ReadonlySignal<Loaded<T>>;
  /** What matches is asked anew when it is next used. */
  forget(matches?: (key: string) => boolean): void;
}

/** Invariant: at most so many answers are kept; the oldest go first. */
const KEPT = 400;

export function resources<T>(): Resources<T> {
  const known = new Map<string, Signal<Loaded<T>>>();
  return {
    get(key, ask) {
      const before = known.get(key);
      if (before !== undefined) return before;
      const made = signal<Loaded<T>>({ is: 'loading' });
      known.set(key, made);
      for (const oldest of known.keys()) {
        if (known.size <= KEPT) break;
        known.delete(oldest);
      }
      ask().then(
        (value) => {
          made.value = { is: 'there', value };
        },
        (error: unknown) => {
          made.value = { is: 'failed', failure: failureFrom(error) };
        },
      );
      return made;
    },
    forget(matches = () => true) {
      for (const key of [...known.keys()]) if (matches(key)) known.delete(key);
    },
  };
}
