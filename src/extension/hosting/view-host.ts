/** The host's end of the wire: one for each webview, which it opens, follows, answers and serves. */
import type { Part } from '../../protocol/content.js';
import type { CandidateId, SessionId } from '../../protocol/events.js';
import { failureOf } from '../../protocol/failure.js';
import { titleOf } from '../../protocol/state.js';
import type { Answers, Opened, Query, SessionRow, TeamChoice, ToHost, ToView } from '../../protocol/wire.js';
import type { Clock, Editor, ViewName } from './editor.js';
import type { OpenSessions } from './open-sessions.js';
import { openOutbox } from './outbox.js';
import { pageOf } from './transcript.js';
import type { Watch } from './watching.js';

export interface ViewHost {
  /** The session that is shown; undefined: none yet. */
  readonly shown: SessionId | undefined;
  /** What the view sent. Never throws: what goes wrong is answered. */
  receive(message: ToHost): void;
  /** Shows a session, or none. Throws `not-found`. */
  show(session: SessionId | undefined): Promise<void>;
  /** Puts something into the composer. */
  compose(what: { text?: string; parts?: Part[]; focus: boolean }): void;
  /** The review turns to an answer. */
  look(candidate: CandidateId): void;
  /** The view is gone. */
  end(): void;
}

export interface ViewHostOptions {
  view: ViewName;
  sessions: OpenSessions;
  editor: Editor;
  clock: Clock;
  send(message: ToView): void;
  /** Shown from the beginning; one that is not there any more is not. */
  session?: SessionId | undefined;
  /** Another session is shown: the view's state over a reload, its title. */
  showing?(session: SessionId | undefined): void;
  log(message: string): void;
}

export function openViewHost(options: ViewHostOptions): ViewHost {
  const { view, sessions, editor, clock, send } = options;
  const outbox = openOutbox(clock, send);
  let watch: Watch | undefined;
  /** Before the view is ready it cannot take a message. */
  let isReady = false;
  /** Snapshots that are being made: what happens meanwhile is in them. */
  let opening = 0;
  let waiting: Extract<ToView, { send: 'compose' | 'look' }> | undefined;

  const hold = (id: SessionId | undefined): void => {
    const next = id === undefined ? undefined : sessions.watch(id);
    watch?.end();
    watch = next;
    options.showing?.(id);
  };
  try {
    if (options.session !== undefined) hold(options.session);
  } catch (error) {
    options.log(failureOf(error).message);
  }

  const snapshot = (rows: SessionRow[], teams: TeamChoice[]): Opened => {
    const draft = editor.draft(view);
    const seen = watch?.now();
    return {
      view,
      ...(seen && { session: { state: seen.state, live: seen.live, title: titleOf(seen.state) } }),
      rows,
      teams,
      asking: sessions.asking(),
      locale: editor.locale,
      trusted: editor.trusted(),
      ...(draft !== undefined && { draft }),
    };
  };
  /** Invariant: the snapshot and the events that are sent after it fit together: none is missing between them. */
  const open = async (): Promise<void> => {
    opening += 1;
    outbox.clear();
    try {
      const [rows, teams] = await Promise.all([sessions.rows(), sessions.teams()]);
      // Made and sent in one tick: nothing can come between.
      send({ send: 'open', opened: snapshot(rows, teams) });
    } finally {
      opening -= 1;
    }
    isReady = true;
    if (waiting !== undefined) send(waiting);
    waiting = undefined;
  };

  const refresh = async (of: 'rows' | 'teams' | 'asking'): Promise<void> => {
    if (of === 'rows') outbox.list({ send: 'rows', rows: await sessions.rows() });
    else if (of === 'teams') outbox.list({ send: 'teams', teams: await sessions.teams() });
    else outbox.list({ send: 'asking', asking: sessions.asking() });
  };
  const safely = (work: Promise<unknown>): void => void work.catch((error: unknown) => options.log(failureOf(error).message));

  const off = sessions.subscribe((change) => {
    if (!isReady) return;
    if (change.of !== 'event') safely(refresh(change.of));
    else if (change.session === watch?.id && opening === 0) outbox.event(change.session, change.event);
  });

  /** Of the session that is shown, or of one that is looked at for this question only. */
  const during = async <T>(id: SessionId, ask: (watch: Watch) => Promise<T> | T): Promise<T> => {
    if (watch?.id === id) return ask(watch);
    const other = sessions.watch(id);
    try {
      return await ask(other);
    } finally {
      other.end();
    }
  };
  const answer = (query: Query): Promise<Answers[Query['get']]> => {
    switch (query.get) {
      case 'files':
        return during(query.session, async (of) => (await sessions.review(of)).files(query.candidate, query.against));
      case 'hunks':
        return during(query.session, async (of) => (await sessions.review(of)).hunks(query.candidate, query.against, query.path, query));
      case 'preview':
        return during(query.session, (of) => sessions.preview(of, query.chosen));
      case 'checks':
        return sessions.checks(query.session, query.chosen);
      case 'transcript':
        return during(query.session, async (of) => pageOf(of.now(), query));
      case 'search':
        return sessions.search(query.text);
      case 'output':
        return sessions.output(query.blob);
      case 'mentions':
        return editor.mentions(query.text);
      case 'attach':
        return sessions.attach(query.name, Buffer.from(query.base64, 'base64'));
    }
  };
  const sendOnceReady = (message: Extract<ToView, { send: 'compose' | 'look' }>): void => {
    if (isReady) send(message);
    else waiting = message;
  };
  const show = async (id: SessionId | undefined): Promise<void> => {
    hold(id);
    if (isReady) await open();
  };
  const intend = async ({ intent }: Extract<ToHost, { send: 'intent' }>): Promise<void> => {
    const id = await sessions.intend(intent);
    if (intent.do === 'start') await show(id);
    if (intent.do === 'remove' && watch?.id === id) await show(undefined);
  };
  const reply = (id: number, work: Promise<unknown>): void => {
    work.then(
      (value) => {
        // What was done is seen before it is said to be done.
        outbox.flush();
        send({ send: 'answer', id, value });
      },
      (error: unknown) => send({ send: 'refusal', id, failure: failureOf(error) }),
    );
  };

  return {
    get shown() {
      return watch?.id;
    },
    receive(message) {
      switch (message.send) {
        case 'ready':
        case 'resync':
          safely(open());
          return;
        case 'intent':
          reply(message.id, intend(message));
          return;
        case 'query':
          reply(
            message.id,
            Promise.resolve().then(() => answer(message.query)),
          );
          return;
        case 'command':
          // A view reaches the extension's own commands and no others.
          if (message.command.startsWith('massgen.')) safely(editor.run(message.command, message.args));
          else options.log(`${message.command} is not a command of MassGen.`);
          return;
        case 'draft':
          editor.keepDraft(view, message.draft);
          return;
      }
    },
    show,
    compose: (what) => sendOnceReady({ send: 'compose', ...what }),
    look: (candidate) => sendOnceReady({ send: 'look', candidate }),
    end() {
      off();
      outbox.end();
      watch?.end();
      watch = undefined;
    },
  };
}
