/** What comes of the run that presents the winner: its closing words, and a newer version where it changed files. */
import type { RunId } from '../protocol/events.js';
import { currentTurn, type RunState } from '../protocol/state.js';
import { candidateOf, putForward } from './coordination.js';
import type { Recorder } from './recorder.js';
import type { Workplace } from './workplace.js';
import type { Store } from './workspace/store.js';

/** What the presenting agent changed becomes a new version of the winner, with its closing words. */
export async function putVersion(
  port: { store: Store; recorder: Recorder; run: RunState },
  workplace: Pick<Workplace, 'snapshot'>,
): Promise<void> {
  const { recorder, run } = port;
  const facts = recorder.ofRun(run.id);
  const winner = currentTurn(recorder.state)?.candidates.find((one) => one.id === run.presents);
  const wrote = facts.some((fact) => fact.type === 'tool.called' && (fact.effect === 'write' || fact.effect === 'run'));
  if (winner === undefined || !wrote || facts.some((fact) => fact.type === 'candidate.submitted')) return;
  const tree = await workplace.snapshot();
  if (tree === winner.tree) return;
  const version = await candidateOf(port, lastWords(recorder, run.id), tree, winner.id);
  putForward(recorder, { ...version, ...(winner.plan && { plan: winner.plan }) });
}

/** What a run said last. */
export function lastWords(recorder: Recorder, run: RunId): string {
  const last = recorder.ofRun(run).findLast((fact) => fact.type === 'message.completed');
  if (last?.type !== 'message.completed') return '';
  return last.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
}
