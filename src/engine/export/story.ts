/** What an export tells of a session, in the order in which it is read: turns, candidates with evidence and ballots, what was applied. */

import { actsOf } from '../../protocol/acts.js';
import { textOf } from '../../protocol/content.js';
import type { CheckResult, FactEvent } from '../../protocol/events.js';
import { stateOf } from '../../protocol/reduce.js';
import type { CandidateState, SessionState, TurnState } from '../../protocol/state.js';
import { dissentLines, trendText, vetoLines } from './about.js';
import { fateText } from './names.js';

/** A unified diff from a turn's base to a candidate's tree. */
export type DiffOf = (base: string, tree: string) => Promise<string>;

export interface Story {
  state: SessionState;
  startedAt: number;
  turns: TurnStory[];
}

export interface TurnStory {
  turn: TurnState;
  request: string;
  outcome: string;
  /** The closing words of who presented. */
  closing: string;
  /** What stood against the winner, and how the answers came together. */
  notes: string[];
  candidates: CandidateStory[];
}

export interface CandidateStory {
  name: string;
  chosen: boolean;
  candidate: CandidateState;
  words: string;
  checks: string[];
  ballots: { voter: string; reason: string }[];
  /** What it would do beyond the folder, and what has become of that. */
  plan: { what: string; fate: string }[];
  diff: string;
}

export async function storyOf(events: readonly FactEvent[], diff: DiffOf): Promise<Story> {
  const state = stateOf(events);
  const turns = await Promise.all(state.turns.map((turn) => turnStory(turn, events, diff)));
  return { state, startedAt: events[0]?.at ?? 0, turns };
}

async function turnStory(turn: TurnState, events: readonly FactEvent[], diff: DiffOf): Promise<TurnStory> {
  const candidates = await Promise.all(turn.candidates.map((candidate) => candidateStory(turn, candidate, diff)));
  return {
    turn,
    request: textOf(turn.request),
    outcome: outcomeOf(turn, candidates),
    closing: closingOf(turn, events),
    notes: notesOf(turn),
    candidates,
  };
}

const notesOf = (turn: TurnState): string[] => [...vetoLines(turn), ...dissentLines(turn), trendText(turn)].filter((line) => line !== '');

function outcomeOf(turn: TurnState, candidates: readonly CandidateStory[]): string {
  const { decision } = turn;
  if (decision === undefined) return 'cut off';
  const winner = candidates.find((one) => one.chosen)?.name;
  const cause = decision.cause === undefined ? '' : `, ended by its ${decision.cause === 'time' ? 'time limit' : 'budget'}`;
  return `${decision.outcome}${winner === undefined ? '' : `: ${winner}`}, ${decision.ballots.live} of ${decision.ballots.needed} votes${cause}`;
}

function closingOf(turn: TurnState, events: readonly FactEvent[]): string {
  const run = turn.runs.find((one) => one.purpose === 'present')?.id;
  const last = events.findLast((event) => event.type === 'message.completed' && event.run === run);
  return last?.type === 'message.completed' ? textOf(last.parts) : '';
}

async function candidateStory(turn: TurnState, candidate: CandidateState, diff: DiffOf): Promise<CandidateStory> {
  const own = turn.candidates.filter((one) => one.agent === candidate.agent);
  const chosen = turn.chosen ?? turn.decision?.presented ?? turn.decision?.winner;
  return {
    name: `${candidate.agent}.${own.indexOf(candidate) + 1}`,
    chosen: candidate.id === chosen,
    candidate,
    words: textOf(candidate.words),
    checks: (turn.checks[candidate.tree]?.results ?? []).map(checkLine),
    ballots: turn.ballots.filter((ballot) => ballot.choice === candidate.id).map(({ voter, reason }) => ({ voter, reason })),
    plan: actsOf(turn.acts, candidate).map(({ what, act }) => ({ what, fate: fateText(act) })),
    diff: await diff(turn.base, candidate.tree),
  };
}

function checkLine(check: CheckResult): string {
  const counts = check.tests === undefined ? '' : ` (${check.tests.passed} passed, ${check.tests.failed} failed)`;
  const newly = (check.newlyFailing ?? []).length > 0 ? `; newly failing: ${check.newlyFailing?.join(', ')}` : '';
  const flaky = (check.flaky ?? []).length > 0 ? `; flaky: ${check.flaky?.join(', ')}` : '';
  return `${check.name}: ${check.status}${counts}${newly}${flaky}${check.why === undefined ? '' : `: ${check.why}`}`;
}
