/** Works one turn before the person's eyes, or as lines of JSON, to its exit code. */
import type { Session } from '../engine/session.js';
import { type Decision, type Event, isFact } from '../protocol/events.js';
import { type FailureError, fail, failureOf } from '../protocol/failure.js';
import { currentTurn } from '../protocol/state.js';
import type { Options } from './args.js';
import type { Asker } from './asker.js';
import { INTERRUPTED, onInterrupt } from './interrupt.js';
import { hasColour, isLive, json, say, sayFailure } from './output.js';
import { applyText, outcomeText } from './render/tables.js';
import { openView } from './render/view.js';

export interface Job {
  /** `seen`: the number of the last fact that was there before this process. */
  open(): Promise<{ session: Session; seen: number }>;
  perform(session: Session): Promise<Decision>;
  options: Options;
  /** Who asks the person meanwhile. */
  asker: Asker | undefined;
  /** The fact that the lines begin with; the first new one where absent. */
  from?: Event['type'];
}

export async function work(job: Job): Promise<number> {
  using interruption = onInterrupt(job.options.json === true);
  const { session, seen } = await job.open();
  await using _held = session;
  interruption.ends(session, () => interrupted(session).failure);
  const shown = job.options.json ? asLines(session, seen, job.from) : asPicture(session, job.options);
  job.asker?.beside(shown.hold);
  try {
    const decision = await job.perform(session);
    shown.end();
    const applied = await finish(session, decision, job.options);
    return applied || decision.cause !== undefined ? exitCodeOf(decision) : 1;
  } catch (error) {
    shown.end();
    if (!interruption.came && failureOf(error).code !== 'interrupted') throw error;
    throw interrupted(session);
  }
}

function interrupted(session: Session): FailureError {
  const turn = currentTurn(session.state);
  if (turn === undefined) return fail('interrupted', 'Interrupted before the turn had begun.');
  const hint = turn.decision === undefined ? 'Go on with' : 'The turn had ended; its outcome again';
  return fail('interrupted', 'Interrupted. Everything up to here is kept.', {
    retryable: true,
    hint: `${hint}: massgen resume ${session.id}`,
  });
}

export function exitCodeOf({ outcome, cause }: Decision): number {
  if (cause !== undefined) return 3;
  return { decided: 0, failed: 1, undecided: 4, cancelled: INTERRUPTED }[outcome];
}

export interface Shown {
  /** Takes what is drawn off the terminal; what it gives brings it back. */
  hold(): () => void;
  end(): void;
}

/** Invariant: the last line is `turn.ended`, and nothing else than events is printed. */
function asLines(session: Session, seen: number, from: Event['type'] | undefined): Shown {
  let last = seen;
  let begun = from === undefined;
  let ended = false;
  const print = (event: Event): void => {
    if (isFact(event)) {
      if (event.seq <= last) return;
      last = event.seq;
    }
    begun ||= event.type === from;
    if (!begun || ended) return;
    ended = event.type === 'turn.ended';
    json(event);
  };
  const off = session.subscribe(print);
  for (const event of session.facts.after(seen)) print(event);
  return { hold: () => () => undefined, end: off };
}

export function asPicture(session: Session, { verbosity = 'normal' }: Options): Shown {
  const view = openView({
    mode: isLive() ? 'live' : 'plain',
    verbosity,
    write: (text) => process.stderr.write(text),
    columns: () => process.stderr.columns || 80,
    colour: hasColour('stderr'),
    now: Date.now,
    state: () => session.state,
  });
  const off = session.subscribe((event) => view.event(event));
  return {
    hold: () => view.hold(),
    end() {
      off();
      view.end();
    },
  };
}

/** Says the outcome, and applies it where that was asked for. Gives false where it could not be applied. */
async function finish(session: Session, decision: Decision, options: Options): Promise<boolean> {
  const turn = currentTurn(session.state);
  const apply = options.apply === true && decision.outcome === 'decided';
  const colour = hasColour('stdout');
  if (!options.json && turn !== undefined) say(outcomeText(session.state, turn, { colour, commands: !apply }));
  const candidate = turn?.chosen ?? decision.presented ?? decision.winner;
  if (!apply || candidate === undefined) return true;
  const outcome = await session.apply({ chosen: [{ candidate, selection: 'all' }] });
  const conflicts = outcome.plan.conflicts.filter((conflict) => !conflict.marked);
  if (options.json) {
    const applied = session.facts.latest.findLast((event) => event.type === 'changes.applied' && event.apply === outcome.apply);
    if (applied !== undefined) json(applied);
    const said = 'It does not fit the folder as it is now. Nothing was changed.';
    if (conflicts.length > 0) sayFailure(fail('conflict', said).failure, true, { conflicts });
  } else say(applyText(outcome, { dryRun: false, undo: false }));
  return conflicts.length === 0;
}
