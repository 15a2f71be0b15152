/** Carries out the tool calls of one reply: side by side where they only read, the two that end a run last. */
import type { ToolCallPart } from '../../protocol/content.js';
import type { Delta, Effect, Fact, FactEvent, RunId } from '../../protocol/events.js';
import { callTool } from '../tools/index.js';
import { planned } from '../tools/outcome.js';
import { judgeEffect, type Verdict } from '../tools/policy.js';
import type { Tool, ToolContext, ToolResult } from '../tools/tool.js';

export interface CallsPort {
  run: RunId;
  signal: AbortSignal;
  facts(): readonly FactEvent[];
  record(fact: Fact): void;
  emit(delta: Delta): void;
  now(): number;
  /** What a call works with; makes the workspace where it is not there yet. */
  context(call: string): Promise<ToolContext>;
  /** Told that a call which changes something failed: throws where it is the machine that did, which no model can mend. */
  suspect(): Promise<void>;
}

/**
 * True where one of the calls ended the run. Calls that have returned already, before a crash, are left out.
 * Invariant: `tool.called` stands before anything happens, `tool.returned` after. A call that has no return is never made again unless it
 * only reads, or its whole effect would be a fact that is not there.
 */
export async function callAll(port: CallsPort, calls: readonly ToolCallPart[], offered: readonly Tool[]): Promise<boolean> {
  const table = new Map(offered.map((tool) => [tool.name, tool]));
  const open = calls.filter(({ call }) => !port.facts().some((fact) => fact.type === 'tool.returned' && fact.call === call));
  const effectOf = (call: ToolCallPart): Effect => table.get(call.tool)?.effect ?? 'read';
  for (const batch of batches(open, effectOf)) await Promise.all(batch.map((call) => callOne(port, call, table)));
  let ended = false;
  for (const call of open.filter((one) => effectOf(one) === 'coordinate')) {
    if (ended)
      answer(port, call, 'coordinate', {
        ok: false,
        output: `Not done: your part ended with the call before. One ${call.tool} is enough.`,
      });
    else ended = await callOne(port, call, table);
  }
  return ended;
}

/** In order; calls that only read and follow each other go side by side. */
function batches(calls: readonly ToolCallPart[], effectOf: (call: ToolCallPart) => Effect): ToolCallPart[][] {
  const all: ToolCallPart[][] = [];
  let reading: ToolCallPart[] | undefined;
  for (const call of calls) {
    const effect = effectOf(call);
    if (effect === 'coordinate') continue;
    if (effect === 'read' && reading !== undefined) reading.push(call);
    else all.push([call]);
    reading = effect === 'read' ? (reading ?? all.at(-1)) : undefined;
  }
  return all;
}

async function callOne(port: CallsPort, call: ToolCallPart, table: ReadonlyMap<string, Tool>): Promise<boolean> {
  const tool = table.get(call.tool);
  const effect = tool?.effect ?? 'read';
  if (wasCalled(port, call) && !repeatable(effect)) {
    answer(port, call, effect, { ok: false, output: unknownOutcome });
    return false;
  }
  port.signal.throwIfAborted();
  const began = port.now();
  called(port, call, effect);
  const result = tool === undefined ? unknownTool(call.tool, [...table.keys()]) : await allowed(port, tool, call);
  // A run that was stopped meanwhile ends here; what the call did is not known for sure.
  port.signal.throwIfAborted();
  if (!result.ok && (effect === 'run' || effect === 'write')) await port.suspect();
  returned(port, call, result, port.now() - began);
  return effect === 'coordinate' && result.ok;
}

/** What `new_answer` and `vote` do is a fact or it did not happen, so they can be made again like what only reads. */
const repeatable = (effect: Effect): boolean => effect === 'read' || effect === 'coordinate';

const unknownOutcome =
  'The process was stopped while this ran, so its outcome is not known. It was not run again: look at the state of your files before you repeat it.';

const wasCalled = (port: CallsPort, { call }: ToolCallPart): boolean =>
  port.facts().some((fact) => fact.type === 'tool.called' && fact.call === call);

async function allowed(port: CallsPort, tool: Tool, call: ToolCallPart): Promise<ToolResult> {
  // Putting an answer forward and voting are what a run is for, and need no workspace rights; commands are judged by what they parse to.
  const context = await port.context(call.call);
  if (tool.effect === 'coordinate' || tool.effect === 'run') return callTool(tool, call.args, context);
  const judged = judgeEffect(context.policy, tool.effect);
  const verdict: Verdict = tool.beyond && judged.decision !== 'deny' ? { decision: 'ask', why: beyondByName, beyond: true } : judged;
  if (verdict.decision === 'deny') return { ok: false, output: `Not done: ${verdict.why}.` };
  if (verdict.beyond && context.planning) return planned(`${tool.name} ${call.args}`, verdict.why);
  if (verdict.decision === 'ask') {
    const what = `${tool.name} ${verdict.beyond ? call.args : call.args.slice(0, 200)}`;
    const { allowed: may, why } = await context.approve(what, verdict.why, verdict.beyond && {});
    if (!may) return { ok: false, output: `Not done: ${verdict.why}${why === undefined ? '' : ` (${why})`}.` };
  }
  return callTool(tool, call.args, context);
}

const beyondByName = 'what this tool does reaches beyond your workspace';

const unknownTool = (name: string, names: readonly string[]): ToolResult => ({
  ok: false,
  output: `There is no tool "${name}". The tools are: ${names.join(', ')}.`,
});

function answer(port: CallsPort, call: ToolCallPart, effect: Effect, result: ToolResult): void {
  if (!wasCalled(port, call)) called(port, call, effect);
  returned(port, call, result, 0);
}

function called(port: CallsPort, { call, tool, args }: ToolCallPart, effect: Effect): void {
  if (wasCalled(port, { type: 'tool-call', call, tool, args })) return;
  port.record({ type: 'tool.called', run: port.run, call, tool, input: parsed(args), effect });
}

function returned(port: CallsPort, { call }: ToolCallPart, { ok, output, wrote, planned: plan }: ToolResult, durationMs: number): void {
  const more = { ...(wrote && { wrote }), ...(plan && { planned: plan }) };
  port.record({ type: 'tool.returned', run: port.run, call, ok, output, durationMs, ...more });
}

/** As the model wrote it where that is no JSON. */
function parsed(args: string): unknown {
  try {
    return args.trim() === '' ? {} : JSON.parse(args);
  } catch {
    return args;
  }
}
