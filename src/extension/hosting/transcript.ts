/** The facts of one run, page by page, the newest first asked for. */
import type { Facts } from '../../engine/facts.js';
import { type FactEvent, type RunId, runIn } from '../../protocol/events.js';
import type { SessionState } from '../../protocol/state.js';
import type { Answers } from '../../protocol/wire.js';

/** The last `limit` facts of the run before the fact number `before`, oldest first. */
export function pageOf(
  { facts, state }: { facts: Facts; state: SessionState },
  { run, before = Number.POSITIVE_INFINITY, limit }: { run: RunId; before?: number | undefined; limit: number },
): Answers['transcript'] {
  const found: FactEvent[] = [];
  // Facts are numbered from 1 without gaps.
  for (let seq = Math.min(facts.length, lastSeqOf(state, run), before - 1); seq >= 1; seq -= 1) {
    const fact = facts.at(seq);
    if (fact === undefined || runIn(fact) !== run) continue;
    if (found.length === limit) return { facts: found.reverse(), more: true };
    found.push(fact);
    if (fact.type === 'run.started') break;
  }
  return { facts: found.reverse(), more: false };
}

/** Nothing of a run comes after the runs of another turn have begun: a long session is not looked through to its end. */
function lastSeqOf({ turns }: SessionState, run: RunId): number {
  const own = turns.findIndex(({ runs }) => runs.some(({ id }) => id === run));
  const next = turns.slice(own + 1).find(({ runs }) => runs.length > 0);
  return own === -1 ? 0 : (next?.runs[0]?.startedSeq ?? Number.POSITIVE_INFINITY);
}
