/** Host ↔ webview: open(state) · events · intents, and questions with answers. Values only; nothing here knows of an editor. */
import type { Part } from './content.js';
import type { CandidateId, Chosen, Event, FactEvent, RunId, SessionId } from './events.js';
import type { Failure } from './failure.js';
import type { Intent } from './intents.js';
import type { Live } from './live.js';
import type { FileDiff, HunkDiff, Preview } from './review.js';
import type { SessionState } from './state.js';

export interface SessionRow {
  id: SessionId;
  title: string;
  startedAt: number;
  /** Time of the last fact. */
  lastAt: number;
  turns: number;
  agents: number;
  /** How its last turn stands: its outcome; `running` where a living process writes it; `cut-off` where `resume` can go on. */
  status: 'decided' | 'undecided' | 'cancelled' | 'failed' | 'running' | 'cut-off' | 'unreadable';
  /** Known cost in US dollars; `unknown` where it is a floor. */
  costUsd: number;
  unknown: boolean;
  /** On disk. */
  bytes: number;
  /** How many files an apply of it changed that stands. */
  applied: number;
}

/** A team that can be started, as the configuration or what was found gives it. */
export interface TeamChoice {
  id: string;
  /** The file that it is from, or what it is ("Demo", "What was found"). */
  from: string;
  agents: { id: string; label: string; model: string }[];
  pattern: string;
  limits: { seconds: number; costUsd?: number };
  /** US dollars that a turn may cost, where the prices are known. */
  estimate?: { from: number; to: number };
  /** Why it cannot be started as it is (a key that is missing), and what to do. */
  failure?: Failure;
}

/** What an `@` may name. */
export interface Mention {
  kind: 'file' | 'folder' | 'symbol' | 'problems' | 'selection';
  label: string;
  /** Dimmed, beside the label. */
  detail?: string;
  /** Goes into the request's text behind the `@`: a path, `path#L10-L20`, `problems`. */
  text: string;
}

/** An agent waits for the person's word. */
export interface Asking {
  session: SessionId;
  run: RunId;
  call: string;
  agent: string;
  what: string;
  why: string;
  effect: 'read' | 'write' | 'run' | 'network' | 'coordinate';
  /** It acts beyond the folder and cannot be taken back: a yes is for this once. */
  once?: true;
}

/** Everything a view needs to begin, and to begin again after a gap or a reload. */
export interface Opened {
  /** Which of the two it is. */
  view: 'sidebar' | 'review';
  /** The session that is shown; absent: none yet. */
  session?: {
    state: SessionState;
    /** What the runs of the current turn are at. */
    live: Live;
    title: string;
  };
  rows: SessionRow[];
  teams: TeamChoice[];
  asking: Asking[];
  /** The editor's language, and whether its window is trusted to run things. */
  locale: string;
  trusted: boolean;
  /** What was typed or chosen before the reload, as the view itself kept it. */
  draft?: unknown;
}

/** Host → webview. Invariant: at most one message a frame; `events` are in order and begin after what was sent last. */
export type ToView =
  | { send: 'open'; opened: Opened }
  | { send: 'events'; session: SessionId; events: Event[] }
  | { send: 'rows'; rows: SessionRow[] }
  | { send: 'teams'; teams: TeamChoice[] }
  | { send: 'asking'; asking: Asking[] }
  /** Put into the composer: from a context menu, a drop, a command. */
  | { send: 'compose'; text?: string; parts?: Part[]; focus: boolean }
  /** The review turns to this answer. */
  | { send: 'look'; candidate: CandidateId }
  | { send: 'answer'; id: number; value: unknown }
  | { send: 'refusal'; id: number; failure: Failure };

/** Webview → host. */
export type ToHost =
  | { send: 'ready' }
  /** The view saw a gap after `seq`: it is opened anew. */
  | { send: 'resync'; seq: number }
  | { send: 'intent'; id: number; intent: Intent }
  | { send: 'query'; id: number; query: Query }
  /** Runs one of the extension's commands: `massgen.…`, of the table. */
  | { send: 'command'; command: string; args: unknown[] }
  | { send: 'draft'; draft: unknown };

/** What a diff is against: the turn's base, another candidate, or the folder as it is now. */
export type Against = 'base' | 'folder' | CandidateId;

export type Query =
  | { get: 'files'; session: SessionId; candidate: CandidateId; against: Against }
  | { get: 'hunks'; session: SessionId; candidate: CandidateId; against: Against; path: string; ignoreWhitespace: boolean }
  | { get: 'preview'; session: SessionId; chosen: Chosen[] }
  | { get: 'checks'; session: SessionId; chosen: Chosen[] }
  | { get: 'mentions'; text: string }
  | { get: 'attach'; name: string; base64: string }
  /** The facts of a run before `before` (a seq), newest last: a page of its transcript. */
  | { get: 'transcript'; session: SessionId; run: RunId; before?: number; limit: number }
  | { get: 'search'; text: string }
  | { get: 'output'; session: SessionId; blob: string };

/** What each question is answered with. */
export interface Answers {
  files: FileDiff[];
  hunks: HunkDiff[];
  preview: Preview;
  /** One row for each check, in words. */
  checks: { name: string; status: 'passed' | 'failed' | 'timed-out' | 'not-run'; newlyFailing: string[]; flaky: string[]; why?: string }[];
  mentions: Mention[];
  attach: Part;
  transcript: { facts: FactEvent[]; more: boolean };
  search: SessionRow[];
  output: string;
}
