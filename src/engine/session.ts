/** A session: one conversation about one folder. Intents come in, facts go out; the rest is a function of the facts. */
import type { Part } from '../protocol/content.js';
import type { ApplyId, CandidateId, Decision, Event, FactEvent, Selection, SessionId, Team } from '../protocol/events.js';
import { fail } from '../protocol/failure.js';
import type { SessionState } from '../protocol/state.js';
import type { Host } from './host.js';
import type { ApplyPlan } from './workspace/apply.js';
import type { Store } from './workspace/store.js';

export interface ApplyRequest {
  candidate: CandidateId;
  selection: Selection;
  /** Writes conflicts with markers instead of refusing. */
  markers?: boolean;
  /** Only plans. */
  dryRun?: boolean;
}

/** What an apply or an undo did, or would do. With conflicts that are not marked nothing was changed. */
export interface ApplyOutcome {
  plan: ApplyPlan;
  /** Absent where nothing was written: a dry run, conflicts, nothing to do. */
  apply?: ApplyId;
}

/** One writer: it holds the session's lock until it is disposed. */
export interface Session extends AsyncDisposable {
  readonly id: SessionId;
  readonly folder: string;
  readonly store: Store;
  /** As it is now; replaced, never changed. */
  readonly state: SessionState;
  /** All facts so far. */
  readonly events: readonly FactEvent[];
  /** Calls back for every event from now on, facts and deltas; gives back what ends that. */
  subscribe(listener: (event: Event) => void): () => void;
  /**
   * Works one turn to its outcome. Throws a Failure where nothing could be started (nothing is recorded then), and
   * `interrupted` where the session was disposed meanwhile: everything up to then is kept for `resume`.
   */
  turn(request: readonly Part[], team: Team): Promise<Decision>;
  /** Goes on with a turn that was cut off; gives the decision of the last turn again where that had ended. */
  resume(): Promise<Decision>;
  /** Ends the turn that is under way, as `cancelled`. */
  stop(): void;
  /** The person's ballot. After the turn's end it decides again, by another `turn.ended`. */
  vote(candidate: CandidateId, reason: string): Decision | undefined;
  /** The person's choice over the agents' heads. */
  choose(candidate: CandidateId, reason?: string): void;
  apply(request: ApplyRequest): Promise<ApplyOutcome>;
  /** Takes back the last apply that stands. */
  undo(options?: { dryRun?: boolean }): Promise<ApplyOutcome>;
  /** Keeps the bytes of an attachment, for a request's part. */
  attach(file: string): Promise<Part>;
}

export interface SessionOptions {
  folder: string;
  host: Host;
}

export function createSession(_options: SessionOptions): Promise<Session> {
  return Promise.reject(fail('internal', 'Sessions cannot be started yet.'));
}

/** Opens a session to go on with it. Throws `locked` where another process writes it. */
export function openSession(_options: SessionOptions & { id: SessionId }): Promise<Session> {
  return Promise.reject(fail('internal', 'Sessions cannot be opened yet.'));
}
