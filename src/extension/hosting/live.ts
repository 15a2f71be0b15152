/** The sessions that this window writes: one for each id, left again when nobody needs it, so that others may write it. */

import type { Host } from '../../engine/host.js';
import { createSession, openSession, type Session } from '../../engine/session.js';
import type { SessionId } from '../../protocol/events.js';
import { failureOf } from '../../protocol/failure.js';
import type { Desk } from './asking.js';
import type { Clock } from './editor.js';
import type { Watching } from './watching.js';

export interface Live extends AsyncDisposable {
  /** A new one, held until `work` has ended. */
  create<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Held until `work` has ended, and a moment longer. Throws `locked` where another process writes it. */
  use<T>(id: SessionId, work: (session: Session) => Promise<T> | T): Promise<T>;
  /** Whether this window writes it now. */
  has(id: SessionId): boolean;
  /** Leaves it now, if nobody uses it: what is asked of it next opens it anew. */
  leave(id: SessionId): Promise<void>;
}

export interface LiveOptions {
  folder: string;
  host: Omit<Host, 'approve'>;
  desk: Desk;
  watching: Watching;
  clock: Clock;
}

/** How long a session is held after its last use: a person does several things in a row. */
const LINGER = 3_000;

interface Held {
  session: Session;
  users: number;
  unwatch(): void;
  endLinger?: () => void;
}

export function openLive({ folder, host, desk, watching, clock }: LiveOptions): Live {
  const all = new Map<SessionId, Promise<Held>>();
  const leaving = new Map<SessionId, Promise<void>>();
  let isOver = false;

  const hostFor = (session: () => Session | undefined): Host => ({
    ...host,
    approve(request, signal) {
      const { id = '', state } = session() ?? {};
      const agent = state?.turns.at(-1)?.agents.find((one) => one.id === request.agent);
      return desk.ask({ session: id, label: agent?.label ?? request.agent }, request, signal);
    },
  });
  const hold = (session: Session): Held => ({ session, users: 0, unwatch: watching.live(session) });
  const open = async (id: SessionId): Promise<Held> => {
    await leaving.get(id);
    let opened: Session | undefined;
    opened = await openSession({ folder, id, host: hostFor(() => opened) });
    return hold(opened);
  };
  const held = (id: SessionId): Promise<Held> => {
    const known = all.get(id);
    if (known !== undefined) return known;
    const opening = open(id);
    all.set(id, opening);
    // What could not be opened may be openable the next time.
    opening.catch(() => all.delete(id));
    return opening;
  };
  const close = (id: SessionId, { session, unwatch }: Held): Promise<void> => {
    all.delete(id);
    const left = session[Symbol.asyncDispose]().finally(() => {
      unwatch();
      leaving.delete(id);
    });
    leaving.set(id, left);
    return left;
  };
  const leaveLater = (id: SessionId, one: Held): void => {
    close(id, one).catch((error: unknown) => host.log('warn', failureOf(error).message));
  };
  const during = async <T>(one: Held, work: (session: Session) => Promise<T> | T): Promise<T> => {
    const { session } = one;
    one.endLinger?.();
    one.users += 1;
    try {
      return await work(session);
    } finally {
      one.users -= 1;
      if (one.users === 0 && !isOver) one.endLinger = clock.after(LINGER, () => leaveLater(session.id, one));
    }
  };

  return {
    async create(work) {
      let created: Session | undefined;
      created = await createSession({ folder, host: hostFor(() => created) });
      const one = hold(created);
      all.set(created.id, Promise.resolve(one));
      return during(one, work);
    },
    async use(id, work) {
      return during(await held(id), work);
    },
    has: (id) => all.has(id),
    async leave(id) {
      const one = await all.get(id);
      if (one === undefined || one.users > 0) return;
      one.endLinger?.();
      await close(id, one);
    },
    async [Symbol.asyncDispose]() {
      isOver = true;
      const open = await Promise.allSettled(all.values());
      for (const one of open) if (one.status === 'fulfilled') one.value.endLinger?.();
      await Promise.allSettled(open.flatMap((one) => (one.status === 'fulfilled' ? [close(one.value.session.id, one.value)] : [])));
      await Promise.allSettled(leaving.values());
    },
  };
}
