/** The facts of one run, page by page, the newest first asked for. */
import { type FactEvent, type RunId, runIn } from '../../protocol/events.js';
import type { Answers } from '../../protocol/wire.js';

/** The last `limit` facts of the run before the fact number `before`, oldest first. */
export function pageOf(
  events: readonly FactEvent[],
  { run, before = Number.POSITIVE_INFINITY, limit }: { run: RunId; before?: number | undefined; limit: number },
): Answers['transcript'] {
  const facts: FactEvent[] = [];
  // Facts are numbered from 1 without gaps.
  for (let at = Math.min(events.length, before - 1) - 1; at >= 0; at--) {
    const event = events[at];
    if (event === undefined || runIn(event) !== run) continue;
    if (facts.length === limit) return { facts: facts.reverse(), more: true };
    facts.push(event);
    if (event.type === 'run.started') break;
  }
  return { facts: facts.reverse(), more: false };
}
