/** A lock file that belongs to a living process: it names its owner and is taken over the moment that process is gone, never by age. */
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail } from '../../protocol/failure.js';
import { signalled, startTimeOf } from './process-info.js';
import { renameOver } from './rename-over.js';

export interface Lock extends AsyncDisposable {
  readonly path: string;
}

export interface LockOwner {
  pid: number;
  host: string;
  purpose: string;
  /** Milliseconds since 1970. */
  since: number;
}

interface Entry extends LockOwner {
  /** Tells the process from a later one with the same pid; '' where the system does not say. */
  start: string;
  /** Tells this lock from every other, the same process's included. */
  id: string;
}

/** What of the file system may be missing: hard links. */
interface Ports {
  link(from: string, to: string): Promise<void>;
}

/** Throws a FailureError with code `locked` that names the owner, where a living process (this one included) holds the lock. */
export async function acquireLock(path: string, purpose: string, ports: Ports = fs): Promise<Lock> {
  await fs.mkdir(dirname(path), { recursive: true });
  const text = entryText(purpose);
  const inTheWay = await hold(path, text, ports);
  if (inTheWay !== undefined) throw refused(path, inTheWay);
  return { path, [Symbol.asyncDispose]: () => removeOurs(path, text) };
}

/** Who holds the lock; undefined where nobody living does. */
export async function lockOwner(path: string): Promise<LockOwner | undefined> {
  const owner = (await look(path))?.owner;
  return owner && { pid: owner.pid, host: owner.host, purpose: owner.purpose, since: owner.since };
}

/** How often a takeover by another process is waited for: it is a matter of milliseconds, unless that process is stopped in its midst. */
const PATIENCE = 200;
const PAUSE_MS = 25;

/**
 * Puts `text` at `path`; gives the living owner that is in the way, if there is one.
 * Invariant: at any moment at most one living process finds its own text at `path`.
 */
async function hold(path: string, text: string, ports: Ports): Promise<Entry | undefined> {
  for (let patience = PATIENCE; ; ) {
    if (await create(path, text, ports)) return undefined;
    const seen = await look(path);
    // Let go of meanwhile; or a network file system made the link and lost the answer.
    if (seen === undefined) continue;
    if (seen.text === text) return undefined;
    if (seen.owner !== undefined) return seen.owner;
    const { done, busy } = await takeOver(path, seen.text, text, ports);
    if (done) return undefined;
    if (busy === undefined) continue;
    patience -= 1;
    if (patience === 0) return busy;
    await sleep(PAUSE_MS);
  }
}

/**
 * Replaces the lock of a process that is gone. Who does so holds a lock of its own meanwhile and looks again under it, then
 * puts the new lock over the old one in one step: there is no moment at which the name is free, nor one at which a fresh
 * lock can be mistaken for the stale one. (Moving the stale lock away and a wrongly moved one back would leave such a
 * moment, in which a third process gets the lock.) If the process dies in the midst of it, its lock is taken over likewise.
 */
async function takeOver(path: string, stale: string, text: string, ports: Ports): Promise<{ done: boolean; busy?: Entry }> {
  const guard = `${path}.takeover`;
  const guardText = entryText(`takeover of ${path}`);
  const busy = await hold(guard, guardText, ports);
  if (busy !== undefined) return { done: false, busy };
  try {
    if ((await read(path)) !== stale) return { done: false };
    await withFile(path, text, (file) => renameOver(file, path));
    return { done: true };
  } finally {
    await removeOurs(guard, guardText);
  }
}

/** Where hard links are not supported: FAT, some network and container file systems. */
const NO_LINKS = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL', 'EMLINK', 'EXDEV']);

/** Makes the file whole, in one step, if there is none. */
async function create(path: string, text: string, ports: Ports): Promise<boolean> {
  try {
    await withFile(path, text, (file) => ports.link(file, path));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!NO_LINKS.has(codeOf(error) ?? '')) throw error;
  }
  try {
    // Here alone the file is there before its text is: `look` gives it the time.
    await fs.writeFile(path, text, { flag: 'wx' });
    return (await read(path)) === text;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function withFile(path: string, text: string, use: (file: string) => Promise<void>): Promise<void> {
  const file = `${path}.${randomUUID()}`;
  try {
    await fs.writeFile(file, text, { flag: 'wx' });
    await use(file);
  } finally {
    await fs.rm(file, { force: true });
  }
}

const TORN_MS = 100;

/** What is at `path`, and who of the living it belongs to. What cannot be read as a lock, now and a moment later, is nobody's. */
async function look(path: string): Promise<{ text: string; owner?: Entry } | undefined> {
  const text = await read(path);
  if (text === undefined) return undefined;
  const entry = parse(text);
  if (entry !== undefined) return isLiving(entry) ? { text, owner: entry } : { text };
  await sleep(TORN_MS);
  const again = await read(path);
  return again === text ? { text } : look(path);
}

/** Invariant: a process counts as gone only if that is known; on another host it is not. */
function isLiving({ pid, host, start }: Entry): boolean {
  if (host !== hostname()) return true;
  const signal = signalled(pid);
  if (signal === 'ESRCH') return false;
  const now = startTimeOf(pid);
  if (now !== undefined) return start === '' || now === start;
  // On Linux only a zombie takes a signal and has no start time; another user's process may be hidden, and elsewhere `ps` may be missing.
  return signal !== undefined || process.platform !== 'linux';
}

function entryText(purpose: string): string {
  const entry: Entry = {
    pid: process.pid,
    host: hostname(),
    purpose,
    since: Date.now(),
    start: startTimeOf(process.pid) ?? '',
    id: randomUUID(),
  };
  return `${JSON.stringify(entry)}\n`;
}

function parse(text: string): Entry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Torn, empty or not ours: the caller treats it as nobody's.
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, host, purpose, since, start, id } = value as Partial<Record<keyof Entry, unknown>>;
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid < 1 || typeof since !== 'number') return undefined;
  if (typeof host !== 'string' || typeof purpose !== 'string' || typeof start !== 'string' || typeof id !== 'string') return undefined;
  return { pid, host, purpose, since, start, id };
}

/** Nobody takes the lock of a living process, so what is ours is still ours when it is removed. */
async function removeOurs(path: string, text: string): Promise<void> {
  if ((await read(path)) === text) await fs.rm(path, { force: true });
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await fs.readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** In the words of a person who has windows and terminals open; where the lock lies is said only where they may have to remove it. */
function refused(path: string, { pid, host, purpose, since }: Entry) {
  const what = `${purpose}, since ${new Date(since).toISOString()}`;
  if (host !== hostname())
    return fail('locked', `Another machine (${host}, process ${pid}) is busy here: ${what}.`, {
      hint: `Whether it still runs cannot be seen from here. If it does not, remove ${path}.`,
    });
  if (pid === process.pid)
    return fail('locked', `This very process (${pid}) is busy here: ${what}.`, { hint: 'Close what uses it first.' });
  return fail('locked', `Another window or terminal (process ${pid}) is busy here: ${what}.`, {
    retryable: true,
    hint: `Try again when it has finished, or end process ${pid}.`,
  });
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
