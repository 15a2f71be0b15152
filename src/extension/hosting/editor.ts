/** What hosting asks of the editor: the window fills it in, tests have one of their own. */
import type { Mention } from '../../protocol/wire.js';

export type ViewName = 'sidebar' | 'review';

export interface Editor {
  /** The display language: `en`, `de` … */
  readonly locale: string;
  /** Whether the window is trusted to run things. */
  trusted(): boolean;
  /** What an `@` with this text behind it may name, the best first. */
  mentions(text: string): Promise<Mention[]>;
  /** Runs one of the extension's commands. */
  run(command: string, args: readonly unknown[]): Promise<unknown>;
  /** What was typed or chosen in a view, kept over a reload. */
  draft(view: ViewName): unknown;
  keepDraft(view: ViewName, draft: unknown): void;
}

/** Time, so that tests can hold it. */
export interface Clock {
  /** Calls back once, after so many milliseconds; what it gives ends that. */
  after(ms: number, call: () => void): () => void;
}
