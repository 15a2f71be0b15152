/** What the system knows of a process: when it started, whether it lives, and what belongs to a marked command. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { systemProgram } from './programs.js';

/** The variable that marks every process of a command with the command's own random id. */
export const MARK = 'MASSGEN_COMMAND';

/**
 * When a process started, in the system's own words: the same pid with another start time is another process.
 * undefined where there is no such process, or none that still runs (a zombie has ended).
 */
export function startTimeOf(pid: number): string | undefined {
  if (pid === process.pid) own ??= askedStartTime(pid);
  return pid === process.pid ? own : askedStartTime(pid);
}

/** Of this process; on Windows to ask takes half a second. */
let own: string | undefined;

function askedStartTime(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') return linuxStartTime(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    if (process.platform === 'win32') return windowsStartTime(pid);
    return psStartTime(pid);
  } catch {
    // No such file, or ps exits with 1: there is no such process.
    return undefined;
  }
}

/** Invariant: it is the same whoever asks, an editor without a language or a terminal in another zone, or a living process would count as gone. */
export function psStartTime(pid: number): string | undefined {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC0' };
  return (
    execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env }).trim() ||
    undefined
  );
}

function linuxStartTime(stat: string): string | undefined {
  // The name in parentheses may hold spaces and parentheses itself; the fields follow the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  return state === 'Z' || state === 'X' ? undefined : fields[19];
}

function windowsStartTime(pid: number): string | undefined {
  const script = `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`;
  return (
    execFileSync(systemProgram('WindowsPowerShell/v1.0/powershell.exe'), ['-NoProfile', '-Command', script], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
    }).trim() || undefined
  );
}

/**
 * Living processes that carry the mark of a command, wherever they moved to (own session, other parent).
 * Linux only; elsewhere the group and the tree of children must do.
 */
export function markedProcesses(marks: ReadonlySet<string>): Map<number, string> {
  const found = new Map<number, string>();
  if (process.platform !== 'linux' || marks.size === 0) return found;
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const mark = markOf(pid);
    if (mark !== undefined && marks.has(mark) && startTimeOf(pid) !== undefined) found.set(pid, mark);
  }
  return found;
}

function markOf(pid: number): string | undefined {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
    const prefix = `${MARK}=`;
    return environment
      .split('\0')
      .find((entry) => entry.startsWith(prefix))
      ?.slice(prefix.length);
  } catch {
    // Another user's process, or one that has just ended: not ours.
    return undefined;
  }
}

/** All descendants of a process by parent links; for systems without `/proc`. */
export function descendantsOf(pid: number): number[] {
  if (process.platform === 'win32') return [];
  let table: string;
  try {
    table = execFileSync('ps', ['-axo', 'pid=,ppid='], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    // Without ps only the group can be ended.
    return [];
  }
  const children = new Map<number, number[]>();
  for (const line of table.split('\n')) {
    const [child, parent] = line.trim().split(/\s+/).map(Number);
    if (child === undefined || parent === undefined) continue;
    children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  const found: number[] = [];
  const open = [pid];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const child of children.get(at) ?? []) {
      found.push(child);
      open.push(child);
    }
  }
  return found;
}

/** The error that a signal to the process would meet; `ESRCH` where it is gone. */
export function signalled(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}
