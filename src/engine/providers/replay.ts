/** Plays a recording again: each call gets what it got then, once the others have done what they had done then. */
import type { Backend, FactEvent } from '../../protocol/events.js';
import { FailureError, fail } from '../../protocol/failure.js';
import { differenceOf } from './differs.js';
import { ProviderError } from './errors.js';
import { begin, beginningOf, milestoneOf, untilStood } from './milestones.js';
import type { Course, ModelRequest, Provider, StreamPart } from './provider.js';
import { parseRecording, placeOf, type RecordedCall } from './recording.js';
import { delay } from './wrap.js';

/** `pace: recorded` among the parameters plays each part when it came then; all at once where absent. */
export function connectRecording(backend: Backend, text: string, file: string, course: Course | undefined): Provider {
  const { calls, facts: recorded } = parseRecording(text, file);
  const paced = backend.params.pace === 'recorded';
  const then = new Set(recorded.flatMap((fact) => milestoneOf(fact)?.name ?? []));
  const tries = new Map<string, number>();

  function diverged(what: string): FailureError {
    const hint =
      course !== undefined && baseIn([...course.facts]) !== baseIn(recorded)
        ? 'The folder is not as it was when this was recorded.'
        : 'The commands and checks of the folder may come out otherwise here, or another version of MassGen has recorded this.';
    return fail('config', `The recording ${file} cannot be played on: ${what}.`, { hint });
  }

  /** Invariant: who was set aside here and not then ends all others: none waits for what cannot come. */
  function lost(fact: FactEvent): FailureError | undefined {
    return fact.type === 'agent.set-aside' && !then.has(milestoneOf(fact)?.name ?? '') ? new FailureError(fact.why) : undefined;
  }

  function find(request: ModelRequest): RecordedCall {
    const place = placeOf(request.position);
    const nth = tries.get(place) ?? 0;
    tries.set(place, nth + 1);
    if (course !== undefined) begin(course, beginningOf(place, nth));
    const call = calls.get(place)?.[nth];
    if (call === undefined) throw diverged(`it has no reply for ${place}${nth === 0 ? '' : `, try ${nth + 1}`}`);
    const difference = differenceOf(call, request);
    if (difference !== undefined) throw diverged(`in ${place} ${difference}`);
    return call;
  }

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<StreamPart> {
    signal.throwIfAborted();
    for (const fact of course?.facts ?? []) {
      const error = lost(fact);
      if (error !== undefined) throw error;
    }
    const call = find(request);
    const began = Date.now();
    if (course !== undefined && !call.stopped) {
      const stalled = (missing: readonly string[]): Error =>
        diverged(`${placeOf(request.position)} came after ${missing.join(', ')}, which does not come here`);
      await untilStood(call.after, course, signal, { stalled, lost });
    }
    for (const [ms, part] of call.parts) {
      if (paced) await delay(Math.max(0, ms - (Date.now() - began)), signal);
      yield part;
    }
    if (call.stopped) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    if (call.failure !== undefined) throw new ProviderError(call.failure);
  }

  return { id: `scripted:${backend.model}`, label: `Recorded ${backend.model}`, models: async () => [backend.model], stream };
}

/** The tree of the last turn. */
const baseIn = (facts: readonly FactEvent[]): string | undefined => {
  const turn = facts.findLast((fact) => fact.type === 'turn.started');
  return turn?.type === 'turn.started' ? turn.base : undefined;
};
