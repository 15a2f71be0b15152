/** A host that shows five agents, each with 100 tokens a second, over a channel to its parent. Tells at the end what that cost it. */
import { openFacts } from '../src/engine/facts.js';
import { openRecorder } from '../src/engine/recorder.js';
import type { OpenSessions } from '../src/extension/hosting/open-sessions.js';
import { openViewHost } from '../src/extension/hosting/view-host.js';
import type { Event, FactEvent, RunId } from '../src/protocol/events.js';
import { stateOf } from '../src/protocol/reduce.js';
import type { ToView } from '../src/protocol/wire.js';
import { longStory } from './long-story.js';
import type { FromHost } from './stream.js';

const AGENTS = 5;
const TOKEN_MS = 10;
const [way = '', seconds = '0', history = '0'] = process.argv.slice(2);

// As if they were in a file that nobody reads: only the last turn's are at hand.
const facts = openFacts('', (written) => written);
const append = (fact: FactEvent): void => facts.add(fact, 0);
function* before(): Generator<FactEvent> {
  for (const fact of longStory(Number(history))) {
    append(fact);
    yield fact;
  }
}
const begun = stateOf(before());
const recorder = openRecorder(() => ({ append, facts }), Date.now, begun);
const { turn = '' } = recorder.state.turns.at(-1) ?? {};
const runs = Array.from({ length: AGENTS }, (_, at): RunId => `live${at}`);
for (const [at, run] of runs.entries())
  recorder.record({ type: 'run.started', run, turn, agent: `agent${at}`, purpose: 'work', shown: [] });

let sent = 0;
const post = (message: FromHost): boolean | undefined => process.send?.(message);
const send = (message: ToView): void => {
  sent += 1;
  post({
    send: 'told',
    text: message.send === 'events' ? message.events.map((event) => ('text' in event ? event.text : '')).join('') : '',
    message,
  });
};

/** All that a view host asks of the sessions while it only shows one. */
function showing(): OpenSessions {
  const ask: Pick<OpenSessions, 'subscribe' | 'watch' | 'rows' | 'teams' | 'asking'> = {
    subscribe: (listener) => recorder.subscribe((event) => listener({ of: 'event', session: 's1', event })),
    watch: (id) => ({ id, now: () => ({ state: recorder.state, facts: recorder.facts, live: {} }), end: () => undefined }),
    rows: async () => [],
    teams: async () => [],
    asking: () => [],
  };
  return ask as OpenSessions;
}

const ways: Readonly<Record<string, () => void>> = {
  /** The timers alone. */
  none: () => undefined,
  ours() {
    const editor = {
      locale: 'en',
      trusted: () => true,
      mentions: async () => [],
      run: async () => undefined,
      draft: () => undefined,
      keepDraft: () => undefined,
    };
    const clock = {
      after(ms: number, call: () => void) {
        const timer = setTimeout(call, ms);
        return () => clearTimeout(timer);
      },
    };
    openViewHost({
      view: 'sidebar',
      sessions: showing(),
      editor,
      clock,
      send,
      session: 's1',
      log: (message) => process.stderr.write(message),
    }).receive({
      send: 'ready',
    });
  },
  whole() {
    recorder.subscribe((event: Event) => {
      sent += 1;
      post({ send: 'told', text: 'text' in event ? event.text : '', message: recorder.state });
    });
  },
};
ways[way]?.();
await new Promise((resolve) => setTimeout(resolve, 300));

sent = 0;
const held = process.memoryUsage().rss;
const began = performance.now();
const cpu = process.cpuUsage();
let tokens = 0;
const timer = setInterval(() => {
  const passed = performance.now() - began;
  // As many as are due: a timer that comes late makes up for it.
  for (const due = Math.floor(passed / TOKEN_MS); tokens < due; tokens += 1)
    for (const run of runs) recorder.emit({ type: 'text.delta', run, text: `${(performance.timeOrigin + performance.now()).toFixed(1)} ` });
  if (passed < Number(seconds) * 1000) return;
  clearInterval(timer);
  const { user, system } = process.cpuUsage(cpu);
  const rss = process.memoryUsage().rss - held;
  const state = JSON.stringify(recorder.state).length;
  process.send?.({ send: 'done', cpu: (user + system) / 1000, ms: passed, sent, state, rss } satisfies FromHost, () => process.exit());
}, TOKEN_MS);
