/** Does what an applied answer had planned as the person: in the open folder, with their own programs, keys and network, by their word, once. */
import type { ActState } from '../protocol/acts.js';
import { actsOf } from '../protocol/acts.js';
import type { CandidateId } from '../protocol/events.js';
import { isPlain } from '../protocol/exactly.js';
import { fail } from '../protocol/failure.js';
import { type CandidateState, chosenIn, type SessionState, type TurnState } from '../protocol/state.js';
import { candidateIn } from './applying.js';
import type { Recorder } from './recorder.js';
import { judgeCommand, policyFrom } from './tools/policy.js';

/** Runs a command line before the person's eyes, and gives its exit code; null where it was ended or is not known. */
export type Perform = (line: string) => Promise<number | null>;

export interface Actable {
  what: string;
  why: string;
  status: ActState['status'] | 'planned';
  /** Why it cannot be done this way; absent where it can. */
  not?: string;
}

/** What an answer planned, and whether the person may do it as it is. */
export function actables(state: SessionState, id: CandidateId): Actable[] {
  const { turn, candidate } = candidateIn(state, id);
  return actsOf(turn.acts, candidate).map(({ what, why, act }, place) => {
    const not = obstacle(state, turn, candidate, place, act?.status);
    return { what, why, status: act?.status ?? 'planned', ...(not !== undefined && { not }) };
  });
}

/**
 * The person's keys come only after the person's own yes to the change: what runs (hooks, package scripts) is then what they applied.
 * Invariant: what is run is the line that was shown, and what is not known to have failed is never done again.
 */
function obstacle(
  state: SessionState,
  turn: TurnState,
  candidate: CandidateState,
  place: number,
  status: Actable['status'] | undefined,
): string | undefined {
  const { tool, what } = candidate.plan?.[place] ?? {};
  if (turn.decision === undefined) return 'the turn is under way';
  if (status === 'done') return 'it is done already';
  if (status === 'under-way' || status === 'unknown') return 'it was begun, and whether it was done is not known';
  if (tool !== 'run_command' || what === undefined) return 'it is no command line';
  if (!isPlain(what)) return 'there is more in it than can be seen on one line';
  if (judgeCommand(policyFrom(turn.settings.policy), what, { sandboxed: true }).decision === 'deny') return 'the policy denies it';
  if (candidate.size.files > 0 && !isApplied(state, candidate)) return 'the answer is not applied';
  return undefined;
}

/** Of this very version: another one of the same agent has other files. */
const isApplied = (state: SessionState, { id }: CandidateState): boolean =>
  state.applies.some((apply) => apply.status === 'applied' && chosenIn(apply).some(({ candidate }) => candidate === id));

/** Throws `not-found`, or `usage` where it may not be done. Gives whether it was done. */
export async function act(recorder: Recorder, id: CandidateId, place: number, perform: Perform): Promise<boolean> {
  const { turn } = candidateIn(recorder.state, id);
  const planned = actables(recorder.state, id)[place];
  if (planned === undefined) throw fail('not-found', 'This answer planned nothing of that number.');
  if (planned.not !== undefined) throw fail('usage', `It is not done: ${planned.not}.`);
  const of = { turn: turn.turn, candidate: id, what: planned.what };
  recorder.record({ type: 'action.started', ...of });
  const exitCode = await perform(planned.what);
  recorder.record({ type: 'action.ended', ...of, exitCode });
  return exitCode === 0;
}
