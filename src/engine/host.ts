/** The ports that the leaves (CLI, extension, tests) fill in: everything the engine may not reach for by itself. */
import type { AgentId, Effect, RunId } from '../protocol/events.js';
import type { Sending } from './config/sendings.js';
import type { Course, EditorModels } from './providers/provider.js';

export interface Host {
  /** Milliseconds since 1970. */
  now(): number;
  /** The environment: the process's own with the folder's `.env` under it. Read for keys, never handed to agents. */
  env: Readonly<Record<string, string | undefined>>;
  /** Answers what the policy says to ask. Headless hosts deny, and say why. */
  approve(request: ApprovalRequest, signal: AbortSignal): Promise<Approval>;
  /**
   * Whether the person agrees that these go where they go, now and from now on. Asked before a team is started whose configuration they have not
   * chosen; absent where nobody can be asked, which is a no.
   */
  consent?(sendings: readonly Sending[], signal: AbortSignal): Promise<boolean>;
  /** A number in 0…2³²−1, new for every turn: the seed that shuffles what voters are shown. */
  seed(): number;
  /** Models that the editor offers to its extensions; absent where there is no editor. */
  models?: EditorModels;
  /**
   * These files (absolute) are about to be written or removed. Whoever holds unsaved edits of one saves it or throws; gives whether
   * something was saved. Absent where nobody does.
   */
  settle?(files: readonly string[]): Promise<boolean>;
  /**
   * There only where a recording is played: resolves with true when all that stood then before the milestone of this name stands now,
   * and with false where it never came, or nobody waits for it any more.
   */
  inOrder?(milestone: string, course: Course, signal: AbortSignal): Promise<boolean>;
  /** Progress and warnings for people; never on stdout. */
  log(level: 'info' | 'warn', message: string): void;
}

export interface ApprovalRequest {
  run: RunId;
  /** The tool call that waits. */
  call: string;
  agent: AgentId;
  effect: Effect;
  /** What would be done, in one line: the command, the path. */
  what: string;
  /** Which rule of the policy asks. */
  why: string;
  /** It acts beyond the folder and cannot be taken back: a yes is for this once. */
  once?: true;
}

export interface Approval {
  answer: 'allowed' | 'denied';
  by: 'you' | 'policy';
  why?: string;
  /** How far a person's yes reaches, where that is further than this once. */
  for?: 'session' | 'always';
}
