/** What a session is at one moment: a fold of its facts (`reduce.ts`), and what is asked of it. */
import type { ActState } from './acts.js';
import { textOf } from './content.js';
import type {
  AgentId,
  Ballot,
  Candidate,
  CandidateId,
  CheckResult,
  Chosen,
  Decision,
  FactOf,
  Label,
  RunEndReason,
  RunId,
  Selection,
  SessionId,
  Shown,
  TreeId,
  TurnId,
} from './events.js';
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
  /** The turn's `pausedMs` when it was put forward. */
  pausedBefore: number;
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

export const currentTurn = (state: SessionState): TurnState | undefined => state.turns[state.turns.length - 1];

/** What the person named it, else the first words of the first request. */
export function titleOf({ title, turns: [first] }: SessionState): string {
  if (title) return title;
  return first === undefined ? '' : textOf(first.request).replace(/\s+/g, ' ').trim().slice(0, 80);
}

export function runOf({ turns }: SessionState, id: RunId): RunState | undefined {
  for (let at = turns.length - 1; at >= 0; at -= 1) {
    const { runs = [] } = turns[at] ?? {};
    const run = runs[lastWith(runs, id)];
    if (run !== undefined) return run;
  }
  return undefined;
}

/** The index of the one with that id, or -1. The last are looked at first: they are who is asked for, and a session may have thousands. */
export function lastWith(list: readonly { id: string }[], id: string): number {
  let at = list.length - 1;
  while (at >= 0 && list[at]?.id !== id) at -= 1;
  return at;
}

/** The label that `voter` knows an author by; undefined where it was never shown one of its answers. */
export function labelOf(turn: TurnState, voter: AgentId, author: AgentId): Label | undefined {
  const own = new Set(turn.candidates.filter((candidate) => candidate.agent === author).map((candidate) => candidate.id));
  return turn.shown.find((shown) => shown.voter === voter && own.has(shown.candidate))?.label;
}
