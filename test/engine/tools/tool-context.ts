/** A tool context over a test tree, with answers to what is asked and a record of it. */
import { join } from 'node:path';
import type { CommandResult, CommandSpec, Commands } from '../../../src/engine/process/commands.js';
import { openBackground } from '../../../src/engine/tools/background.js';
import { callTool, tools } from '../../../src/engine/tools/index.js';
import { type PolicyConfig, policyFrom } from '../../../src/engine/tools/policy.js';
import type { CommandScope, ToolContext, ToolResult } from '../../../src/engine/tools/tool.js';
import type { TestTree } from './sandbox-tree.js';

export function scopeOf(tree: TestTree): CommandScope {
  return { writable: [tree.root], readOnly: [join(tree.folder, 'node_modules')], unreadable: [], network: 'none' };
}

/** Commands that are not run, but kept; `sandbox` is what the test says. */
export function pretendCommands(sandbox: Commands['sandbox'], result: Partial<CommandResult> = {}): Commands & { ran: CommandSpec[] } {
  const ran: CommandSpec[] = [];
  const whole: CommandResult = { exitCode: 0, endedBy: 'exit', output: '', durationMs: 1, ...result };
  return {
    sandbox,
    ran,
    async run(spec) {
      ran.push(spec);
      return whole;
    },
    start(id, spec) {
      ran.push(spec);
      return { id, read: () => ({ output: '' }), stop: async () => whole };
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

export interface TestContext extends AsyncDisposable {
  context: ToolContext;
  /** What was asked: the command and why. */
  asked: { what: string; why: string }[];
  shown: string[];
  call(name: string, args: unknown): Promise<ToolResult>;
}

export function openContext(
  tree: TestTree,
  options: { commands?: Commands; policy?: PolicyConfig; approve?: boolean; more?: Partial<ToolContext> } = {},
): TestContext {
  const commands = options.commands ?? pretendCommands('bubblewrap');
  const commandScope = scopeOf(tree);
  const background = openBackground(commands, { ...commandScope, env: {} });
  const asked: TestContext['asked'] = [];
  const shown: string[] = [];
  const context: ToolContext = {
    ...{ jail: tree.jail, commands, commandScope, background },
    planning: false,
    policy: policyFrom(options.policy ?? {}),
    env: {},
    signal: new AbortController().signal,
    show: (text) => void shown.push(text),
    async approve(what, why) {
      asked.push({ what, why });
      return options.approve === true ? { allowed: true } : { allowed: false, why: 'nobody is here to ask' };
    },
    checks: async () => ({ checks: [], text: '' }),
    ...options.more,
  };
  return {
    ...{ context, asked, shown },
    async call(name, args) {
      const tool = tools.find((candidate) => candidate.name === name);
      if (tool === undefined) throw new Error(`no tool ${name}`);
      return callTool(tool, typeof args === 'string' ? args : JSON.stringify(args), context);
    },
    [Symbol.asyncDispose]: () => background[Symbol.asyncDispose](),
  };
}
