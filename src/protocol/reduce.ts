/** What a fact changes of the state. Replaying the log gives the live state, after any prefix. */
import { answered, begun, byPerson, cutShort, returned } from './acts.js';
import { type Own, openBatch } from './draft.js';
import type { AgentId, ApplyId, Event, FactEvent, RunId, Shown, TurnId } from './events.js';
import { isFact } from './events.js';
import {
  type ApplyState,
  type ChecksState,
  currentTurn,
  emptyState,
  joined,
  lastWith,
  type RunState,
  runOf,
  type SessionState,
  type ShownState,
  type TurnState,
} from './state.js';

type EventOf<T extends FactEvent['type']> = Extract<FactEvent, { type: T }>;

/** The state after one more event; the state before it is left as it is. */
export const reduce = (state: SessionState, event: Event): SessionState => reduceAll(state, [event]);

/**
 * The state after all of these. Deltas change nothing that is kept.
 * Invariant: it is the same state however the events are cut into batches; live they come one by one, from a log all at once.
 */
export function reduceAll(state: SessionState, events: Iterable<Event>): SessionState {
  const own = openBatch();
  const held = { state };
  for (const event of events) {
    if (!isFact(event)) continue;
    const next = own(held, 'state');
    fold(next, event, own);
    next.seq = event.seq;
    next.at = event.at;
  }
  return held.state;
}

/** What a session is after these, from its beginning. */
export const stateOf = (events: Iterable<Event>): SessionState => reduceAll(emptyState, events);

/** Folds it into `state`, which is the batch's own. Small parts of it are made anew, and lists that grow with the session are not. */
function fold(state: SessionState, event: FactEvent, own: Own): void {
  const { seq, at } = event;
  switch (event.type) {
    case 'session.started':
      state.id = event.id;
      state.folder = event.folder;
      break;
    case 'session.resumed': {
      const open = currentTurn(state);
      if (open === undefined || open.decision !== undefined) return;
      inTurn(state, own, open.turn, (turn) => {
        turn.pausedMs += Math.max(0, at - state.at);
      });
      break;
    }
    case 'session.renamed':
      state.title = event.title;
      break;
    case 'turn.started':
      own(state, 'turns').push(turnStarted(event));
      break;
    case 'run.started':
      inTurn(state, own, event.turn, (turn) => {
        own(turn, 'runs').push(runStarted(event, turn.pausedMs));
        turn.shown = showTo(turn, event.agent, event.shown, seq);
      });
      break;
    case 'candidates.shown':
      inRun(state, own, event.run, (run, turn) => {
        turn.shown = showTo(turn, run.agent, event.shown, seq);
      });
      break;
    case 'message.completed':
      inRun(state, own, event.run, (run, turn) => {
        run.calls += 1;
        turn.calls += 1;
      });
      break;
    case 'tool.called':
      inRun(state, own, event.run, (run, turn) => {
        run.pending = { ...run.pending, [event.call]: event.tool };
        const { carriesOut } = event;
        if (carriesOut === undefined) return;
        const planned = turn.candidates.find((one) => one.id === carriesOut.candidate);
        turn.acts = begun(turn.acts, planned, event);
      });
      break;
    case 'tool.returned':
      inRun(state, own, event.run, (run, turn) => {
        run.pending = without(run.pending, event.call);
        turn.acts = returned(turn.acts, event);
      });
      break;
    case 'action.started':
    case 'action.ended':
      inTurn(state, own, event.turn, (turn) => {
        turn.acts = byPerson(turn.acts, event);
      });
      break;
    case 'usage.recorded':
      addUsage(state, own, event);
      break;
    case 'candidate.submitted':
      inRun(state, own, event.candidate.run, (run, turn) => {
        turn.candidates = [...turn.candidates, { ...event.candidate, seq, at, pausedBefore: turn.pausedMs, purpose: run.purpose }];
      });
      break;
    case 'check.started':
      inTurn(state, own, event.turn, (turn) => {
        turn.checks = { ...turn.checks, [event.tree]: { startedAt: at } };
      });
      break;
    case 'evidence.recorded':
      inTurn(state, own, event.turn, (turn) => {
        turn.checks = { ...turn.checks, [event.tree]: ended(turn.checks[event.tree], event) };
      });
      break;
    case 'ballot.cast':
      inTurn(state, own, event.turn, (turn) => {
        turn.ballots = [...turn.ballots, { ...event.ballot, seq, at }];
      });
      break;
    case 'run.ended':
      inRun(state, own, event.run, (run, turn) => {
        turn.acts = cutShort(turn.acts, event.run);
        run.pending = {};
        run.ended = { reason: event.reason, at, ...(event.failure && { failure: event.failure }) };
      });
      break;
    case 'agent.set-aside':
      inTurn(state, own, event.turn, (turn) => {
        turn.setAside = { ...turn.setAside, [event.agent]: event.why };
      });
      break;
    case 'time.passed':
      inTurn(state, own, event.turn, (turn) => {
        turn.passed = [...turn.passed, event.what];
      });
      break;
    case 'turn.ended': {
      const { type: _, seq: __, at: ___, turn: id, ...decision } = event;
      inTurn(state, own, id, (turn) => {
        turn.decision = decision;
      });
      break;
    }
    case 'winner.chosen':
      inTurn(state, own, event.turn, (turn) => {
        turn.chosen = event.candidate;
      });
      break;
    case 'apply.started': {
      const { type: _, seq: __, at: ___, apply, ...rest } = event;
      const begun: ApplyState = { ...rest, id: apply, status: 'started', stands: event.after, accepted: [], rejected: [], rejections: [] };
      own(state, 'applies').push(begun);
      break;
    }
    case 'changes.applied':
      inApply(state, own, event.apply, (apply) => {
        apply.status = 'applied';
      });
      break;
    case 'changes.undone':
      inApply(state, own, event.apply, (apply) => {
        apply.status = 'undone';
      });
      break;
    case 'changes.accepted':
      inApply(state, own, event.apply, (apply) => {
        apply.accepted = joined(apply.accepted, event.selection);
      });
      break;
    case 'changes.rejected': {
      const { paths, from, to, selection } = event;
      inApply(state, own, event.apply, (apply) => {
        apply.stands = to;
        apply.rejected = joined(apply.rejected, selection);
        apply.rejections = [...apply.rejections, { paths, from, to }];
      });
      break;
    }
    case 'approval.answered':
      inRun(state, own, event.run, (_, turn) => {
        turn.acts = answered(turn.acts, event);
      });
      break;
    // Transcripts are folded where they are needed, from the log; the state stays small.
    case 'run.nudged':
    case 'context.compacted':
    case 'approval.requested':
    case 'candidate.refused':
    case 'ballot.refused':
      break;
    default:
      unknownFact(event);
  }
}

/** Invariant: an unknown fact is never folded silently. */
function unknownFact(fact: never): never {
  throw new Error(`Unknown fact ${JSON.stringify((fact as { type?: unknown }).type)}`);
}

/** Invariant: the envelope belongs to the log. What is folded out of a fact holds neither its number nor its time by accident. */
function turnStarted({ type: _, seq: __, at, ...started }: EventOf<'turn.started'>): TurnState {
  const none = { runs: [], candidates: [], ballots: [], shown: [], passed: [], acts: [] };
  return { ...started, ...none, startedAt: at, checks: {}, setAside: {}, pausedMs: 0, calls: 0 };
}

function runStarted(event: EventOf<'run.started'>, pausedBefore: number): RunState {
  return {
    id: event.run,
    turn: event.turn,
    agent: event.agent,
    purpose: event.purpose,
    ...(event.presents !== undefined && { presents: event.presents }),
    ...(event.from !== undefined && { from: event.from }),
    startedSeq: event.seq,
    startedAt: event.at,
    pausedBefore,
    calls: 0,
    pending: {},
  };
}

const showTo = (turn: TurnState, voter: AgentId, shown: readonly Shown[], seq: number): ShownState[] => [
  ...turn.shown,
  ...shown.map((one) => ({ ...one, voter, seq })),
];

function ended(checks: ChecksState | undefined, event: EventOf<'evidence.recorded'>): ChecksState {
  const { at, checks: results, changed } = event;
  return { startedAt: checks?.startedAt ?? at, endedAt: at, results, ...(changed && { changed }) };
}

function addUsage(state: SessionState, own: Own, usage: EventOf<'usage.recorded'>): void {
  const agent = runOf(state, usage.run)?.agent;
  if (agent === undefined) return;
  const totals = own(state, 'usage');
  totals[agent] ??= { input: 0, output: 0, cached: 0, costUsd: 0, unknown: false };
  const total = own(totals, agent);
  total.input += usage.input;
  total.output += usage.output;
  total.cached += usage.cached ?? 0;
  total.costUsd += usage.costUsd ?? 0;
  total.unknown ||= usage.costUsd === undefined;
}

function without(pending: Record<string, string>, call: string): Record<string, string> {
  const { [call]: _, ...rest } = pending;
  return rest;
}

function inTurn(state: SessionState, own: Own, id: TurnId, change: (turn: TurnState) => void): void {
  const at = state.turns.findLastIndex(({ turn }) => turn === id);
  if (at >= 0) change(own(own(state, 'turns'), at));
}

function inRun(state: SessionState, own: Own, id: RunId, change: (run: RunState, turn: TurnState) => void): void {
  for (let at = state.turns.length - 1; at >= 0; at -= 1) {
    const index = lastWith(state.turns[at]?.runs ?? [], id);
    if (index === -1) continue;
    const turn = own(own(state, 'turns'), at);
    change(own(own(turn, 'runs'), index), turn);
    return;
  }
}

function inApply(state: SessionState, own: Own, id: ApplyId, change: (apply: ApplyState) => void): void {
  const at = lastWith(state.applies, id);
  if (at !== -1) change(own(own(state, 'applies'), at));
}
