/** What may be done without asking, what is asked, and what never happens: data, by effect and by parsed command. */
import type { Effect } from '../../protocol/events.js';

export type Decision = 'allow' | 'ask' | 'deny';

export interface Rule {
  decision: Decision;
  effect?: Effect;
  /** For effect `run`: a program with leading arguments (`git push`, `npm publish`, `rm`), matched on every parsed simple command. */
  command?: string;
  why: string;
}

export interface Policy {
  readonly rules: readonly Rule[];
}

export interface Verdict {
  decision: Decision;
  why: string;
}
