/** What an agent may call: a name, a schema, an effect, and what it does in the agent's workspace. */
import type { z } from 'zod';
import type { CheckResult, Effect } from '../../protocol/events.js';
import type { Planned } from '../../protocol/planned.js';
import type { CommandSpec, Commands } from '../process/commands.js';
import type { Jail } from './jail.js';
import type { Policy } from './policy.js';

export interface ToolContext {
  jail: Jail;
  commands: Commands;
  policy: Policy;
  /** Environment of the workspace's processes. */
  env: Readonly<Record<string, string>>;
  /** What commands may write, read and reach. */
  commandScope: CommandScope;
  /** Called before a command that installs: what it changes must be the workspace's own by then. */
  beforeInstall?(): Promise<void>;
  /** Background commands of this run, by id; the run stops them when it ends. */
  background: Background;
  signal: AbortSignal;
  /** Shows output while the tool works. */
  show(text: string): void;
  /** Asks the person (or the headless host's refusal) for what the policy says to ask. */
  approve(what: string, why: string, beyond?: Beyond): Promise<{ allowed: boolean; why?: string }>;
  /** The agents deliberate: what acts beyond the workspace and cannot be taken back is described, not done. */
  planning: boolean;
  /** Runs the folder's checks on the workspace as it is now. */
  checks(names: readonly string[] | undefined): Promise<{ checks: CheckResult[]; text: string }>;
}

/** It cannot be taken back: a yes is for this once. `granted`: why the policy allows it without asking; that is written down all the same. */
export interface Beyond {
  granted?: string;
}

/** The walls of a workspace's commands, as `CommandSpec` has them. */
export interface CommandScope {
  writable: readonly string[];
  readOnly: readonly string[];
  unreadable: readonly string[];
  /** Without an approval for more. */
  network: CommandSpec['network'];
}

export interface Background {
  /** `why`: it was not started, as there are too many. `network` replaces what the scope says. */
  start(command: string, cwd: string, timeoutMs: number, network?: CommandSpec['network']): { id: string } | { why: string };
  /** What it printed since the last read, and how it stands; undefined where there is no such command. */
  read(id: string): { output: string; status: string } | undefined;
  /** Ends it with all it started, and says how it ended. */
  stop(id: string): Promise<string | undefined>;
}

/** What the model reads. `ok: false` is for the model to see and act upon, never an exception. */
export interface ToolResult {
  ok: boolean;
  output: string;
  /** Paths relative to the workspace root that were written, moved or removed. */
  wrote?: string[];
  /** It was described instead of done: what would be done, and what it would act upon. */
  planned?: Pick<Planned, 'what' | 'why'>;
}

export interface Tool<Input = unknown> {
  name: string;
  description: string;
  input: z.ZodType<Input>;
  effect: Effect;
  /** Every call of it acts beyond the workspace and cannot be taken back. */
  beyond?: true;
  run(input: Input, context: ToolContext): Promise<ToolResult>;
}
