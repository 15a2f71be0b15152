/** The sessions of a folder, as their logs tell: listing, finding and reading them takes no lock. */
import type { FactEvent, SessionId } from '../protocol/events.js';
import type { Failure } from '../protocol/failure.js';
import { fail } from '../protocol/failure.js';
import type { SessionState } from '../protocol/state.js';

export interface SessionRow {
  id: SessionId;
  /** First words of the first request. */
  title: string;
  startedAt: number;
  /** Time of the last fact. */
  lastAt: number;
  turns: number;
  /** How its last turn stands: its outcome; `running` where a living process writes it; `cut-off` where `resume` can go on. `unreadable` where the log is. */
  status: 'decided' | 'undecided' | 'cancelled' | 'failed' | 'running' | 'cut-off' | 'unreadable';
  /** Known cost in US dollars; `unknown` where it is a floor. */
  costUsd: number;
  unknown: boolean;
}

export interface SessionLog {
  id: SessionId;
  state: SessionState;
  events: FactEvent[];
  /** Why nothing can be added to it: a newer version's log, or a bad line. */
  readOnly?: Failure;
}

/** Newest first. */
export function listSessions(_folder: string): Promise<SessionRow[]> {
  return Promise.reject(fail('internal', 'Sessions cannot be listed yet.'));
}

/** The id that `which` means: an id, a unique prefix, or `latest`. Throws `not-found`, naming what there is, or `usage` for an ambiguous prefix. */
export function findSession(_folder: string, _which: string): Promise<SessionId> {
  return Promise.reject(fail('internal', 'Sessions cannot be found yet.'));
}

export function readSession(_folder: string, _id: SessionId): Promise<SessionLog> {
  return Promise.reject(fail('internal', 'Sessions cannot be read yet.'));
}
