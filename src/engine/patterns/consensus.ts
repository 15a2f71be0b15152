/** Consensus: everybody answers in its own workspace, sees what the others answered, improves on it or votes, until all have voted. */
import type { AgentId, CandidateId, Decision, Shown } from '../../protocol/events.js';
import type { Failure } from '../../protocol/failure.js';
import { type CandidateState, currentTurn, type RunState, type SessionState, type TurnState } from '../../protocol/state.js';
import { label } from './labels.js';
import type { Pattern, Step } from './pattern.js';
import { badness, liveBallots, rules, standing, type Tally } from './tally.js';

export const consensus: Pattern = { id: 'consensus', label: 'Consensus', next };

function next(state: SessionState): Step[] {
  const turn = currentTurn(state);
  if (turn === undefined || turn.decision !== undefined) return [];
  const cause = causeOf(state, turn);
  if (cause !== undefined) return finish(turn, cause);
  const limits: Step[] = [{ do: 'wait', until: turn.startedAt + turn.limits.seconds * 1000, what: 'turn' }, ...checks(turn)];
  const present = turn.runs.find((run) => run.purpose === 'present');
  if (present !== undefined) return [...limits, ...afterPresenting(turn, present)];
  if (isDecided(turn)) return [...limits, ...presentWinner(turn)];
  const aside = toSetAside(turn);
  if (aside.length > 0) return [...limits, ...aside];
  if (active(turn).length === 0) return finish(turn, undefined);
  return [...limits, ...active(turn).flatMap((agent) => forAgent(turn, agent))];
}

/** Agents that are not set aside. */
const active = (turn: TurnState): AgentId[] => turn.agents.map((agent) => agent.id).filter((id) => turn.setAside[id] === undefined);

const openRuns = (turn: TurnState): RunState[] => turn.runs.filter((run) => run.ended === undefined);

function causeOf(state: SessionState, turn: TurnState): 'time' | 'budget' | undefined {
  if (turn.passed.includes('turn')) return 'time';
  const { calls, costUsd } = turn.limits;
  const spent = Object.values(state.usage).reduce((sum, usage) => sum + usage.costUsd, 0);
  if ((calls !== undefined && turn.calls >= calls) || (costUsd !== undefined && spent >= costUsd)) return 'budget';
  return undefined;
}

/** Every answer's tree is checked; one that takes longer than its deadline is shown without waiting on. */
function checks(turn: TurnState): Step[] {
  return turn.candidates.flatMap((candidate): Step[] => {
    const check = turn.checks[candidate.tree];
    if (check === undefined) return [{ do: 'check', candidate: candidate.id }];
    if (check.endedAt !== undefined || turn.passed.includes(deadline(candidate.id))) return [];
    return [{ do: 'wait', until: candidate.at + turn.pattern.checkSeconds * 1000, what: deadline(candidate.id) }];
  });
}

const deadline = (candidate: CandidateId) => `checks:${candidate}`;

/** May be shown: its checks have ended or their deadline has passed. */
const isReady = (turn: TurnState, candidate: CandidateState) =>
  turn.checks[candidate.tree]?.endedAt !== undefined || turn.passed.includes(deadline(candidate.id));

const ready = (turn: TurnState) => standing(turn).filter((candidate) => isReady(turn, candidate));

function isDecided(turn: TurnState): boolean {
  const voted = agentsVoted(turn);
  if (voted.length === 0) return false;
  if (turn.pattern.quorum !== undefined && voted.length >= turn.pattern.quorum) return true;
  // With a quorum that can no longer be reached, all that are left having voted ends the turn too: undecided.
  return openRuns(turn).length === 0 && active(turn).every((agent) => voted.includes(agent));
}

const agentsVoted = (turn: TurnState) => liveBallots(turn).flatMap((ballot) => (ballot.voter === 'you' ? [] : [ballot.voter]));

/** Invariant: an agent that failed so many runs, or cannot succeed, is set aside, and by this every turn ends. */
function toSetAside(turn: TurnState): Step[] {
  return active(turn).flatMap((agent): Step[] => {
    const failed = turn.runs.filter((run) => run.agent === agent && run.ended?.reason === 'failed');
    const last = failed[failed.length - 1]?.ended?.failure;
    if (failed.length === 0 || openRuns(turn).some((run) => run.agent === agent)) return [];
    const hopeless =
      last !== undefined && !last.retryable && (last.code === 'auth' || last.code === 'bad-request' || last.code === 'config');
    if (!hopeless && failed.length < turn.pattern.failedRuns) return [];
    return [{ do: 'set-aside', agent, why: last ?? noAnswer }];
  });
}

const noAnswer: Failure = { code: 'no-answer', message: 'It ended without an answer or a ballot.', retryable: false };

function forAgent(turn: TurnState, agent: AgentId): Step[] {
  const run = openRuns(turn).find((one) => one.agent === agent);
  if (run !== undefined) return news(turn, run);
  if (agentsVoted(turn).includes(agent)) return [];
  const shown = label(turn, agent, ready(turn));
  if (!standing(turn).some((candidate) => candidate.agent === agent)) return [{ do: 'run', agent, shown, purpose: 'work' }];
  // It has answered. Nothing is to be decided before its own answer and the others' can be shown to it.
  const pending = standing(turn).filter((candidate) => !isReady(turn, candidate));
  if (pending.length > 0) return [];
  if (openRuns(turn).length === 0 && othersAnswered(turn, agent)) return [{ do: 'run', agent, shown, purpose: 'work' }];
  const what = `grace:${agent}:${lastAnswer(turn)?.id}`;
  if (turn.passed.includes(what) && shown.length > 0 && hasNews(turn, agent)) return [{ do: 'run', agent, shown, purpose: 'work' }];
  if (turn.passed.includes(what)) return [];
  return [{ do: 'wait', until: (lastAnswer(turn)?.at ?? turn.startedAt) + turn.pattern.graceSeconds * 1000, what }];
}

const othersAnswered = (turn: TurnState, agent: AgentId) =>
  active(turn).every((other) => other === agent || standing(turn).some((candidate) => candidate.agent === other));

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

function presentWinner(turn: TurnState): Step[] {
  const open = openRuns(turn);
  if (open.length > 0) return open.map((run): Step => ({ do: 'stop', run: run.id, reason: 'superseded' }));
  const decision = decide(turn);
  const winner = turn.candidates.find((candidate) => candidate.id === decision.winner);
  if (winner === undefined || turn.setAside[winner.agent] !== undefined) return [{ do: 'end', decision }];
  const shown: Shown[] = label(turn, winner.agent, ready(turn));
  return [{ do: 'run', agent: winner.agent, shown, purpose: 'present', presents: winner.id, from: winner.id }];
}

/** Invariant: presenting cannot leave the turn without an end; a version that checks worse is not presented. */
function afterPresenting(turn: TurnState, run: RunState): Step[] {
  if (run.ended === undefined) return [];
  const version = turn.candidates.filter((candidate) => candidate.run === run.id).at(-1);
  if (version !== undefined && !isReady(turn, version)) return [];
  return [{ do: 'end', decision: { ...decide(turn), ...presentedOf(turn, run, version) } }];
}

function presentedOf(turn: TurnState, run: RunState, version: CandidateState | undefined): Partial<Decision> {
  const winner = turn.candidates.find((candidate) => candidate.id === run.presents);
  const latched: Partial<Decision> = run.presents === undefined ? {} : { outcome: 'decided', winner: run.presents };
  if (version === undefined || winner === undefined) return latched;
  const checked = turn.checks[version.tree]?.endedAt !== undefined;
  return checked && badness(turn, version) <= badness(turn, winner) ? { ...latched, presented: version.id } : latched;
}

/** Ends the turn with what the live ballots say; running agents are stopped first. */
function finish(turn: TurnState, cause: 'time' | 'budget' | undefined): Step[] {
  const open = openRuns(turn);
  if (open.length > 0) return open.map((run): Step => ({ do: 'stop', run: run.id, reason: 'cancelled' }));
  const decision = decide(turn);
  const present = turn.runs.find((run) => run.purpose === 'present');
  const latched = present ? presentedOf(turn, present, undefined) : {};
  return [{ do: 'end', decision: { ...decision, ...latched, ...(cause && { cause }) } }];
}

function decide(turn: TurnState): Decision {
  const ballots = liveBallots(turn);
  const rule = rules[turn.pattern.rule];
  if (rule === undefined) throw new Error(`There is no voting rule ${turn.pattern.rule}`);
  const tally: Tally = rule(turn, ballots);
  const live = agentsVoted(turn).length;
  const needed = turn.pattern.quorum ?? active(turn).length;
  const common = { standings: tally.standings, ballots: { live, needed } };
  const [best] = tally.standings;
  if (best === undefined && active(turn).length === 0) {
    const failure = Object.values(turn.setAside)[0];
    return { outcome: 'failed', ...common, ...(failure && { failure }) };
  }
  const enough = ballots.length > 0 && (turn.pattern.quorum === undefined || live >= turn.pattern.quorum);
  if (best === undefined || !enough) return { outcome: 'undecided', ...common };
  return { outcome: 'decided', winner: best.candidate, ...common, ...(tally.tie && { tie: tally.tie }) };
}
