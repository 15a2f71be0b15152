/** What a person calls a candidate: its id, an agent, `agent.2`, or the winner. */
import type { CandidateId } from '../protocol/events.js';
import { fail } from '../protocol/failure.js';
import { chosenOf } from '../protocol/standing.js';
import type { CandidateState, SessionState, TurnState } from '../protocol/state.js';
import { currentTurn } from '../protocol/state.js';
import { nameOf } from './render/words.js';

export interface Found {
  turn: TurnState;
  candidate: CandidateState;
}

/** Absent or `winner`: what the person chose, else the winner as it was presented. Agents are those of the last turn. Throws `not-found`. */
export function candidateBy(state: SessionState, ref = 'winner'): Found {
  const turn = currentTurn(state);
  if (turn === undefined) throw fail('not-found', 'This session has no turn yet, so there is no candidate.');
  const byId = withId(state, ref);
  if (byId !== undefined) return byId;
  const candidate = ref === 'winner' ? undefined : ofAgent(turn, ref);
  if (candidate !== undefined) return { turn, candidate };
  const winner = ref === 'winner' ? chosenOf(turn) : undefined;
  const found = winner === undefined ? undefined : withId(state, winner);
  if (found !== undefined) return found;
  throw fail('not-found', ref === 'winner' ? 'The last turn has no winner.' : `There is no candidate "${ref}".`, { hint: choicesOf(turn) });
}

function withId(state: SessionState, id: CandidateId): Found | undefined {
  for (const turn of state.turns) {
    const candidate = turn.candidates.find((one) => one.id === id);
    if (candidate !== undefined) return { turn, candidate };
  }
  return undefined;
}

/** An agent alone means its latest. An agent may itself be called `gpt-5.2`, so the whole word is tried first. */
function ofAgent(turn: TurnState, ref: string): CandidateState | undefined {
  const latest = candidatesOf(turn, ref).at(-1);
  if (latest !== undefined) return latest;
  const [, agent = '', number = ''] = /^(.*)\.(\d+)$/s.exec(ref) ?? [];
  return candidatesOf(turn, agent)[Number(number) - 1];
}

function candidatesOf(turn: TurnState, name: string): CandidateState[] {
  const ids = turn.agents.filter((agent) => agent.id === name || agent.label === name).map((agent) => agent.id);
  return turn.candidates.filter((candidate) => ids.includes(candidate.agent));
}

function choicesOf(turn: TurnState): string {
  if (turn.candidates.length === 0) return 'No agent has answered in the last turn.';
  return `Name one of: ${turn.candidates.map((candidate) => `${nameOf(turn, candidate.id)} (${candidate.id})`).join(', ')}`;
}
