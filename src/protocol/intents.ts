/** What a person may ask, in whichever front: each is answered by facts, or by a failure that says why not. */
import type { Part } from './content.js';
import type { CandidateId, Chosen, RunId, SessionId } from './events.js';

/** How far an answer to what an agent asks reaches. */
export type Permission = 'once' | 'session' | 'always' | 'deny';

export type Intent =
  /** A new session's first turn. `team` is the id of one of the teams that were offered; absent: the first. */
  | { do: 'start'; request: Part[]; team?: string; pattern?: string }
  /** The next turn. */
  | { do: 'say'; session: SessionId; request: Part[]; team?: string; pattern?: string }
  | { do: 'stop' | 'resume'; session: SessionId }
  | { do: 'permit'; session: SessionId; run: RunId; call: string; permission: Permission }
  | { do: 'vote'; session: SessionId; candidate: CandidateId; reason: string }
  | { do: 'choose'; session: SessionId; candidate: CandidateId; reason?: string }
  /** Everything chosen is applied together, or nothing is. */
  | { do: 'apply'; session: SessionId; chosen: Chosen[]; markers?: boolean }
  | { do: 'undo'; session: SessionId }
  | { do: 'rename'; session: SessionId; title: string }
  | { do: 'remove'; session: SessionId };
