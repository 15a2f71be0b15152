/** Runs commands: in a sandbox where the machine has one, in recorded process groups, with output caps that keep head and tail. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { BackgroundCommand, CommandResult, CommandSpec, Commands } from './command.js';
import { childEnvironment, type Environment } from './environment.js';
import { launch, notStarted } from './launch.js';
import { type ProcessRecord, processRecord } from './leftovers.js';
import { cappedOutput } from './output-cap.js';
import { findProgram } from './programs.js';
import { quote } from './quote.js';
import { removeTree } from './remove-tree.js';
import { openSandbox, type Sandbox, trialProblem, type Wrapped } from './sandbox.js';

export type { BackgroundCommand, CommandResult, CommandSpec, Commands } from './command.js';
export { endLeftovers } from './leftovers.js';

export interface CommandsOptions {
  /** Where running processes are recorded, for `endLeftovers` after a crash. */
  recordFile?: string;
  /** The person's environment; commands get what is allow-listed of it. */
  env: Environment;
  /** A folder of ours, made if needed: HOME and TMPDIR of commands live in it. */
  privateHome: string;
  /** `off` where the person said so: commands then run unconfined. */
  sandbox?: 'auto' | 'off';
}

interface Surroundings {
  env: Environment;
  home: string;
  privateHome: string;
  shell: string;
  record: ProcessRecord;
  sandbox: Sandbox | undefined;
  closing: AbortSignal;
}

const DEFAULT_OUTPUT_BYTES = 64 * 1024;
/** Long, as a busy machine is no reason to have no walls. */
const TRIAL_MS = 60_000;

/** Opens what runs commands. Whether there is a sandbox is found out by really running a command in it, once. */
export async function openCommands(options: CommandsOptions): Promise<Commands> {
  mkdirSync(options.privateHome, { recursive: true, mode: 0o700 });
  const closing = new AbortController();
  const home = realPath(options.env.HOME ?? options.env.USERPROFILE ?? homedir());
  const around: Surroundings = {
    env: options.env,
    home,
    privateHome: realPath(options.privateHome),
    shell: findProgram('bash', options.env.PATH) ?? '/bin/sh',
    record: processRecord(options.recordFile),
    sandbox: undefined,
    closing: closing.signal,
  };
  const found = options.sandbox === 'off' ? { problem: 'The sandbox is switched off.' } : await tried(around);
  const problem = 'problem' in found ? found.problem : undefined;
  if (!('problem' in found)) around.sandbox = found;

  const running = new Set<Promise<CommandResult>>();
  const run = (spec: CommandSpec): Promise<CommandResult> => {
    const result = runIn(around, spec).finally(() => running.delete(result));
    running.add(result);
    return result;
  };
  return {
    sandbox: around.sandbox?.kind ?? 'none',
    ...(problem !== undefined && { sandboxProblem: problem }),
    run,
    start: (id, spec) => inBackground(id, spec, run),
    async [Symbol.asyncDispose]() {
      closing.abort();
      await Promise.all(running);
      await around.sandbox?.[Symbol.asyncDispose]();
      await removeTree(scopesOf(around.privateHome));
    },
  };
}

/** A trial that failed may have met another program that was just going, with its socket: one that is to be had fails once at most. */
const TRIALS = 3;

/** The sandbox of this machine, if a command in it can write where it may and cannot where it may not. */
async function tried(around: Surroundings): Promise<Sandbox | { problem: string }> {
  for (let trial = 1; ; trial += 1) {
    const found = await tryOnce(around);
    if (!('problem' in found) || trial === TRIALS || around.closing.aborted) return found;
  }
}

async function tryOnce(around: Surroundings): Promise<Sandbox | { problem: string }> {
  const sandbox = openSandbox({ env: around.env, home: around.home });
  if ('problem' in sandbox) return sandbox;
  const folder = mkdtempSync(join(around.privateHome, 'trial-'));
  const [inside, outside] = [join(folder, 'in', 'file'), join(folder, 'file')];
  mkdirSync(dirname(inside));
  try {
    // Where the outside is hidden, writing there may seem to succeed; what counts is what is there afterwards.
    const command = `echo x > ${quote(inside)} && { echo x > ${quote(outside)}; } 2>/dev/null; true`;
    const spec: CommandSpec = { command, cwd: dirname(inside), writable: [dirname(inside)], network: 'none', timeoutMs: TRIAL_MS };
    const trial = await runIn({ ...around, sandbox }, spec);
    if (existsSync(inside) && !existsSync(outside)) return sandbox;
    await sandbox[Symbol.asyncDispose]();
    return { problem: trialProblem(trial.output) };
  } finally {
    await removeTree(folder);
  }
}

/** Never rejects: what could not be started is a result. */
async function runIn(around: Surroundings, spec: CommandSpec): Promise<CommandResult> {
  let wrapped: Wrapped | undefined;
  try {
    const folders = privateFolders(around, spec);
    const cwd = realPath(spec.cwd);
    const env = { ...environmentOf(around, spec, folders), ...spec.env };
    if (around.sandbox) {
      wrapped = await around.sandbox.wrap({
        // The proxies' settings bring a shared TMPDIR with them; ours is put back.
        command: typeof spec.network === 'object' ? `export TMPDIR=${quote(folders.temp)}; ${spec.command}` : spec.command,
        shell: around.shell,
        cwd,
        writable: [...spec.writable.map(realPath), folders.home, folders.temp],
        readOnly: (spec.readOnly ?? []).map(realPath),
        unreadable: [...(spec.unreadable ?? []).map(realPath), around.privateHome],
        temp: folders.temp,
        network: spec.network,
      });
    }
    const plain = process.platform === 'win32' ? spec.command : `${quote(around.shell)} -c ${quote(spec.command)}`;
    return await launch({
      line: wrapped?.line ?? plain,
      sandboxed: wrapped !== undefined,
      cwd,
      env,
      record: around.record,
      timeoutMs: spec.timeoutMs,
      signal: spec.signal ? AbortSignal.any([spec.signal, around.closing]) : around.closing,
      ...(spec.onOutput && { onOutput: spec.onOutput }),
      maxOutputBytes: spec.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES,
    });
  } catch (error) {
    return notStarted(error instanceof Error ? error.message : String(error));
  } finally {
    wrapped?.done();
  }
}

interface PrivateFolders {
  home: string;
  temp: string;
}

const scopesOf = (privateHome: string): string => join(privateHome, 'scopes');

/**
 * Invariant: commands share a HOME only if they may write the same roots, so that one agent can plant nothing
 * (settings, caches, hooks) for the commands of another, or for the checks.
 */
function privateFolders(around: Surroundings, spec: CommandSpec): PrivateFolders {
  const scope = createHash('sha256')
    .update([...spec.writable].sort().join('\0'))
    .digest('hex')
    .slice(0, 16);
  const folder = spec.privateDir ?? join(scopesOf(around.privateHome), scope);
  const [home, temp] = [join(folder, 'home'), join(folder, 'tmp')];
  for (const path of [home, temp]) mkdirSync(path, { recursive: true, mode: 0o700 });
  return { home: realpathSync(home), temp: realpathSync(temp) };
}

function environmentOf(around: Surroundings, spec: CommandSpec, folders: PrivateFolders): Record<string, string> {
  return childEnvironment({
    env: around.env,
    home: around.home,
    ownHome: folders.home,
    ownTemp: folders.temp,
    network: spec.network !== 'none',
  });
}

function inBackground(id: string, spec: CommandSpec, run: (spec: CommandSpec) => Promise<CommandResult>): BackgroundCommand {
  const stopping = new AbortController();
  const unread = cappedOutput(spec.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES);
  let ended: CommandResult | undefined;
  const result = run({
    ...spec,
    signal: spec.signal ? AbortSignal.any([spec.signal, stopping.signal]) : stopping.signal,
    onOutput(text) {
      unread.push(Buffer.from(text));
      spec.onOutput?.(text);
    },
  }).then((value) => {
    ended = value;
    return value;
  });
  return {
    id,
    read() {
      const output = unread.text();
      unread.clear();
      return ended ? { output, ended } : { output };
    },
    stop() {
      stopping.abort();
      return result;
    },
  };
}

function realPath(path: string): string {
  const absolute = resolve(path);
  return existsSync(absolute) ? realpathSync(absolute) : absolute;
}
