/** What a folder's `.massgen/` takes of the disk, and how it is made less. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionId } from '../protocol/events.js';
import { joined, type SessionState } from '../protocol/state.js';
import type { SessionRow } from '../protocol/wire.js';
import type { Env } from './config/substitute.js';
import type { StorageLimits } from './config/team.js';
import { lockOwner } from './process/lock.js';
import { allPending } from './rejecting.js';
import { listSessions, lockSession, readSession, removeSession, sessionFiles, sessionsFolder } from './sessions.js';
import { bytesBelow } from './workspace/bytes-below.js';
import { openStore } from './workspace/open-store.js';
import type { CollectOptions, Store } from './workspace/store.js';

/** In bytes. */
export interface Sizes {
  /** Their logs, and what their commands keep for themselves. */
  sessions: number;
  /** Bases, answers and outputs, of all sessions together. */
  store: number;
  workspaces: number;
  total: number;
}

const homeOf = (folder: string): string => join(sessionsFolder(folder), '..');

export async function sizesOf(folder: string): Promise<Sizes> {
  const home = homeOf(folder);
  const parts = ['sessions', 'store.git', 'workspaces'].map((name) => bytesBelow(join(home, name)));
  const [sessions = 0, store = 0, workspaces = 0] = await Promise.all(parts);
  return { sessions, store, workspaces, total: sessions + store + workspaces };
}

/** From so much of the limit on, a person is told. */
const NEAR = 0.8;

/** Where a person is to be told; undefined where there is room, or no limit. Nothing is removed by itself. */
export async function tightStorage(folder: string, { maxBytes }: StorageLimits): Promise<{ total: number; maxBytes: number } | undefined> {
  if (maxBytes === undefined) return undefined;
  const { total } = await sizesOf(folder);
  return total < maxBytes * NEAR ? undefined : { total, maxBytes };
}

/** The same, as the command line says it. */
export async function storageWarning(folder: string, limits: StorageLimits): Promise<string | undefined> {
  const tight = await tightStorage(folder, limits);
  if (tight === undefined) return undefined;
  const part = `${Math.round((tight.total / tight.maxBytes) * 100)} % of storage.max_size`;
  return `.massgen takes ${part}. massgen sessions prune --older-than 30d removes old sessions; --dry-run shows which.`;
}

/** What the folder's configuration says of it; `config`: another file than the one that is found. */
export async function storageLimits(folder: string, env: Env, config?: string): Promise<StorageLimits> {
  const { findConfig, loadConfig } = await import('./config/load.js');
  const file = config ?? (await findConfig(folder, env));
  return file === undefined ? {} : (await loadConfig(file, { env, folder })).storage;
}

export interface PruneOptions {
  /** Sessions that nothing was said in since then go. */
  before?: number;
  /** The newest ones that stay whatever their age. */
  keep?: number;
  /** Of these alone: who confirmed a list loses nothing that was not in it. */
  only?: readonly SessionId[];
  dryRun?: boolean;
  collect?: CollectOptions;
}

export interface Pruned {
  removed: Pick<SessionRow, 'id' | 'title' | 'bytes'>[];
  /** Old enough to go, and why they stay. */
  stayed: { id: SessionId; title: string; why: string }[];
  /** Sessions whose left-over workspaces went. */
  workspaces: SessionId[];
  /** Bytes on disk; absent in a dry run. */
  freed?: number;
  /** Why nothing was taken out of the store. */
  storeKept?: string;
}

/**
 * Removes old sessions, left-over workspaces, and what of the store no session names any more. With neither `before` nor `keep`
 * no session goes. Sessions that a living process writes, that were cut off, or of which something that was applied is neither
 * accepted nor rejected, stay.
 */
export async function prune(folder: string, options: PruneOptions = {}): Promise<Pruned> {
  const { dryRun = false } = options;
  if (!existsSync(homeOf(folder))) return { removed: [], stayed: [], workspaces: [] };
  const sizeBefore = dryRun ? 0 : (await sizesOf(folder)).total;
  await using store = await openStore(folder);
  const rows = await listSessions(folder);
  const pruned: Pruned = { removed: [], stayed: [], workspaces: [] };
  for (const row of chosen(rows, options)) {
    const why = await reasonToStay(folder, store, row);
    if (why !== undefined) pruned.stayed.push({ id: row.id, title: row.title, why });
    else if (dryRun || (await removed(folder, row.id))) pruned.removed.push({ id: row.id, title: row.title, bytes: row.bytes });
    else pruned.stayed.push({ id: row.id, title: row.title, why: IN_USE });
  }
  const gone = new Set(pruned.removed.map(({ id }) => id));
  const left = rows.filter(({ id }) => !gone.has(id));
  pruned.workspaces = await leftOver(folder, store, left, dryRun);
  if (dryRun) return pruned;
  const written = await inUse(folder, left);
  if (written === undefined) await store.collect(namedIn(folder, left), options.collect);
  else pruned.storeKept = `The store was left as it is, because session ${written} is in use.`;
  pruned.freed = Math.max(0, sizeBefore - (await sizesOf(folder)).total);
  return pruned;
}

const IN_USE = 'another process has it open';

/** `rows`: the newest first. */
function chosen(rows: readonly SessionRow[], { before, keep, only }: PruneOptions): SessionRow[] {
  if (before === undefined && keep === undefined) return [];
  return rows.slice(keep ?? 0).filter((row) => (before === undefined || row.lastAt < before) && (only?.includes(row.id) ?? true));
}

async function reasonToStay(folder: string, store: Store, row: SessionRow): Promise<string | undefined> {
  if (row.status === 'unreadable') return 'it cannot be read';
  if ((await lockOwner(sessionFiles(folder, row.id).lock)) !== undefined) return IN_USE;
  if (row.turns === 0) return 'nothing is recorded in it; massgen sessions remove takes it away';
  if (row.status === 'cut-off') return 'its last turn was cut off and can be gone on with';
  return (await hasPending(store, (await readSession(folder, row.id)).state))
    ? 'what it applied is not all accepted or rejected'
    : undefined;
}

async function hasPending(store: Store, state: SessionState): Promise<boolean> {
  const open = state.applies.some(({ status, accepted, rejected }) => status === 'applied' && joined(accepted, rejected) !== 'all');
  return open && (await allPending(store, state)).length > 0;
}

/** False where a process has come to write it meanwhile. */
const removed = (folder: string, id: SessionId): Promise<boolean> =>
  removeSession(folder, id).then(
    () => true,
    (error: unknown) => {
      if (isLocked(error)) return false;
      throw error;
    },
  );

const isLocked = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'failure' in error && (error.failure as { code?: unknown }).code === 'locked';

/** Workspaces of sessions that need none: they are gone, or their last turn has ended. */
async function leftOver(folder: string, store: Store, rows: readonly SessionRow[], dryRun: boolean): Promise<SessionId[]> {
  const needed = new Set(rows.filter(({ status }) => status === 'cut-off' || status === 'running').map(({ id }) => id));
  const there = new Set([join(store.home, 'workspaces'), join(store.gitDir, 'workspaces')].flatMap(namesIn));
  const ids = [...there].filter((id) => !needed.has(id));
  if (dryRun) return ids;
  const known = new Set(rows.map(({ id }) => id));
  const cleaned: SessionId[] = [];
  for (const id of ids) {
    try {
      await using _lock = known.has(id) ? await lockSession(folder, id, `clearing session ${id}`) : undefined;
      await store.cleanUp(id);
      cleaned.push(id);
    } catch (error) {
      // It is worked in again.
      if (!isLocked(error)) throw error;
    }
  }
  return cleaned;
}

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

async function inUse(folder: string, rows: readonly SessionRow[]): Promise<SessionId | undefined> {
  for (const { id } of rows) if ((await lockOwner(sessionFiles(folder, id).lock)) !== undefined) return id;
  return undefined;
}

const ID = /"([0-9a-f]{40}|[0-9a-f]{64})"/g;

/**
 * All that these sessions' logs name, whatever kind of fact it stands in. Invariant: an object is needed only if a log names it, or
 * what it is part of; so a kind of fact that is added keeps what it names without being known here.
 */
function* namedIn(folder: string, rows: readonly SessionRow[]): Iterable<string> {
  const seen = new Set<string>();
  for (const { id } of rows)
    for (const [, named = ''] of readFileSync(sessionFiles(folder, id).log, 'latin1').matchAll(ID)) {
      if (seen.has(named)) continue;
      seen.add(named);
      yield named;
    }
}
