/** The facts by which a recording keeps its order: what the others come to know of, and the passing of time. */
import type { CandidateId, FactEvent, RunId } from '../../protocol/events.js';
import type { Course } from './provider.js';

export interface Milestone {
  name: string;
  run?: RunId;
}

export const checksOf = (candidate: CandidateId): string => `the checks of ${candidate}`;
export const passingOf = (what: string): string => `the passing of ${what}`;

/** What concerns one run alone is none. */
export function milestoneOf(fact: FactEvent): Milestone | undefined {
  switch (fact.type) {
    case 'run.started':
      return { name: `the start of run ${fact.run}`, run: fact.run };
    case 'run.ended':
      return { name: `the end of run ${fact.run}`, run: fact.run };
    case 'candidate.submitted':
      return { name: `answer ${fact.candidate.id}`, run: fact.candidate.run };
    case 'ballot.cast':
      return fact.run === undefined ? undefined : { name: `the ballot of run ${fact.run}`, run: fact.run };
    case 'evidence.recorded':
      return fact.candidate === undefined ? undefined : { name: checksOf(fact.candidate) };
    case 'time.passed':
      return { name: passingOf(fact.what) };
    case 'agent.set-aside':
      return { name: `${fact.agent} being set aside` };
    default:
      return undefined;
  }
}

export const beginningOf = (place: string, nth: number): string => `the beginning of ${place}, try ${nth + 1}`;

/** Calls that have begun where a recording is played: no fact tells of them, and what comes before a call is in it. */
const begun = new WeakMap<Course, { names: Set<string>; heard: Set<(name: string) => void> }>();

function beginnings(course: Course): { names: Set<string>; heard: Set<(name: string) => void> } {
  const known = begun.get(course) ?? { names: new Set(), heard: new Set() };
  begun.set(course, known);
  return known;
}

export function begin(course: Course, name: string): void {
  const { names, heard } = beginnings(course);
  names.add(name);
  for (const hear of heard) hear(name);
}

/** What there is to throw instead of going on to wait. */
export interface Despair {
  /** No fact has come for too long. */
  stalled(missing: readonly string[]): Error;
  /** After this fact it will not come. */
  lost(fact: FactEvent): Error | undefined;
}

/** Resolves when all of them stand; throws the signal's reason. */
export function untilStood(names: readonly string[], course: Course, signal: AbortSignal, despair?: Despair): Promise<void> {
  return new Promise((resolve, reject) => {
    const calls = beginnings(course);
    const missing = new Set(names.filter((name) => !calls.names.has(name)));
    const hear = (name: string): void => {
      missing.delete(name);
      if (missing.size === 0) end();
    };
    const see = (fact: FactEvent): void => {
      missing.delete(milestoneOf(fact)?.name ?? '');
      const error = despair?.lost(fact);
      if (error !== undefined) end(error);
    };
    const end = (error?: unknown): void => {
      off();
      calls.heard.delete(hear);
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onAbort = (): void => end(signal.reason);
    const timer = setTimeout(() => despair !== undefined && end(despair.stalled([...missing])), STALL_MS);
    const off = course.subscribe((event) => {
      timer.refresh();
      if (!('seq' in event)) return;
      see(event);
      if (missing.size === 0) end();
    });
    calls.heard.add(hear);
    for (const fact of course.facts) see(fact);
    if (signal.aborted) onAbort();
    else if (missing.size === 0) end();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** Without a fact for so long, what is waited for will not come. */
const STALL_MS = 300_000;
