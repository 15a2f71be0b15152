/** Notices an agent that goes round in circles: the same calls with the same results, over and over. */
import type { FactEvent } from '../../protocol/events.js';

/** Of the latest calls, how many are looked at, how many equal ones earn a nudge, and how many end the run. */
const WINDOW = 16;
const NUDGE = 4;
const END = 10;

export type Repetition = { is: 'none' } | { is: 'nudge' | 'end'; tool: string };

export function repetitionIn(facts: readonly FactEvent[]): Repetition {
  const calls = new Map<string, { tool: string; signature: string }>();
  const done: { tool: string; signature: string }[] = [];
  let nudged = 0;
  // Each call leaves at most four facts; what is older cannot be in the window.
  for (const fact of facts.slice(-4 * WINDOW)) {
    if (fact.type === 'tool.called') calls.set(fact.call, { tool: fact.tool, signature: `${fact.tool} ${JSON.stringify(fact.input)}` });
    if (fact.type === 'run.nudged') nudged = done.length;
    const call = fact.type === 'tool.returned' ? calls.get(fact.call) : undefined;
    if (call !== undefined && fact.type === 'tool.returned')
      done.push({ tool: call.tool, signature: `${call.signature} ${fact.ok} ${fact.output}` });
  }
  const most = commonest(done.slice(-WINDOW));
  if (most.count >= END) return { is: 'end', tool: most.tool };
  const sinceNudge = commonest(done.slice(Math.max(nudged, done.length - WINDOW)));
  return sinceNudge.count >= NUDGE ? { is: 'nudge', tool: sinceNudge.tool } : { is: 'none' };
}

function commonest(calls: readonly { tool: string; signature: string }[]): { tool: string; count: number } {
  const counts = new Map<string, { tool: string; count: number }>();
  for (const { tool, signature } of calls) counts.set(signature, { tool, count: (counts.get(signature)?.count ?? 0) + 1 });
  return [...counts.values()].reduce((most, one) => (one.count > most.count ? one : most), { tool: '', count: 0 });
}
