/** Sessions that somebody looks at: live ones of this window, and logs that other processes write. */

import type { Facts } from '../../engine/facts.js';
import { openTail, type Tail } from '../../engine/log-tail.js';
import type { Session } from '../../engine/session.js';
import { sessionFiles } from '../../engine/sessions.js';
import { type Event, isFact, type SessionId } from '../../protocol/events.js';
import { fail } from '../../protocol/failure.js';
import * as runs from '../../protocol/live.js';
import type { SessionState } from '../../protocol/state.js';
import type { Clock } from './editor.js';

export interface Seen {
  state: SessionState;
  facts: Facts;
  /** What the runs of the current turn are at, the words that are under way included where this window works on it. */
  live: runs.Live;
}

export interface Watch {
  readonly id: SessionId;
  /** As it is now. */
  now(): Seen;
  end(): void;
}

export interface Watching {
  /** Throws `not-found`. From now on its events are published. */
  watch(id: SessionId): Watch;
  /** This window writes it: its events come from the session itself until it is left. */
  live(session: Session): () => void;
  end(): void;
}

export interface WatchingOptions {
  folder: string;
  clock: Clock;
  /** Invariant: facts in order, each once, whoever wrote them. */
  publish(session: SessionId, event: Event): void;
}

/** How often a log that another process may write is looked at, in milliseconds. */
const LOOK = 300;

/** The runs as far as facts tell. */
const runsIn = ({ latest }: Facts): runs.Live => latest.reduce(runs.follow, runs.noLive);

interface Watched {
  users: number;
  /** Number of the last fact that was published. */
  seq: number;
  followed?: Tail;
  endLooking?: () => void;
}

export function openWatching({ folder, clock, publish }: WatchingOptions): Watching {
  const all = new Map<SessionId, Watched>();
  const here = new Map<SessionId, { session: Session; live: runs.Live }>();

  const tell = (id: SessionId, watched: Watched, event: Event): void => {
    if (isFact(event)) {
      if (event.seq <= watched.seq) return;
      watched.seq = event.seq;
    }
    publish(id, event);
  };
  const follow = (id: SessionId): Tail => {
    try {
      return openTail(sessionFiles(folder, id).log);
    } catch (cause) {
      throw fail('not-found', `There is no session ${id}.`, { cause });
    }
  };
  const look = (id: SessionId, watched: Watched): void => {
    watched.endLooking = clock.after(LOOK, () => {
      const { followed } = watched;
      if (followed === undefined) return;
      try {
        for (const event of followed.read()) tell(id, watched, event);
      } catch {
        // It was removed: nothing more comes of it.
        return;
      }
      look(id, watched);
    });
  };
  const seenOf = (id: SessionId): Seen => {
    const own = here.get(id);
    if (own !== undefined) return { state: own.session.state, facts: own.session.facts, live: own.live };
    const { state, facts } = all.get(id)?.followed ?? follow(id);
    return { state, facts, live: runsIn(facts) };
  };
  /** Reads the log from where it is not this window that writes it. What came since was not told yet. */
  const fallBack = (id: SessionId, watched: Watched): void => {
    const followed = follow(id);
    watched.followed = followed;
    for (const event of followed.facts.after(watched.seq)) tell(id, watched, event);
    look(id, watched);
  };

  return {
    watch(id) {
      const known = all.get(id);
      const watched = known ?? { users: 0, seq: 0 };
      if (known === undefined) {
        const session = here.get(id)?.session;
        if (session === undefined) {
          watched.followed = follow(id);
          look(id, watched);
        }
        watched.seq = session?.state.seq ?? watched.followed?.state.seq ?? 0;
        all.set(id, watched);
      }
      watched.users += 1;
      let hasEnded = false;
      return {
        id,
        now: () => seenOf(id),
        end() {
          if (hasEnded) return;
          hasEnded = true;
          watched.users -= 1;
          if (watched.users > 0) return;
          watched.endLooking?.();
          all.delete(id);
        },
      };
    },
    live(session) {
      const { id } = session;
      const own = { session, live: runsIn(session.facts) };
      here.set(id, own);
      const before = all.get(id);
      before?.endLooking?.();
      delete before?.followed;
      // What another process wrote before this window took it over.
      if (before !== undefined) for (const event of session.facts.after(before.seq)) tell(id, before, event);
      const off = session.subscribe((event) => {
        own.live = runs.follow(own.live, event);
        const watched = all.get(id);
        if (watched !== undefined) tell(id, watched, event);
      });
      return () => {
        off();
        here.delete(id);
        const watched = all.get(id);
        if (watched !== undefined) fallBack(id, watched);
      };
    },
    end() {
      for (const watched of all.values()) watched.endLooking?.();
      all.clear();
    },
  };
}
