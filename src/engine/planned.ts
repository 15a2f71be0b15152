/** Actions that cannot be taken back: what an agent planned becomes part of its answer, and is asked for and done when that is presented. */
import type { AgentId, Candidate } from '../protocol/events.js';
import type { Planned } from '../protocol/planned.js';
import { type CandidateState, currentTurn, type TurnState } from '../protocol/state.js';
import type { Facts } from './facts.js';
import type { Recorder } from './recorder.js';
import { callTool } from './tools/index.js';
import type { Tool, ToolContext } from './tools/tool.js';

/** What the agent has planned up to now: with its previous answer, and since. The same thing twice is planned once. */
export function plannedBy(turn: TurnState, agent: AgentId, facts: Facts): Planned[] {
  const previous = turn.candidates.findLast((one) => one.agent === agent);
  const own = turn.runs.filter((run) => run.agent === agent);
  const runs = new Set(own.map((run) => run.id));
  // Nothing of a turn stands before its first run.
  const since = facts.after(previous?.seq ?? own[0]?.startedSeq ?? facts.length);
  const planned = since.flatMap((fact): Planned[] => {
    if (fact.type !== 'tool.returned' || fact.planned === undefined || !runs.has(fact.run)) return [];
    const call = since.find((one) => one.type === 'tool.called' && one.call === fact.call && one.run === fact.run);
    return call?.type === 'tool.called' ? [{ tool: call.tool, input: call.input, ...fact.planned }] : [];
  });
  const all = new Map([...(previous?.plan ?? []), ...planned].map((one) => [one.what, one]));
  return [...all.values()];
}

/** The part of it that the agent keeps in its answer, in that order; all where it does not say. */
export function keptOf(planned: readonly Planned[], keep: readonly string[] | undefined): { plan: Planned[] } | { why: string } {
  if (keep === undefined) return { plan: [...planned] };
  const plan = keep.map((what) => planned.find((one) => one.what === what.trim()));
  const unknown = keep.find((_, at) => plan[at] === undefined);
  if (unknown !== undefined)
    return { why: `Not accepted: "${unknown}" is not planned. Call it first, as if to do it; it is then described instead of done.` };
  return { plan: plan.filter((one) => one !== undefined) };
}

export const isSamePlan = ({ plan: one = [] }: Pick<Candidate, 'plan'>, other: readonly Planned[]): boolean =>
  one.length === other.length && one.every(({ what }, at) => what === other[at]?.what);

export interface CarryingOut {
  recorder: Recorder;
  run: string;
  candidate: CandidateState;
  tools: readonly Tool[];
  context(call: string): Promise<ToolContext>;
  signal: AbortSignal;
  now(): number;
}

/**
 * Asks for each planned action in its order and does what is allowed; what comes after one that was not done is not asked for.
 * Invariant: each is done at most once. It is in the log before it begins and after it has ended; begun and not ended, it counts as lost and is
 * not done again. Where nobody had answered yet it had not begun.
 */
export async function carryOut(port: CarryingOut): Promise<void> {
  for (const [at, planned] of (port.candidate.plan ?? []).entries()) {
    const call = `plan-${at + 1}`;
    const status = await actOn(port, call, planned, at);
    if (status !== 'done') return;
  }
}

async function actOn(port: CarryingOut, call: string, { tool: name, input }: Planned, place: number): Promise<string | undefined> {
  const { recorder, run, candidate, signal } = port;
  const before = statusOf(recorder, run, call);
  if (before === undefined || before === 'asked') {
    const tool = port.tools.find((one) => one.name === name);
    signal.throwIfAborted();
    const carriesOut = { candidate: candidate.id, place };
    recorder.record({ type: 'tool.called', run, call, tool: name, input, effect: tool?.effect ?? 'run', carriesOut });
    const began = port.now();
    const result =
      tool === undefined
        ? { ok: false, output: `There is no tool "${name}" any more.` }
        : await callTool(tool, JSON.stringify(input), await port.context(call));
    // A run that was stopped meanwhile ends here; what was begun is not known for sure.
    signal.throwIfAborted();
    recorder.record({ type: 'tool.returned', run, call, ok: result.ok, output: result.output, durationMs: port.now() - began });
  } else if (before === 'under-way') {
    recorder.record({ type: 'tool.returned', run, call, ok: false, output: lost, durationMs: 0, lost: true });
  } else if (before === 'denied' && !hasReturned(recorder, run, call)) {
    recorder.record({ type: 'tool.returned', run, call, ok: false, output: 'It was not allowed.', durationMs: 0 });
  }
  return statusOf(recorder, run, call);
}

const lost = 'The process was stopped while this ran, so whether it was done is not known. It was not done again.';

const statusOf = (recorder: Recorder, run: string, call: string): string | undefined =>
  currentTurn(recorder.state)?.acts.find((act) => act.run === run && act.call === call)?.status;

const hasReturned = (recorder: Recorder, run: string, call: string): boolean =>
  recorder.ofRun(run).some((fact) => fact.type === 'tool.returned' && fact.call === call);
