/** The sessions of a folder, as their logs tell: listing, finding and reading them takes no lock. */
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { textOf } from '../protocol/content.js';
import type { FactEvent, SessionId } from '../protocol/events.js';
import type { Failure } from '../protocol/failure.js';
import { fail } from '../protocol/failure.js';
import { currentTurn, emptyState, reduce, type SessionState } from '../protocol/state.js';
import { readLog } from './log.js';
import { lockOwner } from './process/lock.js';

export interface SessionRow {
  id: SessionId;
  /** First words of the first request. */
  title: string;
  startedAt: number;
  /** Time of the last fact. */
  lastAt: number;
  turns: number;
  /** How its last turn stands: its outcome; `running` where a living process writes it; `cut-off` where `resume` can go on. `unreadable` where the log is. */
  status: 'decided' | 'undecided' | 'cancelled' | 'failed' | 'running' | 'cut-off' | 'unreadable';
  /** Known cost in US dollars; `unknown` where it is a floor. */
  costUsd: number;
  unknown: boolean;
}

export interface SessionLog {
  id: SessionId;
  state: SessionState;
  events: FactEvent[];
  /** Why nothing can be added to it: a newer version's log, or a bad line. */
  readOnly?: Failure;
}

/** The files of one session. */
export function sessionFiles(folder: string, id: SessionId): { folder: string; log: string; lock: string; processes: string } {
  const own = join(sessionsFolder(folder), id);
  return { folder: own, log: join(own, 'events.jsonl'), lock: join(own, 'lock'), processes: join(own, 'processes.jsonl') };
}

function sessionsFolder(folder: string): string {
  return join(existsSync(folder) ? realpathSync(folder) : folder, '.massgen', 'sessions');
}

/** Newest first. */
export async function listSessions(folder: string): Promise<SessionRow[]> {
  const rows = await Promise.all(idsIn(folder).map((id) => rowOf(folder, id)));
  return rows.sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1));
}

/** An older MassGen keeps other things in that folder: only what has a log of ours is a session. */
function idsIn(folder: string): SessionId[] {
  const parent = sessionsFolder(folder);
  if (!existsSync(parent)) return [];
  return readdirSync(parent).filter((id) => existsSync(join(parent, id, 'events.jsonl')));
}

async function rowOf(folder: string, id: SessionId): Promise<SessionRow> {
  const { state, events, readOnly } = await readSession(folder, id);
  const turn = currentTurn(state);
  const usage = Object.values(state.usage);
  const first = state.turns[0];
  const title = first === undefined ? '' : textOf(first.request).replace(/\s+/g, ' ').trim().slice(0, 80);
  const living = turn !== undefined && turn.decision === undefined && (await lockOwner(sessionFiles(folder, id).lock)) !== undefined;
  const status = turn?.decision?.outcome ?? (living ? 'running' : 'cut-off');
  return {
    id,
    title,
    startedAt: events[0]?.at ?? 0,
    lastAt: state.at,
    turns: state.turns.length,
    status: readOnly !== undefined && events.length === 0 ? 'unreadable' : status,
    costUsd: usage.reduce((sum, one) => sum + one.costUsd, 0),
    unknown: usage.some((one) => one.unknown),
  };
}

/** The id that `which` means: an id, a unique prefix, or `latest`. Throws `not-found`, naming what there is, or `usage` for an ambiguous prefix. */
export async function findSession(folder: string, which: string): Promise<SessionId> {
  const ids = idsIn(folder);
  if (ids.includes(which)) return which;
  if (which === 'latest') {
    const [latest] = await listSessions(folder);
    if (latest !== undefined) return latest.id;
  }
  const matching = which === 'latest' || which === '' ? [] : ids.filter((id) => id.startsWith(which));
  const [only] = matching;
  if (only !== undefined && matching.length === 1) return only;
  if (matching.length > 1)
    throw fail('usage', `"${which}" is the beginning of ${matching.length} sessions.`, { hint: `They are: ${matching.join(', ')}` });
  const hint = ids.length === 0 ? 'Start one with: massgen run "…"' : `There are: ${ids.sort().reverse().slice(0, 10).join(', ')}`;
  throw fail('not-found', `There is no session "${which}" in ${folder}.`, { hint });
}

export async function readSession(folder: string, id: SessionId): Promise<SessionLog> {
  const { events, readOnly } = readLog(sessionFiles(folder, id).log);
  const state = events.reduce((folded, event) => reduce(folded, event), emptyState);
  return { id, state, events, ...(readOnly && { readOnly }) };
}
