/** The policy that says who works next: a pure function of the state, idle on what is already under way. */
import type { AgentId, CandidateId, Decision, PatternSpec, RunEndReason, RunId, Shown } from '../../protocol/events.js';
import type { Failure } from '../../protocol/failure.js';
import type { SessionState, TurnState } from '../../protocol/state.js';

export type Step =
  | { do: 'run'; agent: AgentId; shown: Shown[]; purpose: 'work' | 'present'; presents?: CandidateId; from?: CandidateId }
  /** Told to a running agent with its next model call; the run records `candidates.shown` then. */
  | { do: 'show'; run: RunId; shown: Shown[] }
  | { do: 'stop'; run: RunId; reason: RunEndReason }
  | { do: 'check'; candidate: CandidateId }
  | { do: 'set-aside'; agent: AgentId; why: Failure }
  /** Wakes the pattern with `time.passed {what}` at `until` (milliseconds since 1970). */
  | { do: 'wait'; until: number; what: string }
  | { do: 'end'; decision: Decision };

export interface Pattern {
  id: PatternSpec['id'];
  label: string;
  next(state: SessionState): Step[];
  /** What the ballots and the evidence say by now; after a turn's end too, when the person has voted again. */
  decide(turn: TurnState): Decision;
}
