/** The record of what runs, kept so that what a crashed process left behind can be ended later. */
import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Group, killGroup, killProcess, whenGone } from './groups.js';
import { markedProcesses, startTimeOf } from './process-info.js';

interface Started extends Group {
  start: string;
}

export interface ProcessRecord {
  started(group: Group): void;
  ended(group: Group): void;
}

/**
 * One line for each start and each end, appended, so that several may write and a crash tears at most the last line.
 * Invariant: `started` returns only when the line is with the system; a command does no work before that.
 */
export function processRecord(file: string | undefined): ProcessRecord {
  if (file === undefined) return { started: () => undefined, ended: () => undefined };
  mkdirSync(dirname(file), { recursive: true });
  const running = new Set<string>();
  return {
    started(group) {
      running.add(group.mark);
      const line: Started = { pid: group.pid, mark: group.mark, start: startTimeOf(group.pid) ?? '' };
      appendFileSync(file, `${JSON.stringify(line)}\n`);
    },
    ended(group) {
      running.delete(group.mark);
      try {
        appendFileSync(file, `${JSON.stringify({ ended: group.mark })}\n`);
        if (running.size === 0 && stillOpen(file).length === 0) rmSync(file, { force: true });
      } catch (error) {
        // A full disk, or a folder that is gone: what has ended and stands there as running is only looked for once more.
        if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      }
    },
  };
}

/**
 * Ends what the writer of `recordFile` left running, and removes the record. Returns how many commands still ran.
 * Invariant: a process is killed only if it is the recorded one (same start time) or carries the command's own random mark;
 * a process that merely got the same id is left alone.
 */
export async function endLeftovers(recordFile: string): Promise<number> {
  const open = stillOpen(recordFile);
  const marked = markedProcesses(new Set(open.map((command) => command.mark)));
  const ended = new Set<string>();
  const gone: number[] = [];
  for (const command of open) {
    if (command.start === '' || startTimeOf(command.pid) !== command.start) continue;
    killGroup(command);
    ended.add(command.mark);
    gone.push(command.pid);
  }
  for (const [pid, mark] of marked) {
    killProcess(pid);
    ended.add(mark);
    gone.push(pid);
  }
  await whenGone(gone, 2000);
  rmSync(recordFile, { force: true });
  return ended.size;
}

function stillOpen(file: string): Started[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const open = new Map<string, Started>();
  for (const line of text.split('\n')) {
    const entry = parseLine(line);
    if (!entry) continue;
    if ('ended' in entry) open.delete(entry.ended);
    else open.set(entry.mark, entry);
  }
  return [...open.values()];
}

function parseLine(line: string): Started | { ended: string } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // The empty end of the file, or a line torn by a crash: its process had not begun to work.
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const entry = value as Record<string, unknown>;
  if (typeof entry.ended === 'string') return { ended: entry.ended };
  const { pid, start, mark } = entry;
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 1) return undefined;
  return typeof start === 'string' && typeof mark === 'string' ? { pid, start, mark } : undefined;
}
