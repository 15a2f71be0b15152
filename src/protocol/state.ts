/** What a session is at one moment: a fold of its facts. Replaying the log gives the live state, after any prefix. */
import { type ActState, answered, begun, cutShort, returned } from './acts.js';
import { textOf } from './content.js';
import type {
  AgentId,
  Ballot,
  Candidate,
  CandidateId,
  CheckResult,
  Chosen,
  Decision,
  Event,
  Fact,
  FactOf,
  Label,
  RunEndReason,
  RunId,
  Selection,
  SessionId,
  Shown,
  TreeId,
  TurnId,
  Usage,
} from './events.js';
import { isFact } from './events.js';
import type { Failure } from './failure.js';

export interface RunState {
  id: RunId;
  turn: TurnId;
  agent: AgentId;
  purpose: 'work' | 'present';
  presents?: CandidateId;
  from?: CandidateId;
  startedSeq: number;
  startedAt: number;
  /** The turn's `pausedMs` when it began. */
  pausedBefore: number;
  /** Completed model messages. */
  calls: number;
  /** Tool calls that have not returned, by call id. */
  pending: Record<string, string>;
  ended?: { reason: RunEndReason; at: number; failure?: Failure };
}

/** A candidate was shown to a voter: when, and under which label. */
export interface ShownState extends Shown {
  voter: AgentId;
  seq: number;
}

export interface CandidateState extends Candidate {
  seq: number;
  at: number;
  purpose: 'work' | 'present';
}

export interface BallotState extends Ballot {
  seq: number;
  at: number;
}

export interface ChecksState {
  startedAt: number;
  endedAt?: number;
  results?: CheckResult[];
  changed?: string[];
}

export interface TurnState extends Omit<FactOf<'turn.started'>, 'type'> {
  startedAt: number;
  runs: RunState[];
  candidates: CandidateState[];
  ballots: BallotState[];
  shown: ShownState[];
  /** By tree: equal trees share evidence. */
  checks: Record<TreeId, ChecksState>;
  setAside: Record<AgentId, Failure>;
  /** Milliseconds in which nobody worked on it: from a cut-off to its resume. They do not count towards the turn's time. */
  pausedMs: number;
  /** What time limits have passed. */
  passed: string[];
  calls: number;
  /** What was planned and then asked for, in this order. */
  acts: ActState[];
  chosen?: CandidateId;
  decision?: Decision;
}

export interface ApplyState extends Omit<FactOf<'apply.started'>, 'type' | 'apply'> {
  id: string;
  status: 'started' | 'applied' | 'undone';
  /** `after` without what was rejected: what stands of it, whatever else is in the folder. */
  stands: TreeId;
  /** Of its change from `before` to `after`. */
  accepted: Selection;
  rejected: Selection;
  /** What was taken out each time, as two trees. */
  rejections: { paths: string[]; from: TreeId; to: TreeId }[];
}

/** Both together. */
export const joined = (one: Selection, other: Selection): Selection => (one === 'all' || other === 'all' ? 'all' : [...one, ...other]);

/** All that an apply brings in, of each candidate. */
export const chosenIn = ({ candidate, selection, also = [] }: Pick<ApplyState, 'candidate' | 'selection' | 'also'>): Chosen[] => [
  { candidate, selection },
  ...also,
];

export interface UsageTotal {
  input: number;
  output: number;
  cached: number;
  /** Sum of what is known. */
  costUsd: number;
  /** Invariant: true as soon as one call's cost was not known; the sum is then a floor, shown as such. */
  unknown: boolean;
}

export interface SessionState {
  id: SessionId;
  folder: string;
  /** As the person named it; see `titleOf`. */
  title?: string;
  seq: number;
  /** Time of the last fact. */
  at: number;
  turns: TurnState[];
  applies: ApplyState[];
  usage: Record<AgentId, UsageTotal>;
}

export const emptyState: SessionState = { id: '', folder: '', seq: 0, at: 0, turns: [], applies: [], usage: {} };

/** Deltas change nothing that is kept. */
export function reduce(state: SessionState, event: Event): SessionState {
  if (!isFact(event)) return state;
  // Invariant: the envelope belongs to the log. What is folded out of a fact holds neither its number nor its time by accident.
  const { seq, at, ...fact } = event;
  return { ...fold(state, fact, seq, at), seq, at };
}

export const currentTurn = (state: SessionState): TurnState | undefined => state.turns[state.turns.length - 1];

/** What the person named it, else the first words of the first request. */
export function titleOf({ title, turns: [first] }: SessionState): string {
  if (title) return title;
  return first === undefined ? '' : textOf(first.request).replace(/\s+/g, ' ').trim().slice(0, 80);
}

/** The last ones are looked at first: they are who is asked for, and a session may have thousands. */
export function runOf({ turns }: SessionState, id: RunId): RunState | undefined {
  for (let at = turns.length - 1; at >= 0; at -= 1) {
    const run = turns[at]?.runs.findLast((one) => one.id === id);
    if (run !== undefined) return run;
  }
  return undefined;
}

/** The label that `voter` knows an author by; undefined where it was never shown one of its answers. */
export function labelOf(turn: TurnState, voter: AgentId, author: AgentId): Label | undefined {
  const own = new Set(turn.candidates.filter((candidate) => candidate.agent === author).map((candidate) => candidate.id));
  return turn.shown.find((shown) => shown.voter === voter && own.has(shown.candidate))?.label;
}

function fold(state: SessionState, fact: Fact, seq: number, at: number): SessionState {
  switch (fact.type) {
    case 'session.started':
      return { ...state, id: fact.id, folder: fact.folder };
    case 'session.resumed': {
      const turn = currentTurn(state);
      if (turn === undefined || turn.decision !== undefined) return state;
      return inTurn(state, turn.turn, (one) => ({ ...one, pausedMs: one.pausedMs + Math.max(0, at - state.at) }));
    }
    case 'session.renamed':
      return { ...state, title: fact.title };
    case 'turn.started': {
      const { type: _, ...started } = fact;
      const turn: TurnState = {
        ...started,
        startedAt: at,
        runs: [],
        candidates: [],
        ballots: [],
        shown: [],
        checks: {},
        setAside: {},
        pausedMs: 0,
        passed: [],
        calls: 0,
        acts: [],
      };
      return { ...state, turns: [...state.turns, turn] };
    }
    case 'run.started':
      return inTurn(state, fact.turn, (turn) => ({
        ...turn,
        runs: [...turn.runs, runStarted(fact, turn.pausedMs, seq, at)],
        shown: showTo(turn, fact.agent, fact.shown, seq),
      }));
    case 'candidates.shown':
      return inRun(state, fact.run, (run, turn) => ({ ...turn, shown: showTo(turn, run.agent, fact.shown, seq) }));
    case 'message.completed':
      return inRun(state, fact.run, (run, turn) => ({ ...withRun(turn, { ...run, calls: run.calls + 1 }), calls: turn.calls + 1 }));
    case 'tool.called':
      return inRun(state, fact.run, (run, turn) => ({
        ...withRun(turn, { ...run, pending: { ...run.pending, [fact.call]: fact.tool } }),
        ...(fact.carriesOut !== undefined && {
          acts: begun(
            turn.acts,
            turn.candidates.find((one) => one.id === fact.carriesOut?.candidate),
            fact,
          ),
        }),
      }));
    case 'tool.returned':
      return inRun(state, fact.run, (run, turn) => ({
        ...withRun(turn, { ...run, pending: without(run.pending, fact.call) }),
        acts: returned(turn.acts, fact),
      }));
    case 'usage.recorded': {
      const agent = runOf(state, fact.run)?.agent;
      if (agent === undefined) return state;
      return { ...state, usage: { ...state.usage, [agent]: plus(state.usage[agent], fact) } };
    }
    case 'candidate.submitted':
      return inRun(state, fact.candidate.run, (run, turn) => ({
        ...turn,
        candidates: [...turn.candidates, { ...fact.candidate, seq, at, purpose: run.purpose }],
      }));
    case 'check.started':
      return inTurn(state, fact.turn, (turn) => ({ ...turn, checks: { ...turn.checks, [fact.tree]: { startedAt: at } } }));
    case 'evidence.recorded':
      return inTurn(state, fact.turn, (turn) => ({
        ...turn,
        checks: { ...turn.checks, [fact.tree]: ended(turn.checks[fact.tree], fact, at) },
      }));
    case 'ballot.cast':
      return inTurn(state, fact.turn, (turn) => ({ ...turn, ballots: [...turn.ballots, { ...fact.ballot, seq, at }] }));
    case 'run.ended':
      return inRun(state, fact.run, (run, turn) => ({
        ...withRun(turn, { ...run, pending: {}, ended: { reason: fact.reason, at, ...(fact.failure && { failure: fact.failure }) } }),
        acts: cutShort(turn.acts, fact.run),
      }));
    case 'agent.set-aside':
      return inTurn(state, fact.turn, (turn) => ({ ...turn, setAside: { ...turn.setAside, [fact.agent]: fact.why } }));
    case 'time.passed':
      return inTurn(state, fact.turn, (turn) => ({ ...turn, passed: [...turn.passed, fact.what] }));
    case 'turn.ended': {
      const { type: _, turn: id, ...decision } = fact;
      return inTurn(state, id, (turn) => ({ ...turn, decision }));
    }
    case 'winner.chosen':
      return inTurn(state, fact.turn, (turn) => ({ ...turn, chosen: fact.candidate }));
    case 'apply.started': {
      const { type: _, apply, ...rest } = fact;
      const begun: ApplyState = { ...rest, id: apply, status: 'started', stands: fact.after, accepted: [], rejected: [], rejections: [] };
      return { ...state, applies: [...state.applies, begun] };
    }
    case 'changes.applied':
      return inApply(state, fact.apply, (apply) => ({ ...apply, status: 'applied' }));
    case 'changes.undone':
      return inApply(state, fact.apply, (apply) => ({ ...apply, status: 'undone' }));
    case 'changes.accepted':
      return inApply(state, fact.apply, (apply) => ({ ...apply, accepted: joined(apply.accepted, fact.selection) }));
    case 'changes.rejected': {
      const { paths, from, to } = fact;
      return inApply(state, fact.apply, (apply) => ({
        ...apply,
        stands: to,
        rejected: joined(apply.rejected, fact.selection),
        rejections: [...apply.rejections, { paths, from, to }],
      }));
    }
    case 'approval.answered':
      return inRun(state, fact.run, (_, turn) => ({ ...turn, acts: answered(turn.acts, fact) }));
    // Transcripts are folded where they are needed, from the log; the state stays small.
    case 'run.nudged':
    case 'context.compacted':
    case 'approval.requested':
    case 'candidate.refused':
    case 'ballot.refused':
      return state;
    default:
      return unknownFact(fact);
  }
}

/** Invariant: an unknown fact is never folded silently. */
function unknownFact(fact: never): never {
  throw new Error(`Unknown fact ${JSON.stringify((fact as { type?: unknown }).type)}`);
}

function runStarted(fact: FactOf<'run.started'>, pausedBefore: number, seq: number, at: number): RunState {
  return {
    id: fact.run,
    turn: fact.turn,
    agent: fact.agent,
    purpose: fact.purpose,
    ...(fact.presents !== undefined && { presents: fact.presents }),
    ...(fact.from !== undefined && { from: fact.from }),
    startedSeq: seq,
    startedAt: at,
    pausedBefore,
    calls: 0,
    pending: {},
  };
}

const showTo = (turn: TurnState, voter: AgentId, shown: readonly Shown[], seq: number): ShownState[] => [
  ...turn.shown,
  ...shown.map((one) => ({ ...one, voter, seq })),
];

function ended(checks: ChecksState | undefined, fact: FactOf<'evidence.recorded'>, at: number): ChecksState {
  return { startedAt: checks?.startedAt ?? at, endedAt: at, results: fact.checks, ...(fact.changed && { changed: fact.changed }) };
}

function plus(total: UsageTotal | undefined, usage: Usage): UsageTotal {
  const before = total ?? { input: 0, output: 0, cached: 0, costUsd: 0, unknown: false };
  return {
    input: before.input + usage.input,
    output: before.output + usage.output,
    cached: before.cached + (usage.cached ?? 0),
    costUsd: before.costUsd + (usage.costUsd ?? 0),
    unknown: before.unknown || usage.costUsd === undefined,
  };
}

function without(pending: Record<string, string>, call: string): Record<string, string> {
  const { [call]: _, ...rest } = pending;
  return rest;
}

/** The list with that one changed, which is looked for from its end; the same list where there is none. */
function changed<T>(list: T[], isIt: (one: T) => boolean, change: (one: T) => T): T[] {
  const at = list.findLastIndex(isIt);
  const one = list[at];
  if (one === undefined) return list;
  const copy = list.slice();
  copy[at] = change(one);
  return copy;
}

const withRun = (turn: TurnState, run: RunState): TurnState => ({
  ...turn,
  runs: changed(
    turn.runs,
    (one) => one.id === run.id,
    () => run,
  ),
});

function inTurn(state: SessionState, id: TurnId, change: (turn: TurnState) => TurnState): SessionState {
  return { ...state, turns: changed(state.turns, ({ turn }) => turn === id, change) };
}

function inRun(state: SessionState, id: RunId, change: (run: RunState, turn: TurnState) => TurnState): SessionState {
  const run = runOf(state, id);
  return run ? inTurn(state, run.turn, (turn) => change(run, turn)) : state;
}

function inApply(state: SessionState, id: string, change: (apply: ApplyState) => ApplyState): SessionState {
  return { ...state, applies: changed(state.applies, (apply) => apply.id === id, change) };
}
