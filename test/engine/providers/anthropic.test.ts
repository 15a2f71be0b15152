/** Models behind Anthropic Messages, through the official client and a real socket. */
import { LLMock } from '@copilotkit/aimock';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ProviderError } from '../../../src/engine/providers/errors.js';
import { connect } from '../../../src/engine/providers/index.js';
import type { Message } from '../../../src/engine/providers/provider.js';
import { costOf } from '../../../src/engine/providers/wrap.js';
import type { MediaPart, Part, Seal } from '../../../src/protocol/content.js';
import { FailureError } from '../../../src/protocol/failure.js';
import { type Handler, type ModelReply, type ModelServer, startModelServer } from '../../fixtures/model-server.js';
import { backendAt, callsIn, failureIn, offer, requestOf, run, textIn, user } from './requests.js';

const started: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
});

async function serverOf(...replies: ModelReply[] | [Handler]): Promise<ModelServer> {
  const [first] = replies;
  const list = replies as ModelReply[];
  const server = await startModelServer(typeof first === 'function' ? first : ({ n }) => list[Math.min(n, list.length - 1)] ?? {});
  started.push(server);
  return server;
}

const MODEL = 'claude-sonnet-4-5';
const BY = `claude:${MODEL}`;
const connected = (server: ModelServer, params: Record<string, unknown> = {}, model = MODEL, key?: string) =>
  connect(backendAt(server.baseUrl, params, { type: 'claude', model, key: { from: 'env', name: 'MY_KEY' } }), key);

async function ask(reply: ModelReply, request = requestOf(), params: Record<string, unknown> = {}) {
  const server = await serverOf(reply);
  return { server, ...(await run(await connected(server, params), request)) };
}

const seal = (data: Seal['data'], by = BY): Seal => ({ by, data });
const call = (id: string, args = '{"path":"a.js"}'): Part => ({ type: 'tool-call', call: id, tool: 'read_file', args });
const result = (id: string, output = 'x', ok = true): Message => ({ role: 'tool', call: id, tool: 'read_file', ok, output });
const mark = { cache_control: { type: 'ephemeral' } };

describe('a reply', () => {
  it('is thoughts with their seals, text, tool calls and usage, and ends once', async () => {
    const { parts, error } = await ask({
      reasoning: 'Let me think about that for a while.',
      signature: 'sig==',
      redacted: 'secret thoughts',
      text: 'I will read both files.',
      toolCalls: [
        { id: 'x1', name: 'read_file', arguments: { path: 'src/a very long path to split.js' } },
        { id: 'x2', name: 'read_file', arguments: { path: 'b.js' } },
      ],
      usage: { input: 100, output: 20, cached: 60, cacheWritten: 30 },
    });
    expect(error).toBeUndefined();
    expect(textIn(parts, 'reasoning')).toBe('Let me think about that for a while.');
    expect(parts.flatMap((part) => ('seal' in part ? [part.seal] : []))).toEqual([
      seal({ signature: 'sig==' }),
      seal({ redacted: 'secret thoughts' }),
    ]);
    expect(textIn(parts)).toBe('I will read both files.');
    expect(parts.slice(-4)).toEqual([
      { type: 'tool-call', call: 'x1', tool: 'read_file', args: '{"path":"src/a very long path to split.js"}' },
      { type: 'tool-call', call: 'x2', tool: 'read_file', args: '{"path":"b.js"}' },
      { type: 'usage', input: 100, output: 20, cached: 60, cacheWritten: 30 },
      { type: 'end', reason: 'tool-calls' },
    ]);
    const shown = parts.flatMap((part) => (part.type === 'tool-delta' && part.call === 'x1' ? [part.text] : [])).join('');
    expect(shown).toBe('{"path":"src/a very long path to split.js"}');
  });

  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['refusal', 'filtered'],
  ])('that ends with %s ends with %s', async (finishReason, reason) => {
    const { parts } = await ask({ text: 'x', finishReason });
    expect(parts.at(-1)).toEqual({ type: 'end', reason });
  });

  it('that was refused says why', async () => {
    const stopDetails = { type: 'refusal', category: 'cyber', explanation: 'It could do harm.' };
    const { parts } = await ask({ text: '', finishReason: 'refusal', stopDetails });
    expect(parts.at(-1)).toEqual({ type: 'end', reason: 'filtered', why: 'It could do harm.' });
  });

  it.each(['{"path": "a', '', ' '])(
    'that is cut at its length leaves out the call that was cut at %j, and keeps the one before',
    async (args) => {
      const toolCalls = [
        { id: 'x1', name: 'read_file', arguments: {} },
        { id: 'x2', name: 'list_files', arguments: args },
      ];
      const { parts } = await ask({ toolCalls, finishReason: 'max_tokens' });
      expect(callsIn(parts).map(({ call }) => call)).toEqual(['x1']);
      expect(parts.at(-1)).toEqual({ type: 'end', reason: 'length' });
    },
  );

  it('that fills the window is too long a conversation', async () => {
    const outcome = await ask({ text: 'half', finishReason: 'model_context_window_exceeded' });
    expect(failureIn(outcome)).toMatchObject({ code: 'context-overflow', retryable: false });
  });

  it('that the server pauses goes on with what there is, as one reply', async () => {
    const { server, parts } = await (async () => {
      const server = await serverOf(
        { text: 'First ', finishReason: 'pause_turn' },
        { text: 'then.', usage: { input: 20, output: 7, cached: 8 } },
      );
      return { server, ...(await run(await connected(server))) };
    })();
    expect(textIn(parts)).toBe('First then.');
    expect(parts.slice(-2)).toEqual([
      { type: 'usage', input: 30, output: 12, cached: 8, cacheWritten: 0 },
      { type: 'end', reason: 'stop' },
    ]);
    expect(server.calls[1]?.messages.at(-1)).toEqual({ role: 'assistant', content: [{ type: 'text', text: 'First ' }] });
  });

  it('may come whole, from a server that does not stream', async () => {
    const content = [
      { type: 'thinking', thinking: 'hm', signature: 's' },
      { type: 'text', text: 'All at once' },
      { type: 'tool_use', id: 'c', name: 'vote', input: { agent_id: 'agent1' } },
    ];
    const message = {
      id: 'm',
      type: 'message',
      role: 'assistant',
      content,
      stop_reason: 'tool_use',
      usage: { input_tokens: 3, output_tokens: 2 },
    };
    const { parts } = await ask({ body: JSON.stringify(message) });
    expect(textIn(parts)).toBe('All at once');
    expect(parts.slice(-3)).toEqual([
      { type: 'tool-call', call: 'c', tool: 'vote', args: '{"agent_id":"agent1"}' },
      { type: 'usage', input: 3, output: 2 },
      { type: 'end', reason: 'tool-calls' },
    ]);
  });

  it('without a usage says nothing about usage, and gives calls ids of their own where the server gives none or an old one', async () => {
    const toolCalls = [
      { id: null, name: 'vote', arguments: {} },
      { id: 'old', name: 'vote', arguments: {} },
    ];
    const messages: Message[] = [user('Go'), { role: 'assistant', parts: [call('old')] }, result('old')];
    const { parts } = await ask({ toolCalls, usage: false }, requestOf({ messages }));
    expect(parts.some(({ type }) => type === 'usage')).toBe(false);
    expect(callsIn(parts).map(({ call }) => call)).toEqual([expect.stringMatching(/^call_\w{24}$/), 'old_2']);
  });
});

describe('what goes to the server', () => {
  const sent = async (params: Record<string, unknown>, request = requestOf()) => {
    const { server, error } = await ask({ text: 'ok' }, request, params);
    expect(error).toBeUndefined();
    return server.calls[0]?.body ?? {};
  };

  it('has the parameters of the backend, by their names here, and none that are not for the wire', async () => {
    const body = await sent({
      ...{ temperature: 0.2, top_k: 3, stop: ['END'], max_tokens: 50, reasoning: { effort: 'high', summary: 'auto' } },
      ...{ extra_body: { service_tier: 'auto', messages: 'no', system: 'no' }, betas: ['a-2025', 'b-2026'] },
      ...{ cwd: '/w', enable_web_search: true, mcp_servers: [], price: { input: 1, output: 1 }, context_tokens: 9, stream: false },
    });
    expect(body).toEqual({
      ...{ temperature: 0.2, top_k: 3, stop_sequences: ['END'], max_tokens: 50, output_config: { effort: 'high' }, service_tier: 'auto' },
      ...{ stream: true, model: MODEL, system: [{ type: 'text', text: 'Be brief.', ...mark }] },
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello', ...mark }] }],
    });
  });

  it.each<[string, Record<string, unknown>, number]>([
    [MODEL, {}, 32_000],
    ['claude-3-5-haiku-20241022', {}, 8192],
    ['claude-3-haiku-20240307', {}, 4096],
    ['claude-opus-4-20250514', {}, 32_000],
    ['claude-haiku-5-5', { thinking: { type: 'enabled', budget_tokens: 90_000 } }, 122_000],
    ['claude-opus-4-8', { max_tokens: 100_000 }, 100_000],
    ['claude-3-opus-latest', { max_tokens: 100_000 }, 4096],
    ['model-of-tomorrow', {}, 32_000],
  ])('asks of %s with %j for at most %d tokens', async (model, params, tokens) => {
    const server = await serverOf({ text: 'ok' });
    await run(await connected(server, params, model));
    expect(server.calls[0]?.body.max_tokens).toBe(tokens);
  });

  it('is the conversation: results first and together, failed ones marked, sides in turns, the ends of the last two of ours marked', async () => {
    const messages: Message[] = [
      user('Go'),
      user('News'),
      { role: 'assistant', parts: [{ type: 'text', text: 'Reading.' }, call('c1'), call('c2', '{"pa')] },
      result('c1', ''),
      result('c2', 'not JSON', false),
      user('More news'),
      { role: 'assistant', parts: [{ type: 'text', text: ' ' }] },
      user('Go on'),
    ];
    const body = await sent({}, requestOf({ system: '', messages, tools: [offer('read_file'), offer('vote')] }));
    expect(body.system).toBeUndefined();
    expect(body.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Go' },
          { type: 'text', text: 'News', ...mark },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Reading.' },
          { type: 'tool_use', id: 'c1', name: 'read_file', input: { path: 'a.js' } },
          { type: 'tool_use', id: 'c2', name: 'read_file', input: { malformed_arguments: '{"pa' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'c1', content: '(no output)' },
          { type: 'tool_result', tool_use_id: 'c2', content: 'not JSON', is_error: true },
          { type: 'text', text: 'More news' },
          { type: 'text', text: 'Go on', ...mark },
        ],
      },
    ]);
    expect(body.tools).toEqual([
      { name: 'read_file', description: 'The tool read_file', input_schema: { type: 'object', properties: {} } },
      { name: 'vote', description: 'The tool vote', input_schema: { type: 'object', properties: {} }, ...mark },
    ]);
  });

  const thinking = { type: 'enabled', budget_tokens: 2000 };
  const thought = (text: string, data: Seal['data'], by?: string): Part => ({ type: 'reasoning', text, seal: seal(data, by) });

  it('has its own thoughts back unchanged and in their place, and none of others', async () => {
    const parts = [thought('hm', { signature: 's1' }), thought('', { redacted: 'r1' }), call('c1')];
    const messages: Message[] = [user('Go'), { role: 'assistant', parts }, result('c1')];
    const body = await sent({ thinking }, requestOf({ messages }));
    expect(body.thinking).toEqual(thinking);
    expect((body.messages as { content: unknown[] }[])[1]?.content).toEqual([
      { type: 'thinking', thinking: 'hm', signature: 's1' },
      { type: 'redacted_thinking', data: 'r1' },
      { type: 'tool_use', id: 'c1', name: 'read_file', input: { path: 'a.js' } },
    ]);
  });

  it.each<[string, Part[]]>([
    ['without a seal', [{ type: 'reasoning', text: 'hm' }, call('c1')]],
    ['sealed by another model', [thought('hm', { signature: 's' }, 'claude:claude-3-7-sonnet'), call('c1')]],
  ])('leaves out thoughts %s, and thinking with a budget with them', async (_, parts) => {
    const body = await sent({ thinking }, requestOf({ messages: [user('Go'), { role: 'assistant', parts }, result('c1')] }));
    expect(JSON.stringify(body)).not.toContain('thinking');
  });

  it('leaves out a thought whose call was lost: no message ends with one', async () => {
    const parts = [thought('hm', { signature: 's' })];
    const body = await sent({}, requestOf({ messages: [user('Go'), { role: 'assistant', parts }, user('Go on')] }));
    expect((body.messages as unknown[]).length).toBe(1);
  });

  it('has images, PDFs and text files in the form of their kind, and says of what it cannot carry', async () => {
    const media = (type: MediaPart['type'], name: string, mime: string): MediaPart => ({ type, name, mime, blob: name, bytes: 3 });
    const parts = [
      media('image', 'i.jpg', 'image/jpg'),
      media('file', 'd.pdf', 'application/pdf'),
      media('file', 'a.txt', 'text/plain'),
      media('audio', 's.wav', 'audio/wav'),
    ];
    const request = requestOf({
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'See' }, ...parts] }],
      media: async ({ name }) =>
        name === 'a.txt' ? Buffer.from('words') : name === 's.wav' ? Uint8Array.of(0, 1, 2) : Uint8Array.of(1, 2, 3),
    });
    expect((await sent({}, request)).messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See' },
          { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'AQID' } },
          { type: 'document', title: 'd.pdf', source: { type: 'base64', media_type: 'application/pdf', data: 'AQID' } },
          { type: 'text', text: '<file name="a.txt">\nwords\n</file>' },
          { type: 'text', text: '[The attachment "s.wav" (audio/wav, 3 bytes) cannot be sent to this model.]', ...mark },
        ],
      },
    ]);
  });

  describe('as headers', () => {
    const saved = { ...process.env };
    afterEach(() => {
      vi.unstubAllGlobals();
      for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
      Object.assign(process.env, saved);
    });
    const headersOf = async (params: Record<string, unknown>, key: string | undefined, baseUrl?: string) => {
      const asked: Request[] = [];
      vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
        asked.push(new Request(url, { ...init, signal: null }));
        return new Response('', { status: 500 });
      });
      const backend = { type: 'claude', model: MODEL, key: { from: 'none' as const }, params, ...(baseUrl !== undefined && { baseUrl }) };
      await run(await connect(backend, key));
      return { url: asked[0]?.url, ...Object.fromEntries(asked[0]?.headers ?? []) };
    };

    it('has the key and the version of the API, the older one for who sets a temperature', async () => {
      expect(await headersOf({ betas: ['one', 'two'] }, 'key-1')).toMatchObject({
        url: 'https://api.anthropic.com/v1/messages',
        authorization: 'Bearer key-1',
        'anthropic-version': '2026-10-21',
        'anthropic-beta': 'one,two',
      });
      expect(await headersOf({ temperature: 0 }, 'key-1')).toMatchObject({ 'anthropic-version': '2023-06-01' });
    });

    it.each(['https://models.example.com/anthropic', 'https://models.example.com/anthropic/v1/'])(
      'to %s has nothing that is set for Anthropic in the environment',
      async (baseUrl) => {
        Object.assign(process.env, {
          ANTHROPIC_API_KEY: 'sk-ant-other',
          ANTHROPIC_AUTH_TOKEN: 'token-other',
          ANTHROPIC_BASE_URL: 'http://localhost:1',
          ANTHROPIC_CUSTOM_HEADERS: 'x-secret: 1\nX-Api-Key: other\nAuthorization: other',
        });
        const sent = await headersOf({ extra_headers: { 'x-mine': 'yes' } }, 'key-1', baseUrl);
        expect(sent).toMatchObject({
          url: 'https://models.example.com/anthropic/v1/messages',
          ...{ authorization: 'Bearer key-1', 'x-api-key': 'key-1', 'x-mine': 'yes', 'anthropic-version': '2023-06-01' },
        });
        expect(JSON.stringify(sent)).not.toMatch(/other|x-secret/);
        expect(await headersOf({}, undefined, baseUrl)).toMatchObject({ 'x-api-key': 'not-needed' });
      },
    );
  });
});

describe('a field that a server does not take', () => {
  const refusing =
    (refuses: (body: Record<string, unknown>) => boolean, message: string): Handler =>
    ({ body }) =>
      refuses(body)
        ? { status: 400, body: JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message } }) }
        : { text: 'ok' };
  const sealed: Message[] = [
    user('Go'),
    { role: 'assistant', parts: [{ type: 'reasoning', text: 'hm', seal: seal({ signature: 's' }) }, call('c1')] },
    result('c1'),
  ];

  it.each<[string, Handler, Record<string, unknown>, object]>([
    [
      'a limit that is too high becomes the one it names',
      refusing(
        ({ max_tokens }) => Number(max_tokens) > 8192,
        'max_tokens: 32000 > 8192, which is the maximum allowed number of output tokens',
      ),
      {},
      { max_tokens: 8192 },
    ],
    ['marks for the cache go', refusing((body) => JSON.stringify(body).includes('cache_control'), 'cache_control: Extra inputs'), {}, {}],
    [
      'a budget for thinking becomes adaptive',
      refusing(
        ({ thinking }) => (thinking as { type?: string }).type === 'enabled',
        '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort".',
      ),
      { thinking: { type: 'enabled', budget_tokens: 2000 } },
      { thinking: { type: 'adaptive' } },
    ],
    [
      'thoughts that it does not know again go',
      refusing(
        (body) => JSON.stringify(body.messages).includes('signature'),
        'messages.1.content.0: Invalid `signature` in `thinking` block',
      ),
      {},
      {},
    ],
  ])('%s, once and for all', async (_, handler, params, expected) => {
    const server = await serverOf(handler);
    const provider = await connected(server, params);
    for (const _ of [1, 2]) expect((await run(provider, requestOf({ messages: sealed }))).error).toBeUndefined();
    expect(server.calls).toHaveLength(3);
    expect(server.calls[2]?.body).toMatchObject(expected);
  });

  it('anything else is a failure at once, in its words', async () => {
    const server = await serverOf(refusing(({ temperature }) => temperature !== undefined, '`temperature` is deprecated for this model.'));
    const outcome = await run(await connected(server, { temperature: 1 }));
    expect(failureIn(outcome)).toMatchObject({
      code: 'bad-request',
      retryable: false,
      message: expect.stringContaining('`temperature` is'),
    });
    expect(server.calls).toHaveLength(1);
  });
});

describe('a failure', () => {
  const body = (type: string, message = 'It is so.') => JSON.stringify({ type: 'error', error: { type, message }, request_id: 'req_1' });
  const inStream = (type: string): ModelReply => ({ chunks: [{ type: 'error', error: { type, message: 'It is so.' } }] });
  it.each<[string, ModelReply, { code: string; retryable: boolean; retryAfterMs?: number; hint?: RegExp }]>([
    [
      'a wrong key',
      { status: 401, body: body('authentication_error', 'invalid x-api-key') },
      { code: 'auth', retryable: false, hint: /MY_KEY/ },
    ],
    ['no permission', { status: 403, body: body('permission_error') }, { code: 'auth', retryable: false }],
    [
      'an unknown model',
      { status: 404, body: body('not_found_error', 'model: x') },
      { code: 'bad-request', retryable: false, hint: new RegExp(MODEL) },
    ],
    ['a bad request', { status: 400, body: body('invalid_request_error') }, { code: 'bad-request', retryable: false }],
    [
      'no credit',
      { status: 400, body: body('invalid_request_error', 'Your credit balance is too low to access the Anthropic API.') },
      { code: 'rate-limit', retryable: false, hint: /billing/ },
    ],
    [
      'a long conversation',
      { status: 400, body: body('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum') },
      { code: 'context-overflow', retryable: false },
    ],
    ['too large a request', { status: 413, body: body('request_too_large') }, { code: 'context-overflow', retryable: false }],
    [
      'too many requests',
      { status: 429, headers: { 'retry-after': '7' }, body: body('rate_limit_error') },
      { code: 'rate-limit', retryable: true, retryAfterMs: 7000 },
    ],
    ['a server error', { status: 500, body: body('api_error') }, { code: 'server', retryable: true }],
    [
      'overload',
      { status: 529, headers: { 'retry-after': '2' }, body: body('overloaded_error', 'Overloaded') },
      { code: 'server', retryable: true, retryAfterMs: 2000 },
    ],
    ['overload inside the stream', inStream('overloaded_error'), { code: 'server', retryable: true }],
    ['a rate limit inside the stream', inStream('rate_limit_error'), { code: 'rate-limit', retryable: true }],
    ['a refused request inside the stream', inStream('invalid_request_error'), { code: 'bad-request', retryable: false }],
    ['a key that was withdrawn inside the stream', inStream('authentication_error'), { code: 'auth', retryable: false }],
    ['a web page', { body: '<!doctype html><title>Hi</title>' }, { code: 'malformed', retryable: false }],
    ['a broken event', { text: 'some words that go on', malformed: true }, { code: 'malformed', retryable: true }],
    ['an event that is no object', { chunks: ['"hello"'] }, { code: 'malformed', retryable: true }],
    ['a call without a name', { toolCalls: [{ name: '', arguments: {} }] }, { code: 'malformed', retryable: true }],
    ['every event twice', { text: 'x', duplicate: true }, { code: 'malformed', retryable: true }],
    [
      'a piece of no block',
      { chunks: [{ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'x' } }] },
      { code: 'malformed', retryable: true },
    ],
    ['no end', { chunks: [{ type: 'message_start', message: {} }] }, { code: 'network', retryable: true }],
    ['an empty stream', { chunks: [] }, { code: 'network', retryable: true }],
    ['a cut connection', { text: 'a longer text than that', cutAfterBytes: 700 }, { code: 'network', retryable: true }],
    ['silence before the head', { hang: 'head' }, { code: 'timeout', retryable: true }],
    ['silence in the middle', { hang: 'chunk' }, { code: 'timeout', retryable: true }],
  ])('%s', async (_name, reply, { retryAfterMs, hint, ...expected }) => {
    const server = await serverOf(reply);
    const outcome = await run(await connected(server, { request_timeout_seconds: 0.3 }, MODEL, 'secret-key-1'));
    expect(outcome.error).toBeInstanceOf(FailureError);
    expect(failureIn(outcome)).toMatchObject(expected);
    if (hint !== undefined) expect(failureIn(outcome)?.hint).toMatch(hint);
    expect(outcome.error instanceof ProviderError ? outcome.error.retryAfterMs : undefined).toBe(retryAfterMs);
    expect(outcome.parts.map(({ type }) => type)).not.toContain('end');
    expect(server.calls, 'the one retry policy is not here').toHaveLength(1);
  });

  it('nobody at the address', async () => {
    const server = await serverOf({});
    await server.stop();
    expect(failureIn(await run(await connected(server)))).toMatchObject({
      code: 'network',
      message: `Nothing answers at ${server.baseUrl}.`,
    });
  });
});

describe('an abort', () => {
  it.each(['head', 'body', 'chunk'] as const)('throws its reason and closes the connection (%s)', async (hang) => {
    const server = await serverOf({ hang });
    const controller = new AbortController();
    const outcome = run(await connected(server), requestOf(), controller.signal);
    while (server.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const reason = new Error('stopped by you');
    controller.abort(reason);
    expect((await outcome).error).toBe(reason);
    await server.dropped;
  });
});

it('the models of a server are listed by id', async () => {
  const server = await startModelServer(() => ({}), ['one', 'two']);
  started.push(server);
  expect(await (await connected(server)).models(new AbortController().signal)).toEqual(['one', 'two']);
});

it('what was read from the cache costs less and what was written to it more', async () => {
  const backend = { type: 'claude', model: 'claude-sonnet-4-5', key: { from: 'none' }, params: {} } as const;
  const usage = { input: 100_000, output: 0 };
  expect(await costOf(backend, usage)).toBeCloseTo(0.3);
  expect(await costOf(backend, { ...usage, cached: 100_000 })).toBeCloseTo(0.03);
  expect(await costOf(backend, { ...usage, cacheWritten: 100_000 })).toBeCloseTo(0.375);
  expect(
    await costOf({ ...backend, params: { price: { input: 2, output: 10, cache_write: 4 } } }, { ...usage, cacheWritten: 50_000 }),
  ).toBeCloseTo(0.3);
});

describe('another implementation of the wire', () => {
  it('is understood: two tool calls, their results, then words', async () => {
    const mock = new LLMock({ port: 0, strict: true });
    mock.on({ predicate: () => true }, (request) => {
      const results = request.messages.filter(({ role }) => role === 'tool');
      const read = (path: string) => ({ name: 'read_file', arguments: JSON.stringify({ path }) });
      return results.length === 0
        ? { toolCalls: [read('a.js'), read('b.js')] }
        : { content: `I saw ${results.map(({ content }) => content).join(' and ')}.` };
    });
    await mock.start();
    started.push({ stop: () => mock.stop() });
    const provider = await connect(backendAt(mock.url, {}, { type: 'claude', model: MODEL }), 'mock');
    const tools = [offer('read_file', { path: { type: 'string' } })];
    const calls = callsIn((await run(provider, requestOf({ tools }))).parts);
    expect(calls.map(({ args }) => JSON.parse(args))).toEqual([{ path: 'a.js' }, { path: 'b.js' }]);
    const results = calls.map(({ call }, n): Message => result(call, `file ${n}`));
    const second = await run(provider, requestOf({ tools, messages: [user('Go'), { role: 'assistant', parts: calls }, ...results] }));
    expect(textIn(second.parts)).toBe('I saw file 0 and file 1.');
    expect(second.parts.at(-1)).toEqual({ type: 'end', reason: 'stop' });
  });
});
