/** What models' servers do wrong: gone, slow, refusing, and replies that are cut, malformed, doubled or without an end. */

import type { FailureCode } from '../../src/protocol/failure.js';
import type { ModelCall, ModelReply } from '../fixtures/model-server.js';
import type { Fault } from './fault.js';
import type { Scene } from './scene.js';

type Bad = (usual: ModelReply, n: number, call: ModelCall) => ModelReply;

const turn = (name: string, before: NonNullable<Fault['before']>, more: Partial<Fault>): Fault => ({
  name: `server: ${name}`,
  play: 'turn',
  before,
  ends: 'same',
  calls: 16,
  ...more,
});

/** Only the how-manieth call of the session is answered so: the next try is not. */
const once = (name: string, bad: Bad, more: Partial<Fault> = {}): Fault =>
  turn(`${name}, once`, (scene) => scene.replies((call, usual, n) => (n === 2 ? bad(usual, n, call) : usual)), { first: 'done', ...more });

/** The second call of one agent is refused for good: asked again it would be refused again, so that agent is out and the others go on. */
const refusing = (name: string, agent: 'right' | 'mistaken', bad: Bad, code: FailureCode): Fault => {
  return turn(
    name,
    (scene) => {
      let calls = 0;
      scene.replies((call, usual, n) => (call.model.endsWith(agent) && ++calls === 2 ? bad(usual, n, call) : usual));
    },
    { first: 'done', without: { agent, code } },
  );
};

const always = (name: string, bad: Bad, code: FailureCode): Fault =>
  turn(`${name}, always`, (scene) => scene.replies((call, usual, n) => bad(usual, n, call)), { first: code, ends: code, calls: 60 });

const status = (code: number, headers: Record<string, string> = {}, message = 'it cannot'): Bad => {
  return () => ({ status: code, headers, body: JSON.stringify({ error: { message } }) });
};

const PAGE: Bad = () => ({ body: '<!doctype html><html><body>Log in</body></html>' });
const first: Record<string, string> = { 'retry-after': '1' };

/** Every call is cut, or ends, at another byte when it is first made; `from`, `from + 1` … */
const cutAt = (name: string, how: 'cutAfterBytes' | 'endAfterBytes', from: number, wire?: 'anthropic'): Fault => {
  return turn(
    `${name} from byte ${from} on`,
    (scene) => {
      const seen = new Set<string>();
      scene.replies((call, usual) => {
        const key = `${call.model} ${JSON.stringify(call.messages)} ${call.tools.join()}`;
        if (seen.has(key)) return { ...usual, chunkSize: 300 };
        seen.add(key);
        return { ...usual, chunkSize: 300, [how]: from + seen.size - 1 };
      });
    },
    { calls: 24, ...(wire && { scene: { wire } }) },
  );
};

const range = (to: number, step: number): number[] => Array.from({ length: Math.ceil(to / step) }, (_, at) => 1 + at * step);

const outage = (name: string, ms: number): Fault => ({
  name: `server: gone in the midst of a turn, back after ${name}`,
  play: 'turn',
  scene: { ownServer: true },
  hits: [{ at: { fact: 20 }, do: 'pause' }],
  async paused(scene: Scene) {
    await scene.serverGone();
    setTimeout(() => void scene.serverBack(), ms);
  },
  first: 'done',
  ends: 'same',
  calls: 8,
});

export const serverFaults: readonly Fault[] = [
  turn('gone at the start', (scene) => scene.serverGone(), { scene: { ownServer: true }, first: 'network', ends: 'network' }),
  turn('its name is not known', () => undefined, {
    scene: { baseUrl: 'http://no-such-host.invalid/v1' },
    first: 'network',
    ends: 'network',
  }),
  turn('it speaks no TLS', () => undefined, { scene: { baseUrl: 'https://127.0.0.1:9/v1' }, first: 'network', ends: 'network' }),
  outage('half a second', 500),
  outage('two seconds', 2000),
  turn('slow to begin', (scene) => scene.replies((_, usual) => ({ ...usual, firstChunkDelayMs: 700 })), { first: 'done', calls: 0 }),
  turn('slow between chunks', (scene) => scene.replies((_, usual) => ({ ...usual, chunkSize: 60, chunkDelayMs: 120 })), {
    first: 'done',
    calls: 0,
  }),
  ...(['head', 'body', 'chunk'] as const).map((hang) =>
    once(`nothing comes (${hang})`, (usual) => ({ ...usual, hang }), { scene: { config: {} } }),
  ),
  once('malformed JSON', (usual) => ({ ...usual, malformed: true })),
  always('malformed JSON', (usual) => ({ ...usual, malformed: true }), 'malformed'),
  once('a page instead of a stream', PAGE),
  always('a page instead of a stream', PAGE, 'malformed'),
  once('a page of an error', () => ({ status: 502, body: '<html>Bad gateway</html>' })),
  once('another content type', (usual) => ({ ...usual, headers: { 'content-type': 'text/plain' } })),
  turn(
    'another content type, always',
    (scene) => scene.replies((_, usual) => ({ ...usual, headers: { 'content-type': 'application/octet-stream' } })),
    { calls: 0 },
  ),
  once('every chunk twice', (usual) => ({ ...usual, duplicate: true })),
  once('an empty reply', () => ({ chunks: [] })),
  once('an empty body', () => ({ body: '', headers: { 'content-type': 'text/event-stream' } })),
  always('an empty reply', () => ({ chunks: [] }), 'network'),
  once('calls with indexes out of order', (usual) => ({ ...usual, chunks: outOfOrder(usual) })),
  once('a reply without an end', (usual) => ({ ...usual, text: 'and on '.repeat(20), endless: true }), {
    memory: 700,
    // It is given up after so many bytes, which take their time.
    scene: { config: { timeout_settings: { orchestrator_timeout_seconds: 150 } }, seconds: 170 },
  }),
  ...(
    [
      [400, 'bad-request'],
      [401, 'auth'],
      [403, 'auth'],
      [404, 'bad-request'],
    ] as const
  ).flatMap(([status_, code]) => [
    ...(['right', 'mistaken'] as const).map((agent) =>
      refusing(`HTTP ${status_}, once, of the one who is ${agent}`, agent, status(status_), code),
    ),
    always(`HTTP ${status_}`, status(status_), code),
  ]),
  // The conversation is shortened then, and asked again.
  once('HTTP 413', status(413)),
  always('HTTP 413', status(413), 'context-overflow'),
  ...[408, 429, 500, 502, 503, 529].map((code) => once(`HTTP ${code}`, status(code))),
  always('HTTP 429', status(429), 'rate-limit'),
  once('HTTP 429 with retry-after', status(429, first)),
  once('HTTP 429 with retry-after of an hour', status(429, { 'retry-after': '3600' })),
  always('HTTP 429 with retry-after of an hour', status(429, { 'retry-after': '3600' }), 'rate-limit'),
  always('HTTP 500', status(500), 'server'),
  always('HTTP 529', status(529), 'server'),
  once('a redirection to itself', (_, __, call) => ({ status: 307, headers: { location: call.path }, body: '' })),
  always('a redirection to itself', (_, __, call) => ({ status: 307, headers: { location: call.path }, body: '' }), 'bad-request'),
  // A vote is short, so every byte of it is there; of the long replies as many bytes.
  ...range(1100, 8).map((from) => cutAt('every reply is cut once,', 'cutAfterBytes', from)),
  ...range(1100, 32).map((from) => cutAt('every reply ends too early once,', 'endAfterBytes', from)),
  turn('nothing is wrong (Anthropic)', () => undefined, { scene: { wire: 'anthropic' }, first: 'done', calls: 0 }),
  // Its events are longer. At every byte of both formats the reader itself is held (test/engine/providers/streams.test.ts).
  ...range(1800, 24).map((from) => cutAt('every reply of Anthropic is cut once,', 'cutAfterBytes', from, 'anthropic')),
  ...range(1800, 72).map((from) => cutAt('every reply of Anthropic ends too early once,', 'endAfterBytes', from, 'anthropic')),
];

function outOfOrder(usual: ModelReply): object[] {
  const choice = (delta: object, finish: string | null = null) => ({
    id: 'x',
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const list = (usual.toolCalls ?? []).map(({ name, arguments: args }, index) => ({
    index,
    id: `call_${index}`,
    type: 'function',
    function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) },
  }));
  const halves = list.flatMap((one) => {
    const at = Math.floor(one.function.arguments.length / 2);
    const head = { ...one, function: { ...one.function, arguments: one.function.arguments.slice(0, at) } };
    return [[head], [{ index: one.index, function: { arguments: one.function.arguments.slice(at) } }]];
  });
  const heads = halves.filter((_, at) => at % 2 === 0).reverse();
  const tails = halves.filter((_, at) => at % 2 === 1);
  return [...[...heads, ...tails].map((calls) => choice({ tool_calls: calls })), choice({}, list.length > 0 ? 'tool_calls' : 'stop')];
}
