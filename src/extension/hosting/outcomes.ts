/** When what a person asked for counts as done, and when as refused. */
import type { ApplyOutcome, Session } from '../../engine/session.js';
import type { Event } from '../../protocol/events.js';
import { fail, failureOf } from '../../protocol/failure.js';

/**
 * Resolves once `work` says that it has begun, and rejects where it failed before that. What goes wrong later is told in the session's own
 * facts; what is not is reported.
 */
export function begun(work: (hasBegun: () => void) => Promise<unknown>, report: (error: unknown) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let isBegun = false;
    const begin = (): void => {
      isBegun = true;
      resolve();
    };
    work(begin).then(
      () => resolve(),
      (error: unknown) => {
        if (!isBegun) reject(error instanceof Error ? error : new Error(String(error)));
        // That the window was closed meanwhile is no news: the session says that it can be gone on with.
        else if (failureOf(error).code !== 'interrupted') report(error);
      },
    );
  });
}

/** Calls back with the session once it has recorded such a fact while `work` goes on. Nothing of it is recorded in the tick that begins it. */
export async function until<T>(session: Session, type: Event['type'], call: (id: string) => void, work: Promise<T>): Promise<T> {
  const off = session.subscribe((event) => {
    if (event.type === type) call(session.id);
  });
  try {
    return await work;
  } finally {
    off();
  }
}

/** Throws `conflict` where nothing was changed because of conflicts, with each path and why. */
export function conflictsOf({ plan }: ApplyOutcome): void {
  const conflicts = plan.conflicts.filter((conflict) => !conflict.marked);
  if (conflicts.length === 0) return;
  throw fail('conflict', `Nothing was changed: ${conflicts.map(({ path, why }) => `${path}: ${why}`).join('; ')}.`, {
    hint: 'Choose other changes, or edit these files first.',
  });
}
