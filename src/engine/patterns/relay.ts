/**
 * Relay: the agents work one after another, in the order of the configuration, each from the files of the answer before it.
 *
 * There is one lap. An agent in its place is shown the latest answer alone; it improves on it (`new_answer`) or approves it
 * (`vote`), and its part is done. One that fails is given the place again until it is set aside. When every place is done the
 * last answer wins, and who approved it supports it. What nobody has to wait for is not waited for: no grace, no second lap,
 * so `answers`, `quorum` and `rule` have no use here.
 *
 * Each place has its share of the turn's time: what is left when it begins, divided by the places that are left, with a tenth of the
 * turn kept for presenting. Who has used it up is stopped and the next goes on, so one that hangs takes no more than its own.
 *
 * The last answer does not win where the evidence shows that it is worse than an earlier one: then the best by
 * evidence does, of equals the latest. Where the last one's checks have not ended nothing is shown, and it wins. The person's
 * ballot alone compares answers, so it decides before all of that.
 */
import type { AgentId, Decision, Standing } from '../../protocol/events.js';
import type { BallotState, CandidateState, RunState, TurnState } from '../../protocol/state.js';
import { label } from './labels.js';
import type { Pattern, Step } from './pattern.js';
import { badness } from './tally.js';
import { active, isChecked, isReady, nextSteps, openRuns, type Policy, withoutAnswer } from './turn.js';

const policy: Policy = { isDecided, work, beside: () => [], decide };

export const relay: Pattern = { id: 'relay', label: 'Relay', next: (state) => nextSteps(state, policy), decide };

const answers = (turn: TurnState): CandidateState[] => turn.candidates.filter((candidate) => candidate.purpose === 'work');

/** The answer that is handed on: the one that stands, or none yet. */
const latest = (turn: TurnState): CandidateState[] => answers(turn).slice(-1);

/** Who still has its part to do, in order. */
const ahead = (turn: TurnState): AgentId[] => active(turn).filter((agent) => !hasDoneItsPart(turn, agent));

const hasDoneItsPart = (turn: TurnState, agent: AgentId) =>
  turn.runs.some((run) => run.agent === agent && run.ended?.reason === 'done') ||
  turn.runs.some((run) => run.agent === agent && turn.passed.includes(place(run))) ||
  answers(turn).some((candidate) => candidate.agent === agent) ||
  turn.ballots.some((ballot) => ballot.voter === agent);

function isDecided(turn: TurnState): boolean {
  return openRuns(turn).length === 0 && ahead(turn).length === 0 && latest(turn).every((candidate) => isReady(turn, candidate));
}

/** Invariant: one works at a time, and on an answer whose evidence is known or was waited for long enough. */
function work(turn: TurnState): Step[] {
  const [open] = openRuns(turn);
  if (open !== undefined)
    return [turn.passed.includes(place(open)) ? { do: 'stop', run: open.id, reason: 'cancelled' } : share(turn, open)];
  const [agent] = ahead(turn);
  const before = latest(turn);
  if (agent === undefined || !before.every((candidate) => isReady(turn, candidate))) return [];
  const shown = label(turn, agent, before);
  return [{ do: 'run', agent, shown, purpose: 'work', ...(before[0] && { from: before[0].id }) }];
}

const place = (run: RunState) => `place:${run.id}`;

/** When a place's time is over. Time in which nobody worked does not count. */
function share(turn: TurnState, run: RunState): Step {
  const end = turn.startedAt + run.pausedBefore + turn.limits.seconds * 900;
  const places = Math.max(1, ahead(turn).length);
  const until = run.startedAt + (turn.pausedMs - run.pausedBefore) + Math.max(0, end - run.startedAt) / places;
  return { do: 'wait', until, what: place(run) };
}

/**
 * The ballots that count, one a voter. Invariant: an agent's is for the answer that stands, which it had been shown and
 * did not write; a new answer voids what was cast before it. The person's is never voided.
 */
function liveBallots(turn: TurnState): BallotState[] {
  const last = new Map(turn.ballots.map((ballot) => [ballot.voter, ballot]));
  return [...last.values()].filter((ballot) => ballot.voter === 'you' || latest(turn).some((stands) => approves(turn, ballot, stands)));
}

const approves = (turn: TurnState, ballot: BallotState, stands: CandidateState) =>
  ballot.choice === stands.id &&
  ballot.voter !== stands.agent &&
  turn.shown.some((shown) => shown.voter === ballot.voter && shown.candidate === stands.id && shown.seq < ballot.seq);

function decide(turn: TurnState): Decision {
  const ballots = liveBallots(turn);
  const chosen = turn.candidates.find((candidate) => ballots.some(({ voter, choice }) => voter === 'you' && choice === candidate.id));
  const winner = chosen ?? bestOf(turn);
  // An approval is asked of nobody.
  const live = { live: ballots.filter((ballot) => ballot.voter !== 'you').length, needed: 0 };
  if (winner === undefined) {
    const overTime = turn.runs.some((run) => turn.passed.includes(place(run)));
    return { ...withoutAnswer(turn), standings: [], ballots: live, ...(overTime && { cause: 'time' }) };
  }
  const others = answers(turn).filter((candidate) => candidate.id !== winner.id);
  const standings = [winner, ...others.reverse()].map((candidate) => standingOf(turn, candidate, ballots));
  const [first, second] = standings;
  const common = { standings, ballots: live };
  // A lap that was cut off decides nothing by itself; who has approved the answer, or chosen it, does.
  if (!isDecided(turn) && first?.voters.length === 0) return { outcome: 'undecided', ...common };
  const byEvidence = chosen === undefined && winner !== latest(turn)[0] && first?.weight === second?.weight;
  return { outcome: 'decided', winner: winner.id, ...common, ...(byEvidence && { tie: 'evidence' }) };
}

/** The last one, unless it is known to be worse than another. */
function bestOf(turn: TurnState): CandidateState | undefined {
  const [last] = latest(turn);
  if (last === undefined || !isChecked(turn, last)) return last;
  const known = answers(turn).filter((candidate) => isChecked(turn, candidate));
  const least = Math.min(...known.map((candidate) => badness(turn, candidate)));
  return known.findLast((candidate) => badness(turn, candidate) === least);
}

function standingOf(turn: TurnState, candidate: CandidateState, ballots: readonly BallotState[]): Standing {
  const voters = ballots.filter((ballot) => ballot.choice === candidate.id).map((ballot) => ballot.voter);
  const weight = voters.reduce((sum, voter) => sum + (turn.pattern.weights[voter] ?? 1), 0);
  return { candidate: candidate.id, agent: candidate.agent, weight, voters };
}
