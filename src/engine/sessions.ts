/** The sessions of a folder, as their logs tell: listing, finding and reading them takes no lock. */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { textOf } from '../protocol/content.js';
import type { SessionId } from '../protocol/events.js';
import type { Failure } from '../protocol/failure.js';
import { fail } from '../protocol/failure.js';
import { currentTurn, type SessionState, titleOf } from '../protocol/state.js';
import type { SessionRow } from '../protocol/wire.js';
import { documentOf, type Format } from './export/document.js';
import type { Facts } from './facts.js';
import { readLog } from './log.js';
import { endLeftovers } from './process/leftovers.js';
import { acquireLock, type Lock, lockOwner } from './process/lock.js';
import { removeTree } from './process/remove-tree.js';
import { bytesBelow } from './workspace/bytes-below.js';
import { openStore } from './workspace/open-store.js';
import { requireOwnSession } from './workspace/own-places.js';

export interface SessionLog {
  id: SessionId;
  state: SessionState;
  facts: Facts;
  /** Why nothing can be added to it: a newer version's log, or a bad line. */
  readOnly?: Failure;
}

/** The files of one session. */
export function sessionFiles(folder: string, id: SessionId): { folder: string; log: string; lock: string; processes: string } {
  const own = join(sessionsFolder(folder), id);
  return { folder: own, log: join(own, 'events.jsonl'), lock: join(own, 'lock'), processes: join(own, 'processes.jsonl') };
}

export function sessionsFolder(folder: string): string {
  return join(existsSync(folder) ? realpathSync(folder) : folder, '.massgen', 'sessions');
}

/** Whoever writes of a session holds its lock, or throws `locked` where a living process does. Invariant: it is known then that nothing of it leads elsewhere. */
export async function lockSession(folder: string, id: SessionId, purpose: string): Promise<Lock> {
  requireOwnSession(dirname(sessionsFolder(folder)), id);
  return acquireLock(sessionFiles(folder, id).lock, purpose);
}

/** Newest first. */
export const listSessions = (folder: string): Promise<SessionRow[]> => openCatalogue(folder).rows();

/** The sessions of a folder, asked for again and again: a log that has not grown is not read again. */
export interface Catalogue {
  /** Newest first. */
  rows(): Promise<SessionRow[]>;
}

export function openCatalogue(folder: string): Catalogue {
  const known = new Map<SessionId, { as: string; row: SessionRow }>();
  /** None where it was removed meanwhile. */
  const rowAt = async (id: SessionId): Promise<SessionRow[]> => {
    const log = statSync(sessionFiles(folder, id).log, { throwIfNoEntry: false });
    if (log === undefined) return [];
    const as = `${log.size} ${log.mtimeMs}`;
    const before = known.get(id);
    // What is still at work is only as much as a living process says.
    const row = before?.as === as ? { ...before.row, status: await statusOf(folder, id, before.row.status) } : await rowOf(folder, id);
    known.set(id, { as, row });
    return [row];
  };
  return {
    async rows() {
      const rows = await Promise.all(idsIn(folder).map(rowAt));
      return rows.flat().sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1));
    },
  };
}

/** An older MassGen keeps other things in that folder: only what has a log of ours is a session. */
function idsIn(folder: string): SessionId[] {
  const parent = sessionsFolder(folder);
  if (!existsSync(parent)) return [];
  return readdirSync(parent).filter((id) => existsSync(join(parent, id, 'events.jsonl')));
}

async function rowOf(folder: string, id: SessionId): Promise<SessionRow> {
  const { state, facts, readOnly } = await readSession(folder, id);
  const turn = currentTurn(state);
  const usage = Object.values(state.usage);
  const standing = state.applies.filter((apply) => apply.status === 'applied');
  return {
    id,
    title: titleOf(state),
    startedAt: facts.at(1)?.at ?? 0,
    lastAt: state.at,
    turns: state.turns.length,
    agents: turn?.agents.length ?? 0,
    status: readOnly !== undefined && facts.length === 0 ? 'unreadable' : await statusOf(folder, id, turn?.decision?.outcome ?? 'cut-off'),
    costUsd: usage.reduce((sum, one) => sum + one.costUsd, 0),
    unknown: usage.some((one) => one.unknown),
    bytes: await bytesBelow(sessionFiles(folder, id).folder),
    applied: new Set(standing.flatMap((apply) => apply.paths)).size,
  };
}

/** What has no outcome is running where a living process writes it, and cut off where none does. */
async function statusOf(folder: string, id: SessionId, status: SessionRow['status']): Promise<SessionRow['status']> {
  if (status !== 'cut-off' && status !== 'running') return status;
  return (await lockOwner(sessionFiles(folder, id).lock)) === undefined ? 'cut-off' : 'running';
}

/** A process died while it wrote this session: what it left is put in order when the session is opened. */
export async function wasKilled(folder: string, id: SessionId): Promise<boolean> {
  const { lock } = sessionFiles(folder, id);
  return existsSync(lock) && (await lockOwner(lock)) === undefined;
}

/** All that there may be of a session before its log is. */
const UNBORN = /^(lock(\..*)?|processes\.jsonl|home)$/;

/** Removes what processes have left that died before their session had begun: it has no log, so nobody can name it. */
export async function dropUnborn(folder: string): Promise<void> {
  const parent = sessionsFolder(folder);
  if (!existsSync(parent)) return;
  const folders = readdirSync(parent, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name: id } of folders) {
    if (existsSync(join(parent, id, 'events.jsonl'))) continue;
    const files = sessionFiles(folder, id);
    if (!existsSync(files.lock) || (await lockOwner(files.lock)) !== undefined) continue;
    if (!readdirSync(files.folder).every((name) => UNBORN.test(name))) continue;
    await endLeftovers(files.processes);
    await removeTree(files.folder);
  }
}

/** Removes the session's log and its workspaces; what it applied stays. Throws `locked` where a living process writes it. */
export async function removeSession(folder: string, id: SessionId): Promise<void> {
  const files = sessionFiles(folder, id);
  await using _lock = await lockSession(folder, id, `the removal of session ${id}`);
  await using store = await openStore(folder);
  await store.cleanUp(id);
  await rm(files.folder, { recursive: true, force: true });
}

/** Where a session says something. */
export interface Match {
  turn: string;
  in: 'title' | 'request' | 'candidate' | 'ballot';
  text: string;
}

/** In what was asked, answered and given as a reason, and in the title; upper and lower case are alike. Newest first. */
export async function searchSessions(folder: string, text: string): Promise<(SessionRow & { matches: Match[] })[]> {
  const rows = await listSessions(folder);
  const all = await Promise.all(
    rows.map(async (row) => ({ ...row, matches: matchesIn((await readSession(folder, row.id)).state, text.toLowerCase()) })),
  );
  return all.filter((row) => row.matches.length > 0);
}

function matchesIn(state: SessionState, wanted: string): Match[] {
  const named: Match[] = state.title ? [{ turn: '', in: 'title', text: state.title }] : [];
  const said = state.turns.flatMap((turn): Match[] => [
    { turn: turn.turn, in: 'request', text: textOf(turn.request) },
    ...turn.candidates.map((candidate): Match => ({ turn: turn.turn, in: 'candidate', text: textOf(candidate.words) })),
    ...turn.ballots.map((ballot): Match => ({ turn: turn.turn, in: 'ballot', text: ballot.reason })),
  ]);
  return [...named, ...said].filter((one) => one.text.toLowerCase().includes(wanted));
}

/** A session as a document. */
export async function exportSession(folder: string, id: SessionId, format: Format): Promise<string> {
  const { facts } = await readSession(folder, id);
  await using store = await openStore(folder);
  return documentOf(format, [...facts], (base, tree) => store.diff(base, tree));
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
  const { state, facts, readOnly } = readLog(sessionFiles(folder, id).log);
  return { id, state, facts, ...(readOnly && { readOnly }) };
}
