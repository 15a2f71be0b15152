/** The session's log: facts as lines of JSON, only ever appended, by one writer. */
import * as fs from 'node:fs';
import type { FactEvent } from '../protocol/events.js';
import { type Failure, FailureError, fail } from '../protocol/failure.js';
import type { SessionState } from '../protocol/state.js';
import type { Facts, FactsOfLog } from './facts.js';
import { current, type Format, misplacedAs, type Parsed, parseLog } from './log-format.js';

export { redactor } from './redact.js';

export interface Log {
  readonly path: string;
  /** What is in it, what is appended included. */
  readonly facts: Facts;
  /** Why nothing can be appended: a newer version's log, or a bad line. */
  readonly readOnly?: Failure;
  /**
   * Invariant: when it returns, the fact is a complete line of the file; when it throws (`log`), nothing of it is.
   */
  append(fact: FactEvent): void;
  close(): void;
}

/** The calls that a full or broken disk lets fail. */
type Disk = Pick<typeof fs, 'writeSync' | 'ftruncateSync' | 'fsyncSync' | 'fstatSync'>;

interface Options {
  format?: Format;
  disk?: Disk;
}

/** What a log says, without a lock and without a change to it: another process may be writing it. */
export interface LogRead {
  facts: Facts;
  state: SessionState;
  /** Bytes at the end that a crash left of a line, or that are just being written; 0 where the log can only be read. */
  tornBytes: number;
  readOnly?: Failure;
}

export function readLog(path: string, { format = current }: Options = {}): LogRead {
  const { facts, state, end, readOnly } = parsedAt(path, format);
  return readOnly ? { facts, state, tornBytes: 0, readOnly } : { facts, state, tornBytes: sizeOf(path) - end };
}

/**
 * Opens a log to go on with it, and makes it where there is none; the caller holds the session's lock.
 * What a crash left of a last line is kept beside, as `<path>.torn-<n>`, and cut off; a log of an older version is rewritten
 * in this one's, the old one kept as `<path>.v<n>`. A log that cannot be gone on with is not changed at all.
 */
export function openLog(path: string, { format = current, disk = fs }: Options = {}): { log: Log; state: SessionState } {
  try {
    fs.closeSync(fs.openSync(path, 'a+'));
    let parsed = parsedAt(path, format);
    if (parsed.readOnly !== undefined) return { log: refusing(path, parsed.facts, parsed.readOnly), state: parsed.state };
    if (parsed.end < sizeOf(path)) cutOff(path, parsed.end);
    if (parsed.version < format.version && parsed.facts.length > 0) {
      rewrite(path, parsed.version, parsed.facts);
      parsed = parsedAt(path, format);
    }
    return { log: writing(path, parsed.facts, disk), state: parsed.state };
  } catch (error) {
    if (error instanceof FailureError) throw error;
    throw cannot(path, 'opened', error);
  }
}

function refusing(path: string, facts: Facts, readOnly: Failure): Log {
  return {
    path,
    facts,
    readOnly,
    append() {
      throw new FailureError(readOnly);
    },
    close: () => undefined,
  };
}

/**
 * Facts after which the disk itself must have the line: the person's files are changed next, or have been, and only the
 * log can tell how to complete or undo that after a power cut; and at the end of a turn nothing more may come for hours.
 * All others are safe from a crash of the process with the system's own cache, and waiting for the disk at each would
 * hold up every agent.
 */
const SYNCED: ReadonlySet<string> = new Set<FactEvent['type']>([
  'turn.ended',
  'apply.started',
  'changes.applied',
  'changes.undone',
  'changes.rejected',
]);

function writing(path: string, facts: FactsOfLog, disk: Disk): Log {
  // Not in append mode: Windows does not cut off a file that is open so.
  const file = fs.openSync(path, 'r+');
  let size = fs.fstatSync(file).size;
  let isOpen = true;
  let broken: FailureError | undefined;

  const put = (line: Buffer, synced: boolean): void => {
    try {
      for (let done = 0; done < line.length; ) done += disk.writeSync(file, line, done, line.length - done, size + done);
      if (synced) sync(file, disk);
      // A file without a name takes every line, and is gone when it is closed.
      if (disk.fstatSync(file).nlink === 0) throw Object.assign(new Error('it was removed'), { code: 'ENOENT' });
    } catch (error) {
      broken = takeBack(error);
      throw broken ?? cannot(path, 'written', error);
    }
  };
  /** Gives the failure that closes the log for good, where a part of a line may stand now: nothing may come after it. */
  const takeBack = (cause: unknown): FailureError | undefined => {
    try {
      disk.ftruncateSync(file, size);
      return undefined;
    } catch (error) {
      return cannot(path, 'written', new AggregateError([cause, error], messageOf(cause)));
    }
  };
  return {
    path,
    facts,
    append(fact) {
      if (!isOpen) throw fail('log', `${path} is closed.`);
      if (broken !== undefined) throw broken;
      const misplaced = misplacedAs(fact, facts.length + 1);
      if (misplaced !== undefined) throw fail('log', `Nothing was added to ${path}: ${misplaced}.`);
      const line = Buffer.from(`${JSON.stringify(fact)}\n`);
      put(line, SYNCED.has(fact.type));
      size += line.length;
      facts.add(fact, size);
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      try {
        sync(file, disk);
      } catch (error) {
        throw cannot(path, 'written', error);
      } finally {
        fs.closeSync(file);
      }
    },
  };
}

function sync(file: number, disk: Disk): void {
  try {
    disk.fsyncSync(file);
  } catch (error) {
    // Some file systems have no such thing; what they can, they have done.
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) throw error;
  }
}

function parsedAt(path: string, format: Format): Parsed {
  try {
    return parseLog(path, format);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw fail('not-found', `There is no log at ${path}.`, { cause: error });
    throw cannot(path, 'read', error);
  }
}

const sizeOf = (path: string): number => fs.statSync(path).size;

/** Nothing is thrown away: the torn end is a file of its own before it is cut off. */
function cutOff(path: string, whole: number): void {
  const torn = fs.readFileSync(path).subarray(whole);
  for (let n = 1; ; n += 1) {
    try {
      fs.writeFileSync(`${path}.torn-${n}`, torn, { flag: 'wx', flush: true });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  fs.truncateSync(path, whole);
}

/** Invariant: at every moment `path` is a whole log, of the old version or of the new one. */
function rewrite(path: string, version: number, facts: Facts): void {
  const fresh = `${path}.new`;
  const file = fs.openSync(fresh, 'w');
  try {
    for (const fact of facts) fs.writeFileSync(file, `${JSON.stringify(fact)}\n`);
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
  fs.copyFileSync(path, `${path}.v${version}`);
  fs.renameSync(fresh, path);
}

function cannot(path: string, what: string, cause: unknown): FailureError {
  const code = (cause as NodeJS.ErrnoException).code;
  return fail('log', `${path} cannot be ${what}: ${messageOf(cause)}`, {
    cause,
    hint: HINTS[code ?? ''] ?? 'What was recorded before is kept.',
  });
}

const FREE = 'Free some space on the disk; what was recorded before is kept.';
const RIGHTS = 'See to it that you may write this file; what was recorded before is kept.';
const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: FREE,
  EDQUOT: FREE,
  EACCES: RIGHTS,
  EPERM: RIGHTS,
  EROFS: RIGHTS,
  ENOENT: 'Someone removed it; what was applied to your folder stays as it is. Start again with: massgen run "…"',
  EIO: 'The disk itself failed; what was recorded before is kept. Try again, or copy the folder to another disk.',
};

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
