/** One row of the policy: what it is about, and what is decided. */
import type { Effect } from '../../protocol/events.js';

export type Decision = 'allow' | 'ask' | 'deny';

export interface Rule {
  decision: Decision;
  effect?: Effect;
  /**
   * For effect `run`: a program with leading arguments (`git push`, `npm publish`, `rm`), matched on every parsed simple command; `a|b` stands
   * for either word. With `re:` in front, a regular expression over the simple command's text.
   */
  command?: string;
  /** For effect `run`: a whole command line, allowed exactly as it is. */
  line?: string;
  /** A further condition that words alone do not tell. */
  when?: Condition;
  /** What it lacks as things are; an approval opens it for this one command. The rule is void where that is open anyway. */
  needs?: 'network';
  /** It acts beyond the workspace and cannot be taken back: described while agents deliberate, asked for each time it is really to be done. */
  beyond?: true;
  why: string;
}

export type Condition =
  | 'uploads'
  | 'leaves-the-machine'
  | 'names-a-host'
  | 'for-real'
  | 'to-a-remote'
  | 'to-a-registry'
  | 'to-a-cluster'
  | 'to-a-database'
  | 'to-a-mail-server'
  | 'changes-the-cloud'
  | 'writes-to-an-api'
  | 'talks-to-a-host';
