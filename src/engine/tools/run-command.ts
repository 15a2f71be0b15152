/** `run_command`: a shell command in the workspace, as far as the policy lets it. */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { CommandResult, CommandSpec } from '../process/commands.js';
import { installs } from './installs.js';
import { isInside } from './jail.js';
import { done, planned, refused } from './outcome.js';
import { judgeCommand, type Verdict } from './policy.js';
import type { ReadText } from './scripts.js';
import type { Beyond, Tool, ToolContext, ToolResult } from './tool.js';

const defaultSeconds = 120;
const maxSeconds = 600;
const MOST_OF_A_SCRIPT = 256 * 1024;

const input = z.strictObject({
  command: z.string().min(1).describe('The command line, run by a shell in the folder you start in. Each call is a new shell.'),
  timeout_seconds: z
    .number()
    .min(1)
    .max(maxSeconds)
    .optional()
    .describe(`When it is stopped; ${defaultSeconds} where absent, ${maxSeconds} at most.`),
  background: z.boolean().optional().describe('Start it and go on; read_output reads what it prints, stop_command ends it.'),
});

/** Invariant: nothing is run before the policy has judged the whole command line, and been answered where it asks. */
export const runCommand: Tool<z.infer<typeof input>> = {
  name: 'run_command',
  description: 'Runs a shell command in your workspace and gives its exit code and output.',
  input,
  effect: 'run',
  async run({ command, timeout_seconds, background = false }, context) {
    context.signal.throwIfAborted();
    const verdict = judgeCommand(context.policy, command, { sandboxed: context.commands.sandbox !== 'none', read: readIn(context) });
    if (verdict.beyond && verdict.decision !== 'deny' && context.planning) return planned(command, verdict.why);
    const refusal = await refusalOf(verdict, command, context);
    if (refusal !== undefined) return refused(refusal);
    const unprepared = await prepareInstall(command, context);
    if (unprepared !== undefined) return refused(unprepared);
    const network = verdict.needs === 'network' ? 'open' : context.commandScope.network;
    const timeoutMs = (timeout_seconds ?? (background ? maxSeconds : defaultSeconds)) * 1000;
    if (background) return startInBackground(command, timeoutMs, network, context);
    const { writable, readOnly, unreadable } = context.commandScope;
    const spec = {
      command,
      cwd: context.jail.cwd,
      env: context.env,
      writable,
      readOnly,
      unreadable,
      network,
      timeoutMs,
      signal: context.signal,
    };
    const result = await context.commands.run({ ...spec, onOutput: (text) => context.show(text) });
    return { ok: result.endedBy === 'exit' && result.exitCode === 0, output: `${ended(result, timeoutMs)}\n${result.output}`.trimEnd() };
  },
};

async function refusalOf(verdict: Verdict, command: string, context: ToolContext): Promise<string | undefined> {
  if (verdict.decision === 'allow' && !verdict.beyond) return undefined;
  if (verdict.decision === 'deny') return `Not run: ${verdict.why}. This is not allowed here, whatever it is wrapped in.`;
  const { allowed, why } = await context.approve(command, verdict.why, beyondOf(verdict));
  return allowed ? undefined : `Not run: ${verdict.why}${why === undefined ? '' : ` (${why})`}.`;
}

const beyondOf = ({ beyond, decision }: Verdict): Beyond | undefined =>
  beyond && (decision === 'allow' ? { granted: 'the policy allows it by name' } : {});

/** A script is read to see what it would do beyond the workspace; nothing of it is shown. */
function readIn({ jail }: ToolContext): ReadText {
  return (path) => {
    try {
      const file = realpathSync(resolve(jail.cwd, path));
      const { size } = statSync(file);
      return isInside(jail.root, file) && size <= MOST_OF_A_SCRIPT ? readFileSync(file, 'utf8') : undefined;
    } catch {
      // Not there, or no file: then it is no script either.
      return undefined;
    }
  };
}

/** Invariant: an install finds no link to the person's packages. Why it cannot be run, where they could not be replaced. */
async function prepareInstall(command: string, context: ToolContext): Promise<string | undefined> {
  if (context.beforeInstall === undefined || !installs(command)) return undefined;
  try {
    await context.beforeInstall();
    return undefined;
  } catch (error) {
    context.signal.throwIfAborted();
    return `Not run: the installed packages could not be made your own first (${error instanceof Error ? error.message : String(error)}).`;
  }
}

function startInBackground(command: string, timeoutMs: number, network: CommandSpec['network'], context: ToolContext): ToolResult {
  const started = context.background.start(command, context.jail.cwd, timeoutMs, network);
  return 'why' in started
    ? refused(started.why)
    : done(`Started as ${started.id}. It is stopped after ${timeoutMs / 1000} s, and when your work ends.`);
}

/** How a command ended, in words. */
export function ended(result: CommandResult, timeoutMs?: number): string {
  if (result.endedBy === 'timeout') return `timed out${timeoutMs === undefined ? '' : ` after ${timeoutMs / 1000} s`} and was stopped`;
  if (result.endedBy === 'abort') return 'stopped';
  if (result.exitCode === null) return 'ended by a signal';
  return `exit code ${result.exitCode}`;
}
