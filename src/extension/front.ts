/** What the window's parts need of the sessions of its folder; `hosting` fills it in. */
import type { Event, SessionId } from '../protocol/events.js';
import type { Intent } from '../protocol/intents.js';
import type { Answers, Query, TeamChoice, ToHost, ToView } from '../protocol/wire.js';
import type { Composed } from './app.js';
import type { Seen } from './glance.js';

/** A webview, as those that answer it know it. */
export interface Connection {
  receive(message: ToHost): void;
  dispose(): void;
}

export interface Front {
  readonly folder: string;
  seen(): Seen;
  /** Something that `seen` gives has changed. */
  onChange(listener: () => void): { dispose(): void };
  onEvent(listener: (session: SessionId, event: Event) => void): { dispose(): void };
  /** Throws a failure where it was refused. */
  intend(intent: Intent): Promise<void>;
  ask<Q extends Query>(query: Q): Promise<Answers[Q['get']]>;
  teams(): Promise<TeamChoice[]>;
  /** Which session the sidebar shows; undefined: none, to begin a new one. */
  show(session: SessionId | undefined): Promise<void>;
  connect(view: 'sidebar' | 'review', session: SessionId | undefined, post: (message: ToView) => void): Connection;
  compose(what: Composed): void;
  /** The team that is offered first from now on. */
  prefer(team: string): void;
}
