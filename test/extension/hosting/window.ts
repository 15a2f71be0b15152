/** A window without an editor: sessions over scripted models, and views whose frames the test lets pass. */
import type { StartedTeam } from '../../../src/engine/consenting.js';
import type { Host } from '../../../src/engine/host.js';
import type { Offer } from '../../../src/engine/offers.js';
import type { Clock, Editor, ViewName } from '../../../src/extension/hosting/editor.js';
import { type OpenSessions, openSessions } from '../../../src/extension/hosting/open-sessions.js';
import { openViewHost, type ViewHost } from '../../../src/extension/hosting/view-host.js';
import type { Event, FactEvent, SessionId } from '../../../src/protocol/events.js';
import { isFact } from '../../../src/protocol/events.js';
import type { Failure } from '../../../src/protocol/failure.js';
import type { Intent } from '../../../src/protocol/intents.js';
import { reduce } from '../../../src/protocol/reduce.js';
import type { Answers, Opened, Query, ToView } from '../../../src/protocol/wire.js';
import { testHost } from '../../fixtures/team.js';

const realClock: Clock = {
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** A clock that goes on only where the test says so. */
export function heldClock(): Clock & { pass(ms: number): void } {
  let now = 0;
  let calls: { at: number; call: () => void }[] = [];
  return {
    after(ms, call) {
      const one = { at: now + ms, call };
      calls.push(one);
      return () => {
        calls = calls.filter((other) => other !== one);
      };
    },
    pass(ms) {
      now += ms;
      const due = calls.filter((one) => one.at <= now);
      calls = calls.filter((one) => one.at > now);
      for (const one of due) one.call();
    },
  };
}

export interface TestEditor extends Editor {
  drafts: Map<ViewName, unknown>;
  ran: string[];
}

export function testEditor(): TestEditor {
  const drafts = new Map<ViewName, unknown>();
  const ran: string[] = [];
  return {
    locale: 'en',
    drafts,
    ran,
    trusted: () => true,
    mentions: async (text) => [{ kind: 'file', label: text, text }],
    run: async (command) => ran.push(command),
    draft: (view) => drafts.get(view),
    keepDraft: (view, draft) => drafts.set(view, draft),
  };
}

export function testWindow(folder: string, team: StartedTeam, more: { trusted?: boolean; host?: Partial<Host> } = {}): OpenSessions {
  const { agents, pattern, limits } = team;
  const choice = {
    id: 'team',
    from: 'massgen.yaml',
    agents: agents.map(({ id, label, backend }) => ({ id, label, model: backend.model })),
    pattern: pattern.id,
    limits: { seconds: limits.seconds },
  };
  const offers = async (): Promise<Offer[]> => [{ choice, team }];
  return openSessions({ folder, host: { ...testHost(), ...more.host }, clock: realClock, trusted: () => more.trusted ?? true, offers });
}

/** A webview as it should be: it folds what it is sent, and keeps all of it. */
export function testView(
  sessions: OpenSessions,
  options: { view?: ViewName; session?: SessionId; editor?: Editor; clock?: Clock } = {},
): TestView {
  const messages: ToView[] = [];
  const waiting = new Map<number, { resolve(value: unknown): void; reject(failure: Failure): void }>();
  const wakers = new Set<() => void>();
  let asked = 0;
  let opened: Opened | undefined;
  const events: Event[] = [];
  const send = (message: ToView): void => {
    // What crosses the wire is JSON.
    const copy: ToView = JSON.parse(JSON.stringify(message));
    messages.push(copy);
    if (copy.send === 'open') {
      opened = copy.opened;
      events.length = 0;
    } else if (copy.send === 'events') {
      for (const event of copy.events) {
        events.push(event);
        if (opened?.session === undefined) throw new Error('events before a session was opened');
        const { state } = opened.session;
        if (isFact(event) && event.seq !== state.seq + 1) throw new Error(`a gap: ${event.seq} after ${state.seq}`);
        opened.session.state = reduce(state, event);
      }
    } else if (copy.send === 'rows') opened = opened && { ...opened, rows: copy.rows };
    else if (copy.send === 'asking') opened = opened && { ...opened, asking: copy.asking };
    else if (copy.send === 'answer') waiting.get(copy.id)?.resolve(copy.value);
    else if (copy.send === 'refusal') waiting.get(copy.id)?.reject(copy.failure);
    for (const wake of wakers) wake();
  };
  const host = openViewHost({
    view: options.view ?? 'sidebar',
    sessions,
    editor: options.editor ?? testEditor(),
    clock: options.clock ?? realClock,
    send,
    session: options.session,
    log: () => undefined,
  });
  const request = (make: (id: number) => Parameters<ViewHost['receive']>[0]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      asked += 1;
      waiting.set(asked, { resolve, reject });
      host.receive(make(asked));
    });
  const view: TestView = {
    host,
    messages,
    events,
    get opened() {
      if (opened === undefined) throw new Error('the view was not opened');
      return opened;
    },
    get state() {
      const state = view.opened.session?.state;
      if (state === undefined) throw new Error('the view shows no session');
      return state;
    },
    intend: async (intent) => void (await request((id) => ({ send: 'intent', id, intent }))),
    ask: async (query) => (await request((id) => ({ send: 'query', id, query }))) as never,
    async until(condition) {
      while (!condition()) await new Promise<void>((resolve) => wakers.add(resolve));
    },
    async ready() {
      host.receive({ send: 'ready' });
      await view.until(() => opened !== undefined);
    },
    fact: (type) => view.until(() => events.some((event) => event.type === type)),
  };
  return view;
}

export interface TestView {
  host: ViewHost;
  messages: ToView[];
  /** Since it was opened last. */
  events: Event[];
  readonly opened: Opened;
  readonly state: NonNullable<Opened['session']>['state'];
  /** Rejects with the Failure where it was refused. */
  intend(intent: Intent): Promise<void>;
  ask<Q extends Query>(query: Q): Promise<Answers[Q['get']]>;
  until(condition: () => boolean): Promise<void>;
  ready(): Promise<void>;
  /** Resolves once such a fact came. */
  fact(type: FactEvent['type']): Promise<void>;
}
