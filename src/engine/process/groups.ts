/** Signals everything that belongs to a command: its process group, and what left the group. */
import { spawnSync } from 'node:child_process';
import { descendantsOf, markedProcesses, startTimeOf } from './process-info.js';
import { systemProgram } from './programs.js';

export interface Group {
  /** The leader, whose id is the group's id too. */
  pid: number;
  mark: string;
}

/** Sends `signal` to one process or (negative id) group; gone already is as good as signalled. */
function send(id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(id, signal);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // ESRCH: it has ended. EPERM: macOS says so of a group of zombies; another user's process is never in a group of ours.
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

/** What belongs to a command beside its leader and wherever it moved. */
function membersOf(group: Group): number[] {
  const members = process.platform === 'linux' ? [...markedProcesses(new Set([group.mark])).keys()] : descendantsOf(group.pid);
  return members.filter((pid) => pid !== group.pid);
}

/**
 * Asks all of a command to end. Inside a sandbox the leader is the sandbox itself: it is left to end
 * by itself when the command in it does, because to end it would kill the command at once.
 */
export function askToEnd(group: Group, sandboxed: boolean): void {
  if (process.platform === 'win32') {
    killWindowsTree(group.pid);
    return;
  }
  for (const pid of membersOf(group)) send(pid, 'SIGTERM');
  if (!sandboxed) send(-group.pid, 'SIGTERM');
}

/** Kills all of a command, what left its group included. */
export function killGroup(group: Group): void {
  if (process.platform === 'win32') {
    killWindowsTree(group.pid);
    return;
  }
  const members = membersOf(group);
  send(-group.pid, 'SIGKILL');
  for (const pid of members) send(pid, 'SIGKILL');
}

/** Kills by process id alone what was found by mark, for a command whose leader is gone or whose id may be another's by now. */
export function killProcess(pid: number): void {
  if (process.platform === 'win32') killWindowsTree(pid);
  else send(pid, 'SIGKILL');
}

function killWindowsTree(pid: number): void {
  // Exits with an error where the process has ended already, which is what was wanted.
  spawnSync(systemProgram('taskkill.exe'), ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true });
}

/** Resolves once none of `pids` runs any more, or after `limitMs`. */
export async function whenGone(pids: readonly number[], limitMs: number): Promise<void> {
  const until = performance.now() + limitMs;
  while (pids.some((pid) => startTimeOf(pid) !== undefined) && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
