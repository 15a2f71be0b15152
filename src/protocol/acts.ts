/** What has become of what a winner planned: folded from the facts of the run that presents it. */
import type { Candidate, CandidateId, FactOf, RunId } from './events.js';

/** `unanswered`: the run ended while the person was asked, so it was not done. */
export interface ActState {
  candidate: CandidateId;
  what: string;
  run: RunId;
  call: string;
  status: 'asked' | 'under-way' | 'done' | 'failed' | 'denied' | 'unanswered' | 'unknown';
  /** Why it was denied, or what it printed. */
  said?: string;
}

const isOf =
  ({ run, call }: { run: RunId; call: string }) =>
  (act: ActState): boolean =>
    act.run === run && act.call === call;

/** The same list where it is none of them. */
const changed = (acts: ActState[], of: { run: RunId; call: string }, change: (act: ActState) => ActState): ActState[] =>
  acts.some(isOf(of)) ? acts.map((act) => (isOf(of)(act) ? change(act) : act)) : acts;

/** Asked for again after a crash in which nobody had answered, it is the same. */
export function begun(acts: ActState[], candidate: Candidate | undefined, fact: FactOf<'tool.called'>): ActState[] {
  if (candidate === undefined) return acts;
  const { run, call, tool, carriesOut } = fact;
  const what = candidate.plan?.[carriesOut?.place ?? 0]?.what ?? tool;
  return [...acts.filter((act) => !isOf(fact)(act)), { candidate: candidate.id, what, run, call, status: 'asked' }];
}

export const answered = (acts: ActState[], fact: FactOf<'approval.answered'>): ActState[] =>
  changed(acts, fact, (act) => ({
    ...act,
    status: fact.answer === 'allowed' ? 'under-way' : 'denied',
    ...(fact.answer === 'denied' && fact.why !== undefined && { said: fact.why }),
  }));

export const returned = (acts: ActState[], fact: FactOf<'tool.returned'>): ActState[] =>
  changed(acts, fact, (act) =>
    act.status === 'denied' ? act : { ...act, status: fact.lost ? 'unknown' : fact.ok ? 'done' : 'failed', said: fact.output },
  );

/** What the person does takes the place of what became of it before. */
export const byPerson = (acts: ActState[], fact: FactOf<'action.started' | 'action.ended'>): ActState[] => {
  const { candidate, what } = fact;
  const status =
    fact.type === 'action.started' ? 'under-way' : fact.exitCode === 0 ? 'done' : fact.exitCode === null ? 'unknown' : 'failed';
  const others = acts.filter((act) => act.what !== what || act.candidate !== candidate);
  return [{ candidate, what, run: 'you', call: what, status }, ...others];
};

const ends: Partial<Record<ActState['status'], ActState['status']>> = { asked: 'unanswered', 'under-way': 'unknown' };

/** The run that carries them out has ended. */
export const cutShort = (acts: ActState[], run: RunId): ActState[] =>
  acts.some((act) => act.run === run)
    ? acts.map((act) => (act.run === run ? { ...act, status: ends[act.status] ?? act.status } : act))
    : acts;

/** What of a candidate's plan was asked for; a version that was made while it was presented shares it. */
export const actsOf = (
  acts: readonly ActState[],
  { id, previous, plan = [] }: Pick<Candidate, 'id' | 'previous' | 'plan'>,
): { what: string; why: string; act?: ActState }[] =>
  plan.map(({ what, why }) => {
    const act = acts.find((one) => one.what === what && (one.candidate === id || one.candidate === previous));
    return { what, why, ...(act && { act }) };
  });
