/** What a view is told without having asked, gathered so that at most one message a frame goes out. */
import type { DeltaEvent, Event, RunId, SessionId } from '../../protocol/events.js';
import { isFact } from '../../protocol/events.js';
import type { ToView } from '../../protocol/wire.js';
import type { Clock } from './editor.js';

/** A list that replaces the one that was sent before it. */
export type Listing = Extract<ToView, { send: 'rows' | 'teams' | 'asking' }>;

export interface Outbox {
  event(session: SessionId, event: Event): void;
  list(listing: Listing): void;
  /** Sends the events that wait now: what is said next counts on them. */
  flush(): void;
  /** Forgets what waits: the view is opened anew. */
  clear(): void;
  end(): void;
}

/** Milliseconds of a frame. */
const FRAME = 16;

/** Invariant: events keep their order; deltas of one run that follow each other become one, with the number of the last. */
export function openOutbox(clock: Clock, send: (message: ToView) => void): Outbox {
  let session: SessionId = '';
  let events: Event[] = [];
  /** The last delta that waits of each run, as long as a later one can be added to it. */
  let last = new Map<RunId, DeltaEvent>();
  const lists = new Map<Listing['send'], Listing>();
  let endTimer: (() => void) | undefined;

  const sendEvents = (): void => {
    if (events.length === 0) return;
    send({ send: 'events', session, events });
    events = [];
    last = new Map();
  };
  const tick = (): void => {
    endTimer = undefined;
    const [listing] = lists.values();
    if (events.length > 0) sendEvents();
    else if (listing !== undefined) {
      lists.delete(listing.send);
      send(listing);
    }
    if (lists.size > 0) soon();
  };
  function soon(): void {
    endTimer ??= clock.after(FRAME, tick);
  }

  return {
    event(of, event) {
      if (of !== session) sendEvents();
      session = of;
      if (isFact(event)) {
        last = new Map();
        events.push(event);
      } else {
        const before = last.get(event.run);
        const joined = before && withMore(before, event);
        if (joined !== undefined) events.splice(events.lastIndexOf(before as DeltaEvent), 1);
        const delta = joined ?? event;
        events.push(delta);
        last.set(event.run, delta);
      }
      soon();
    },
    list(listing) {
      lists.set(listing.send, listing);
      soon();
    },
    flush: sendEvents,
    clear() {
      events = [];
      last = new Map();
    },
    end() {
      endTimer?.();
      endTimer = undefined;
    },
  };
}

/** Both as one; undefined where they say different things. */
function withMore(before: DeltaEvent, delta: DeltaEvent): DeltaEvent | undefined {
  if (!('text' in before) || !('text' in delta) || before.type !== delta.type || before.after !== delta.after) return undefined;
  const isSameCall = ('call' in before ? before.call : undefined) === ('call' in delta ? delta.call : undefined);
  return isSameCall ? { ...delta, text: before.text + delta.text } : undefined;
}
