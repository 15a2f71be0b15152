/** The vocabulary of a session: facts are kept for ever, deltas are only shown. */
import type { CheckResult, CheckSpec } from './checks.js';
import type { Part } from './content.js';
import type { Failure } from './failure.js';
import type { Planned } from './planned.js';
import type { Stood } from './stood.js';
import type { VotingRule } from './voting.js';

export type { CheckResult, CheckSpec };

/** The version that this code writes; a log of a newer one opens read-only. */
export const LOG_VERSION = 1;

export type SessionId = string;
/** `t1`, `t2` … in the order of the session. */
export type TurnId = string;
/** `r1`, `r2` … in the order of the session. */
export type RunId = string;
/** `c1`, `c2` … in the order of the session. */
export type CandidateId = string;
/** `a1`, `a2` … in the order of the session. */
export type ApplyId = string;
/** The id that the configuration gives an agent. */
export type AgentId = string;
/** Id of a git tree in the folder's store (40 or 64 hex digits). */
export type TreeId = string;
/** What an agent is told instead of a peer's name: `agent1`, `agent2` … */
export type Label = string;

/** Where an agent's key is; never the key. Read again whenever it is needed, after a resume too. */
export type KeySource = { from: 'none' } | { from: 'env'; name: string } | { from: 'file'; file: string; path: (string | number)[] };

/** How to reach a model: a value without a secret in it. */
export interface Backend {
  /** MassGen's backend type: `openai`, `chatcompletion`, `scripted`, `groq` … */
  type: string;
  model: string;
  /** Where the API is; absent where the type has its own default. */
  baseUrl?: string;
  key: KeySource;
  /** Further parameters that go to the provider as they are (temperature, max_tokens, extra_body …). */
  params: Record<string, unknown>;
  /** For `scripted`: the absolute path of the scenario file. */
  scenario?: string;
}

export interface AgentSpec {
  id: AgentId;
  /** What a person reads; the id unless the configuration says otherwise. */
  label: string;
  /** Who works: the native loop over a model (foreign agents join this table later). */
  runner: 'native';
  backend: Backend;
  /** Whose models its model is one of, by the vendor data of then; absent where nothing is known of it. */
  family?: string;
  instructions?: string;
  /** Names of tools this agent is offered; all where absent. */
  tools?: string[];
}

/** How the agents deliberate. One set of knobs for all patterns; a pattern ignores what it has no use for. */
export interface PatternSpec {
  id: 'consensus' | 'relay';
  rule: VotingRule;
  /**
   * What the checks do beside breaking ties. `ties`: nothing. `veto`: an answer with new failures cannot win where another is known
   * to have none. `weighs`: each check votes for the answers in which nothing of it newly fails.
   */
  evidence?: 'ties' | 'veto' | 'weighs';
  /** What a ballot weighs for an answer of the voter's own family of models, in a team of several; 1 where absent. Never told to agents. */
  sameFamily?: number;
  /** Live ballots of agents needed for a decision; absent: of every agent that is not set aside. */
  quorum?: number;
  /** Weight of a voter's ballot, by agent id or `you`; 1 where absent. */
  weights: Record<string, number>;
  /** `completes`: a ballot for the voter's own candidate weighs nothing beside another's ballot. `counts`: it weighs as any. */
  selfVote: 'completes' | 'counts';
  sensitivity: 'lenient' | 'balanced' | 'strict';
  novelty: 'lenient' | 'balanced' | 'strict';
  /** At most so many answers per agent and turn; past it only `vote` is offered. */
  answers: number;
  /** An agent with so many failed runs in a turn is set aside. */
  failedRuns: number;
  /** How long an agent that has answered waits for peers that still work, in seconds. */
  graceSeconds: number;
  /** How long a candidate's checks may keep it from being shown, in seconds. */
  checkSeconds: number;
}

export interface Limits {
  /** Over the whole turn, in seconds. */
  seconds: number;
  /** Model calls of one run. */
  callsPerRun: number;
  /** Model calls of the whole turn; absent: no limit but the others. */
  calls?: number;
  /** Over the whole session, in US dollars, of what is known to be spent. */
  costUsd?: number;
}

/** What a turn's effects are held to: kept with the turn, so that a resume does what the turn began with. */
export interface Settings {
  policy: { allow: string[]; ask: string[]; deny: string[]; network: 'none' | 'open' | { domains: string[] } };
  /** `detect`: the folder's own. */
  checks: 'detect' | { name: string; command: string; cwd: string; timeoutSeconds: number }[];
  /** What acts beyond the workspace is described while agents deliberate; unless false. */
  planning?: boolean;
  dependencies: 'link' | 'copy' | 'none';
}

/** Who works on a turn, how they deliberate, and within which limits. */
export interface Team {
  agents: AgentSpec[];
  pattern: PatternSpec;
  limits: Limits;
  settings: Settings;
}

/** What the base holds beside the last commit, for people. */
export interface BaseSummary {
  changed: number;
  untracked: number;
  /** Paths that look like secrets and were left out. */
  refused: string[];
}

/** A candidate as one voter knows it. */
export interface Shown {
  candidate: CandidateId;
  label: Label;
}

export interface Candidate {
  id: CandidateId;
  agent: AgentId;
  run: RunId;
  turn: TurnId;
  words: Part[];
  tree: TreeId;
  /** The candidate of the same agent and turn that this one replaces. */
  previous?: CandidateId;
  /** Size of its change against the turn's base. */
  size: { files: number; added: number; removed: number };
  /** What it would do beyond the workspace, in this order, if it is chosen and the person says yes. */
  plan?: Planned[];
  /** 0…1 against the base, the agent's previous candidate and every other agent's latest one. */
  similarity: { to: 'base' | CandidateId; score: number }[];
}

export interface Ballot {
  voter: AgentId | 'you';
  choice: CandidateId;
  reason: string;
  /** For rules that use it: the order of preference, best first, or the answers approved; the choice is in it. */
  ranking?: CandidateId[];
}

/** Why the agent's stint is over. Only `failed` counts against the agent. */
export type RunEndReason = 'done' | 'superseded' | 'cancelled' | 'failed' | 'interrupted';

/** One candidate's place in the result, best first. */
export interface Standing {
  candidate: CandidateId;
  agent: AgentId;
  /** Sum of the weights of the ballots that count for it. */
  weight: number;
  /** What decides, where that is not the weight: points (`borda`), how many others do not beat it (`condorcet`), votes of checks besides. */
  score?: number;
  /** Who has a live ballot for it, whether or not it weighs. */
  voters: (AgentId | 'you')[];
}

export interface Decision {
  outcome: 'decided' | 'undecided' | 'cancelled' | 'failed';
  winner?: CandidateId;
  /** The winner as the present run left it, where that is a newer version of it. */
  presented?: CandidateId;
  standings: Standing[];
  /** Live ballots of agents, and how many the rule asked for. */
  ballots: { live: number; needed: number };
  /** How a tie between the first two was broken, where there was one. */
  tie?: 'evidence' | 'size' | 'earliest';
  cause?: 'time' | 'budget';
  failure?: Failure;
}

/** One hunk of a file, numbered from 1: whole, or some of its changed lines, numbered from 1 as it prints its `-` and `+` lines. */
export type HunkChoice = number | { hunk: number; lines: number[] };

/** What of a candidate is applied: everything, or some files, or some hunks of some files. A path named again adds to what is chosen. */
export type Selection = { path: string; hunks?: HunkChoice[] }[] | 'all';

/** What of one candidate is chosen. */
export interface Chosen {
  candidate: CandidateId;
  selection: Selection;
}

export type Fact =
  | { type: 'session.started'; id: SessionId; version: number; folder: string }
  | { type: 'session.resumed' }
  /** By the person; until then a session is called by its first words. */
  | { type: 'session.renamed'; title: string }
  | ({
      type: 'turn.started';
      turn: TurnId;
      request: Part[];
      base: TreeId;
      summary: BaseSummary;
      /** The base's checks: what counts as evidence in this turn. */
      checkSpecs: CheckSpec[];
      /** Shuffles what is first shown together, per voter. */
      seed: number;
    } & Team)
  | {
      type: 'run.started';
      run: RunId;
      turn: TurnId;
      agent: AgentId;
      purpose: 'work' | 'present';
      shown: Shown[];
      /** For `present`: the winner that is presented. */
      presents?: CandidateId;
      /** The candidate whose tree the workspace starts from, where it is not the agent's own latest. */
      from?: CandidateId;
    }
  | { type: 'candidates.shown'; run: RunId; shown: Shown[] }
  | { type: 'message.completed'; run: RunId; parts: Part[] }
  | { type: 'run.nudged'; run: RunId; why: string }
  | {
      type: 'context.compacted';
      run: RunId /** Messages before this many are dropped from what the model is sent. */;
      dropped: number;
      note: string;
    }
  | {
      type: 'tool.called';
      run: RunId;
      call: string;
      tool: string;
      input: unknown;
      effect: Effect;
      /** It is no call of the model's: what this candidate planned, by its place in the plan from 0, is done if the person says yes. */
      carriesOut?: { candidate: CandidateId; place: number };
    }
  | {
      type: 'tool.returned';
      run: RunId;
      call: string;
      ok: boolean;
      output: string;
      durationMs: number /** Workspace paths that the call wrote. */;
      wrote?: string[];
      /** It was described instead of done. */
      planned?: Pick<Planned, 'what' | 'why'>;
      /** Whether it took effect is not known, and it is not done again. */
      lost?: true;
    }
  | ({ type: 'usage.recorded'; run: RunId } & Usage)
  | {
      type: 'approval.requested';
      run: RunId;
      call: string;
      effect: Effect;
      what: string;
      why: string;
      /** It cannot be taken back: a yes is for this once. */
      once?: true;
    }
  | {
      type: 'approval.answered';
      run: RunId;
      call: string;
      answer: 'allowed' | 'denied';
      by: 'you' | 'policy';
      why?: string;
      /** How far a person's yes reaches, where that is further than this once: for this very command line. */
      for?: 'session' | 'always';
    }
  | { type: 'candidate.submitted'; candidate: Candidate }
  | { type: 'candidate.refused'; run: RunId; why: string }
  | { type: 'check.started'; turn: TurnId; tree: TreeId; candidate?: CandidateId }
  | {
      type: 'evidence.recorded';
      turn: TurnId;
      tree: TreeId;
      candidate?: CandidateId;
      checks: CheckResult[];
      /** Paths of tests and check definitions that the candidate changed: "checks changed". */
      changed?: string[];
    }
  | { type: 'ballot.cast'; turn: TurnId; run?: RunId; ballot: Ballot }
  | { type: 'ballot.refused'; run: RunId; why: string }
  | { type: 'run.ended'; run: RunId; reason: RunEndReason; failure?: Failure }
  | { type: 'agent.set-aside'; turn: TurnId; agent: AgentId; why: Failure }
  | { type: 'time.passed'; turn: TurnId; what: string }
  | ({ type: 'turn.ended'; turn: TurnId } & Decision)
  | { type: 'winner.chosen'; turn: TurnId; by: 'you'; candidate: CandidateId; reason?: string }
  | {
      type: 'apply.started';
      apply: ApplyId;
      candidate: CandidateId;
      selection: Selection;
      /** What of further candidates goes with it. */
      also?: Chosen[];
      paths: string[];
      before: TreeId;
      after: TreeId;
      stood?: Stood;
    }
  | {
      type: 'changes.applied';
      apply: ApplyId;
      /** The first that it is from. */
      candidate: CandidateId;
      paths: string[] /** Paths written with conflict markers, where that was asked for. */;
      marked: string[];
    }
  /** The person does what an applied answer had planned, in the open folder and as they are; begun and not ended, it counts as unknown. */
  | { type: 'action.started'; turn: TurnId; candidate: CandidateId; what: string }
  | { type: 'action.ended'; turn: TurnId; candidate: CandidateId; what: string; exitCode: number | null }
  | { type: 'changes.undone'; apply: ApplyId; paths: string[]; cause: 'asked' | 'crash' }
  /** The person looked at it and keeps it. `selection` is of the apply's own change, from `before` to `after`. */
  | { type: 'changes.accepted'; apply: ApplyId; selection: Selection }
  /** The person took it out again. `from`: what stood of the apply before that, `to`: what stands of it since, whatever else is in the folder. */
  | { type: 'changes.rejected'; apply: ApplyId; selection: Selection; paths: string[]; from: TreeId; to: TreeId };

export type Effect = 'read' | 'write' | 'run' | 'network' | 'coordinate';

/** Tokens of one model call; cost is absent where the price is not known. */
export interface Usage {
  input: number;
  output: number;
  /** Part of `input` that was read from the provider's cache. */
  cached?: number;
  /** Part of `input` that was written to that cache, where the provider says so. */
  cacheWritten?: number;
  costUsd?: number;
  /** The provider did not say; these are counted from the text. */
  estimated?: true;
}

export type Delta =
  | { type: 'text.delta' | 'reasoning.delta'; run: RunId; text: string }
  | { type: 'tool.delta'; run: RunId; call: string; tool: string; text: string }
  | { type: 'output.delta'; run: RunId; call: string; text: string }
  /** The model call failed half-way and is made again: what its deltas said since the last completed message is void. */
  | { type: 'reply.restarted'; run: RunId };

/** A fact in the log: numbered from 1 without gaps. `at` is milliseconds since 1970. */
export type FactEvent = Fact & { seq: number; at: number };
/** A delta hangs on the last fact (`after`) and is numbered (`n`) from 1 since then. Never written. */
export type DeltaEvent = Delta & { after: number; n: number; at: number };
export type Event = FactEvent | DeltaEvent;

export type FactOf<T extends Fact['type']> = Extract<Fact, { type: T }>;

export const isFact = (event: Event): event is FactEvent => 'seq' in event;

/** The run that it is about. */
export function runIn(fact: Fact): RunId | undefined {
  if ('run' in fact) return fact.run;
  return fact.type === 'candidate.submitted' ? fact.candidate.run : undefined;
}
