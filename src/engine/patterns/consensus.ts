/** Consensus: everybody answers in its own workspace, sees what the others answered, improves on it or votes, until all have voted. */
import type { AgentId, Decision } from '../../protocol/events.js';
import { liveBallots, standing } from '../../protocol/standing.js';
import type { RunState, TurnState } from '../../protocol/state.js';
import { label } from './labels.js';
import type { Pattern, Step } from './pattern.js';
import { tally } from './tally.js';
import { active, isReady, nextSteps, openRuns, type Policy, withoutAnswer } from './turn.js';

const ready = (turn: TurnState) => standing(turn).filter((candidate) => isReady(turn, candidate));

const policy: Policy = { isDecided, work: (turn) => active(turn).flatMap((agent) => forAgent(turn, agent)), beside: ready, decide };

export const consensus: Pattern = { id: 'consensus', label: 'Consensus', next: (state) => nextSteps(state, policy), decide };

function isDecided(turn: TurnState): boolean {
  const voted = agentsVoted(turn);
  if (voted.length === 0) return false;
  if (turn.pattern.quorum !== undefined && voted.length >= turn.pattern.quorum) return true;
  // With a quorum that can no longer be reached, all that are left having voted ends the turn too: undecided.
  return openRuns(turn).length === 0 && active(turn).every((agent) => voted.includes(agent));
}

const agentsVoted = (turn: TurnState) => liveBallots(turn).flatMap((ballot) => (ballot.voter === 'you' ? [] : [ballot.voter]));

function forAgent(turn: TurnState, agent: AgentId): Step[] {
  const run = openRuns(turn).find((one) => one.agent === agent);
  if (run !== undefined) return news(turn, run);
  if (agentsVoted(turn).includes(agent)) return [];
  const shown = label(turn, agent, ready(turn));
  const hasSpoken = [...standing(turn).map((candidate) => candidate.agent), ...turn.ballots.map(({ voter }) => voter)].includes(agent);
  if (!hasSpoken) return [{ do: 'run', agent, shown, purpose: 'work' }];
  // It has answered, or voted before there was another answer: nothing is to be decided before all that stand can be shown to it.
  const pending = standing(turn).filter((candidate) => !isReady(turn, candidate));
  if (pending.length > 0) return [];
  if (openRuns(turn).length === 0 && othersAreDone(turn, agent)) return [{ do: 'run', agent, shown, purpose: 'work' }];
  const last = lastAnswer(turn);
  const what = `grace:${agent}:${last?.id}`;
  if (turn.passed.includes(what) && shown.length > 0 && hasNews(turn, agent)) return [{ do: 'run', agent, shown, purpose: 'work' }];
  if (turn.passed.includes(what)) return [];
  const since = (last?.at ?? turn.startedAt) + turn.pausedMs - (last?.pausedBefore ?? 0);
  return [{ do: 'wait', until: since + turn.pattern.graceSeconds * 1000, what }];
}

/** Every other agent has answered, voted or been set aside: nothing more is to be waited for. */
function othersAreDone(turn: TurnState, agent: AgentId): boolean {
  const done = new Set([...standing(turn).map((candidate) => candidate.agent), ...agentsVoted(turn)]);
  return active(turn).every((other) => other === agent || done.has(other));
}

const lastAnswer = (turn: TurnState) => {
  const answers = standing(turn);
  return answers.sort((a, b) => b.seq - a.seq)[0];
};

/** There is something to vote on that is not the agent's own, or that it has not seen. */
function hasNews(turn: TurnState, agent: AgentId): boolean {
  const seen = new Set(turn.shown.filter((shown) => shown.voter === agent).map((shown) => shown.candidate));
  return ready(turn).some((candidate) => candidate.agent !== agent || !seen.has(candidate.id));
}

/** Invariant: news never kills work. It comes with the run's next model call. */
function news(turn: TurnState, run: RunState): Step[] {
  const seen = new Set(turn.shown.filter((shown) => shown.voter === run.agent).map((shown) => shown.candidate));
  const unseen = ready(turn).filter((candidate) => candidate.agent !== run.agent && !seen.has(candidate.id));
  return unseen.length === 0 ? [] : [{ do: 'show', run: run.id, shown: label(turn, run.agent, unseen) }];
}

function decide(turn: TurnState): Decision {
  const ballots = liveBallots(turn);
  const { standings, tie } = tally(turn, ballots);
  const live = agentsVoted(turn).length;
  const needed = turn.pattern.quorum ?? active(turn).length;
  const common = { standings, ballots: { live, needed } };
  const [best] = standings;
  if (best === undefined) return { ...withoutAnswer(turn), ...common };
  const enough = ballots.length > 0 && (turn.pattern.quorum === undefined || live >= turn.pattern.quorum);
  if (!enough) return { outcome: 'undecided', ...common };
  return { outcome: 'decided', winner: best.candidate, ...common, ...(tie && { tie }) };
}
