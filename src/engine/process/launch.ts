/** Starts one process in a group of its own, records it, reads what it prints, and ends all of it when it must end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { StringDecoder } from 'node:string_decoder';
import type { CommandResult } from './command.js';
import { askToEnd, type Group, killGroup } from './groups.js';
import type { ProcessRecord } from './leftovers.js';
import { type CappedOutput, cappedOutput } from './output-cap.js';
import { MARK } from './process-info.js';

export interface LaunchOptions {
  /** A simple command for a POSIX shell (on Windows: any command line). */
  line: string;
  /** Whether `line` is a sandbox that takes all that runs in it along when it ends. */
  sandboxed: boolean;
  cwd: string;
  env: Readonly<Record<string, string>>;
  record: ProcessRecord;
  timeoutMs: number;
  signal: AbortSignal;
  onOutput?: (text: string) => void;
  maxOutputBytes: number;
}

/** How long a process that was asked to end has for it. */
const GRACE_MS = 2000;
/** How long output may be silent, and go on in all, after the process has ended and something else holds its pipe open. */
const SILENCE_MS = 200;
const DRAIN_MS = 1000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Shell's own code for what is there but cannot be run. */
const NOT_STARTED = 126;

/**
 * Both streams are one pipe, so that their order is kept. The process waits at a gate until it is recorded:
 * if we die before, it reads the end of its input and does nothing.
 */
const GATE = 'exec 2>&1; read -r go || exit 125; exec </dev/null; exec ';

export function notStarted(why: string): CommandResult {
  return { exitCode: NOT_STARTED, endedBy: 'exit', output: `The command could not be started: ${why}`, durationMs: 0 };
}

/** Never rejects: what cannot be started is a result too. Settles when the process has ended, whoever holds its pipe. */
export function launch(options: LaunchOptions): Promise<CommandResult> {
  const mark = randomUUID();
  const output = cappedOutput(options.maxOutputBytes);
  if (options.signal.aborted) return Promise.resolve({ exitCode: null, endedBy: 'abort', output: '', durationMs: 0 });
  const began = performance.now();
  let child: ChildProcess;
  try {
    child = start(options, mark);
  } catch (error) {
    return Promise.resolve(notStarted(error instanceof Error ? error.message : String(error)));
  }
  return new Promise((resolve) => {
    if (child.pid === undefined) {
      child.once('error', (error) => resolve(notStarted(error.message)));
      return;
    }
    const group: Group = { pid: child.pid, mark };
    const ending = endOnRequest(options, group);
    const drained = drain(child, output, options.onOutput);
    child.on('error', () => undefined); // a signal that could not be delivered: the timer above kills it anyway
    child.once('exit', (code, signal) => {
      ending.cancel();
      // Invariant: nothing a command started outlives it. A sandbox takes all along by itself.
      if (!options.sandboxed) killGroup(group);
      options.record.ended(group);
      void drained(SILENCE_MS, DRAIN_MS).then(() => {
        const text = output.text();
        const durationMs = Math.round(performance.now() - began);
        const reason = ending.reason();
        if (reason) resolve({ exitCode: null, endedBy: reason, output: text, durationMs });
        else if (options.sandboxed && code === 1 && text.startsWith('bwrap: ')) resolve({ ...notStarted(text.trim()), durationMs });
        else resolve({ exitCode: code, endedBy: signal ? 'signal' : 'exit', output: text, durationMs });
      });
    });
    release(child, options, group);
  });
}

function start({ line, cwd, env }: LaunchOptions, mark: string): ChildProcess {
  const environment = { ...env, [MARK]: mark };
  if (process.platform === 'win32')
    return spawn(line, { cwd, env: environment, shell: true, windowsHide: true, stdio: ['ignore', 'pipe', 'pipe'] });
  return spawn('/bin/sh', ['-c', `${GATE}${line}`], { cwd, env: environment, detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
}

/** Records the process, then lets it begin. */
function release(child: ChildProcess, options: LaunchOptions, group: Group): void {
  // It may have ended already, killed from outside: then nobody reads what opens the gate.
  child.stdin?.on('error', () => undefined);
  try {
    options.record.started(group);
  } catch (error) {
    // Invariant: what cannot be recorded is not run, or a crash would leave it behind for ever.
    options.onOutput?.(`The command cannot be recorded: ${error instanceof Error ? error.message : String(error)}\n`);
    killGroup(group);
    return;
  }
  child.stdin?.end('\n');
}

/** Ends the group on time-out or abort: asked first, killed after a grace period. */
function endOnRequest(options: LaunchOptions, group: Group): { reason(): 'timeout' | 'abort' | undefined; cancel(): void } {
  let reason: 'timeout' | 'abort' | undefined;
  let killer: NodeJS.Timeout | undefined;
  const end = (why: 'timeout' | 'abort'): void => {
    if (reason) return;
    reason = why;
    askToEnd(group, options.sandboxed);
    killer = setTimeout(() => killGroup(group), GRACE_MS);
  };
  const abort = (): void => end('abort');
  const timer = setTimeout(() => end('timeout'), Math.min(options.timeoutMs, LONGEST_TIMER_MS));
  options.signal.addEventListener('abort', abort, { once: true });
  return {
    reason: () => reason,
    cancel() {
      clearTimeout(timer);
      clearTimeout(killer);
      options.signal.removeEventListener('abort', abort);
    },
  };
}

/** Reads both streams as they come; the returned function waits for their end, but not for ever. */
function drain(
  child: ChildProcess,
  output: CappedOutput,
  onOutput: ((text: string) => void) | undefined,
): (silenceMs: number, limitMs: number) => Promise<void> {
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  let open = streams.length;
  let heard: () => void = () => undefined;
  let closed: () => void = () => undefined;
  for (const stream of streams) {
    const decoder = new StringDecoder('utf8');
    stream.on('data', (chunk: Buffer) => {
      output.push(chunk);
      if (onOutput) tell(onOutput, decoder.write(chunk));
      heard();
    });
    stream.on('error', () => undefined); // the pipe broke: `close` follows
    stream.once('close', () => {
      if (onOutput) tell(onOutput, decoder.end());
      if (--open === 0) closed();
    });
  }
  return (silenceMs, limitMs) =>
    new Promise((resolve) => {
      if (open === 0) return resolve();
      const stop = (): void => {
        clearTimeout(silence);
        clearTimeout(limit);
        for (const stream of streams) stream.destroy();
        resolve();
      };
      let silence = setTimeout(stop, silenceMs);
      const limit = setTimeout(stop, limitMs);
      heard = () => {
        clearTimeout(silence);
        silence = setTimeout(stop, silenceMs);
      };
      closed = stop;
    });
}

function tell(onOutput: (text: string) => void, text: string): void {
  if (text !== '') onOutput(text);
}
