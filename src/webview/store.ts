/** What the window knows, as signals: opened by the host, followed event by event, drawn at most once a frame. */
import { batch, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { CandidateId, Event } from '../protocol/events.js';
import type { Failure } from '../protocol/failure.js';
import type { Asking, Opened, SessionRow, TeamChoice, ToView } from '../protocol/wire.js';
import { failureFrom, type Host } from './host.js';
import { type Shown, shownOf, take } from './incoming.js';
import { language, setLocale } from './l10n.js';

export interface Store {
  /** False until the host has opened the view. */
  opened: ReadonlySignal<boolean>;
  session: ReadonlySignal<Shown | undefined>;
  rows: ReadonlySignal<SessionRow[]>;
  teams: ReadonlySignal<TeamChoice[]>;
  asking: ReadonlySignal<Asking[]>;
  trusted: ReadonlySignal<boolean>;
  /** The log cannot be read by this version. */
  broken: ReadonlySignal<Failure | undefined>;
  /** What is typed and chosen; kept over a reload. */
  draft: Signal<unknown>;
  /** What the host put into the composer; the composer takes it and leaves undefined. */
  compose: Signal<Extract<ToView, { send: 'compose' }> | undefined>;
  /** The answer that the review is to turn to; the review takes it and leaves undefined. */
  look: Signal<CandidateId | undefined>;
  hear(message: Exclude<ToView, { send: 'answer' | 'refusal' }>): void;
}

/** Frames do not come to a hidden window; facts still have to be folded before too many wait. */
const HIDDEN_MS = 500;

export function createStore(host: () => Host): Store {
  const opened = signal(false);
  const session = signal<Shown | undefined>(undefined);
  const rows = signal<SessionRow[]>([]);
  const teams = signal<TeamChoice[]>([]);
  const asking = signal<Asking[]>([]);
  const trusted = signal(true);
  const broken = signal<Failure | undefined>(undefined);
  const draft = signal<unknown>(undefined);
  const compose = signal<Extract<ToView, { send: 'compose' }> | undefined>(undefined);
  const look = signal<CandidateId | undefined>(undefined);
  let waiting: Event[] = [];
  let due = false;
  /** Between a gap and the `open` that mends it, events say nothing. */
  let lost = false;

  function open(view: Opened): void {
    setLocale(view.locale);
    document.documentElement.lang = language();
    waiting = [];
    lost = false;
    batch(() => {
      rows.value = view.rows;
      teams.value = view.teams;
      asking.value = view.asking;
      trusted.value = view.trusted;
      if (!opened.value) draft.value = host().kept() ?? view.draft;
      try {
        session.value = view.session && shownOf(view.session);
        broken.value = undefined;
      } catch (error) {
        broken.value = failureFrom(error);
      }
      opened.value = true;
    });
  }

  function draw(): void {
    due = false;
    const events = waiting;
    waiting = [];
    const before = session.value;
    if (before === undefined || lost || events.length === 0) return;
    try {
      const { shown, gap } = take(before, events);
      session.value = shown;
      if (gap === undefined) return;
      lost = true;
      host().resync(gap);
    } catch (error) {
      // A fact of a newer version: what is shown stays, and nothing is guessed.
      lost = true;
      broken.value = failureFrom(error);
    }
  }

  function soon(): void {
    if (due) return;
    due = true;
    if (document.hidden) setTimeout(draw, HIDDEN_MS);
    else requestAnimationFrame(draw);
  }

  return {
    opened,
    session,
    rows,
    teams,
    asking,
    trusted,
    broken,
    draft,
    compose,
    look,
    hear(message) {
      switch (message.send) {
        case 'open':
          return open(message.opened);
        case 'events':
          if (message.session !== session.value?.state.id) return;
          waiting.push(...message.events);
          return soon();
        case 'rows':
          rows.value = message.rows;
          return;
        case 'teams':
          teams.value = message.teams;
          return;
        case 'asking':
          asking.value = message.asking;
          return;
        case 'compose':
          compose.value = message;
          return;
        case 'look':
          look.value = message.candidate;
          return;
      }
    },
  };
}
