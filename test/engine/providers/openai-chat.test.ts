/** Models behind Chat Completions, through the official client and a real socket. */
import { LLMock } from '@copilotkit/aimock';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ProviderError } from '../../../src/engine/providers/errors.js';
import { connect } from '../../../src/engine/providers/index.js';
import type { Message } from '../../../src/engine/providers/provider.js';
import type { MediaPart } from '../../../src/protocol/content.js';
import { FailureError } from '../../../src/protocol/failure.js';
import { eventsOf, type Handler, type ModelReply, type ModelServer, startModelServer } from '../../fixtures/model-server.js';
import { backendAt, callsIn, failureIn, type Outcome, offer, requestOf, run, textIn, user } from './requests.js';

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

async function ask(reply: ModelReply, request = requestOf(), params: Record<string, unknown> = {}) {
  const server = await serverOf(reply);
  return { server, ...(await run(await connect(backendAt(server.baseUrl, params), undefined), request)) };
}

describe('a reply', () => {
  it('is text, reasoning, tool calls and usage, in the order of the wire, and ends once', async () => {
    const { parts, error } = await ask({
      reasoning: 'Let me think about that for a while.',
      text: 'I will read both files.',
      toolCalls: [
        { id: 'x1', name: 'read_file', arguments: { path: 'src/a very long path to split.js' } },
        { id: 'x2', name: 'read_file', arguments: { path: 'b.js' } },
      ],
      usage: { input: 100, output: 20, cached: 60 },
    });
    expect(error).toBeUndefined();
    expect(textIn(parts, 'reasoning')).toBe('Let me think about that for a while.');
    expect(textIn(parts)).toBe('I will read both files.');
    expect(parts.slice(-4)).toEqual([
      { type: 'tool-call', call: 'x1', tool: 'read_file', args: '{"path":"src/a very long path to split.js"}' },
      { type: 'tool-call', call: 'x2', tool: 'read_file', args: '{"path":"b.js"}' },
      { type: 'usage', input: 100, output: 20, cached: 60 },
      { type: 'end', reason: 'tool-calls' },
    ]);
    const shown = parts.flatMap((part) => (part.type === 'tool-delta' && part.call === 'x1' ? [part.text] : [])).join('');
    expect(shown).toBe('{"path":"src/a very long path to split.js"}');
  });

  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['content_filter', 'filtered'],
    ['tool_calls', 'stop'],
  ])('that ends with %s and calls nothing ends with %s', async (finishReason, reason) => {
    const { parts } = await ask({ text: 'x', finishReason });
    expect(parts.at(-1)).toEqual({ type: 'end', reason });
  });

  it('may come whole, from a server that does not stream', async () => {
    const body = JSON.stringify({
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          message: {
            role: 'assistant',
            content: 'All at once',
            tool_calls: [{ id: 'c', type: 'function', function: { name: 'vote', arguments: '{}' } }],
          },
        },
      ],
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 9 },
    });
    const { parts } = await ask({ body });
    expect(textIn(parts)).toBe('All at once');
    expect(parts.slice(-3)).toEqual([
      { type: 'tool-call', call: 'c', tool: 'vote', args: '{}' },
      // Reasoning that is only in the total is output, too.
      { type: 'usage', input: 3, output: 6 },
      { type: 'end', reason: 'tool-calls' },
    ]);
  });

  it('without a usage says nothing about usage', async () => {
    const { parts } = await ask({ text: 'x', usage: false });
    expect(parts.map(({ type }) => type)).toEqual(['text', 'end']);
  });

  it('keeps its tool calls although every closing chunk comes twice and [DONE] never', async () => {
    const end = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
    const usage = { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } };
    const server = await serverOf({ chunks: [end, end, usage, usage], noDone: true });
    const { parts } = await run(await connect(backendAt(server.baseUrl), undefined));
    expect(parts.map(({ type }) => type)).toEqual(['usage', 'end']);
  });
});

describe('what goes to the server', () => {
  const sent = async (params: Record<string, unknown>, request = requestOf()) => {
    const { server, error } = await ask({ text: 'ok' }, request, params);
    expect(error).toBeUndefined();
    return server.calls[0]?.body ?? {};
  };

  it('has the parameters of the backend, and none that are not for the wire', async () => {
    const body = await sent({
      ...{ temperature: 0.2, top_p: 0.9, seed: 7, stop: ['END'], max_tokens: 50 },
      ...{ reasoning: { effort: 'high', summary: 'auto' }, text: { verbosity: 'low' }, extra_body: { top_k: 4, messages: 'no' } },
      ...{
        cwd: '/w',
        enable_web_search: true,
        mcp_servers: [],
        command_line_docker_image: 'x',
        api_version: '1',
        price: { input: 1, output: 1 },
      },
      ...{ request_timeout_seconds: 9, n: 3, stream: false, messages: [] },
    });
    expect(body).toEqual({
      ...{ temperature: 0.2, top_p: 0.9, seed: 7, stop: ['END'], max_tokens: 50, reasoning_effort: 'high', verbosity: 'low', top_k: 4 },
      ...{ stream: true, stream_options: { include_usage: true }, model: 'test-model' },
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hello' },
      ],
    });
  });

  it('is the conversation with its tool calls and their results; a failed one says so, malformed arguments are made an object', async () => {
    const messages: Message[] = [
      user('Go'),
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'hm' },
          { type: 'tool-call', call: 'c1', tool: 'search', args: '{"pattern":"x"}' },
          { type: 'tool-call', call: 'c2', tool: 'search', args: '{"pat' },
        ],
      },
      { role: 'tool', call: 'c1', tool: 'search', ok: true, output: '' },
      { role: 'tool', call: 'c2', tool: 'search', ok: false, output: 'not JSON' },
    ];
    const body = await sent({}, requestOf({ system: '', messages, tools: [offer('search', { pattern: { type: 'string' } })] }));
    expect(body.messages).toEqual([
      { role: 'user', content: 'Go' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'search', arguments: '{"pattern":"x"}' } },
          { id: 'c2', type: 'function', function: { name: 'search', arguments: '{"malformed_arguments":"{\\"pat"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: '(no output)' },
      { role: 'tool', tool_call_id: 'c2', content: '[failed] not JSON' },
    ]);
    expect(body.tools).toEqual([
      {
        type: 'function',
        function: {
          name: 'search',
          description: 'The tool search',
          parameters: { type: 'object', properties: { pattern: { type: 'string' } } },
        },
      },
    ]);
  });

  it('has attachments in the form of their kind, and says of what it cannot carry', async () => {
    const media = (type: MediaPart['type'], name: string, mime: string): MediaPart => ({ type, name, mime, blob: name, bytes: 3 });
    const files: Record<string, Uint8Array> = {
      'a.txt': Buffer.from('words'),
      'b.bin': Uint8Array.of(0, 255, 1),
      'm.mp4': Uint8Array.of(0, 0, 1),
    };
    const parts = [
      media('image', 'i.png', 'image/png'),
      media('audio', 's.wav', 'audio/wav'),
      media('file', 'd.pdf', 'application/pdf'),
      media('file', 'a.txt', 'text/plain'),
      media('file', 'b.bin', 'application/octet-stream'),
      media('video', 'm.mp4', 'video/mp4'),
    ];
    const request = requestOf({
      system: '',
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'See' }, ...parts] }],
      media: async ({ name }) => files[name] ?? Uint8Array.of(1, 2, 3),
    });
    const body = await sent({}, request);
    expect(body.messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AQID' } },
          { type: 'input_audio', input_audio: { data: 'AQID', format: 'wav' } },
          { type: 'file', file: { filename: 'd.pdf', file_data: 'data:application/pdf;base64,AQID' } },
          { type: 'text', text: '<file name="a.txt">\nwords\n</file>' },
          { type: 'text', text: '[The attachment "b.bin" (application/octet-stream, 3 bytes) cannot be sent to this model.]' },
          { type: 'text', text: '[The attachment "m.mp4" (video/mp4, 3 bytes) cannot be sent to this model.]' },
        ],
      },
    ]);
  });

  it('carries the key as a bearer token, and nothing that is set for OpenAI in the environment', async () => {
    const saved = { ...process.env };
    Object.assign(process.env, {
      OPENAI_API_KEY: 'sk-openai',
      OPENAI_ORG_ID: 'org',
      OPENAI_PROJECT_ID: 'proj',
      OPENAI_CUSTOM_HEADERS: 'x-secret: 1\nAuthorization: no',
    });
    try {
      const server = await serverOf({ text: 'ok' });
      await run(await connect(backendAt(server.baseUrl, { extra_headers: { 'x-mine': 'yes' } }), 'key-1'));
      await run(await connect(backendAt(server.baseUrl), undefined));
      const [withKey, without] = server.calls.map(({ headers }) => headers);
      expect(withKey).toMatchObject({ authorization: 'Bearer key-1', 'x-mine': 'yes' });
      expect(without).toMatchObject({ authorization: 'Bearer not-needed' });
      expect(JSON.stringify([withKey, without])).not.toMatch(/sk-openai|"org"|"proj"|x-secret/);
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
      Object.assign(process.env, saved);
    }
  });

  it('goes to Azure by deployment, version and key header', async () => {
    const server = await serverOf({ text: 'ok' });
    const host = server.baseUrl.replace('/v1', '');
    const backend = { ...backendAt('', { azure_endpoint: host, api_version: '2025-01-01' }), type: 'azure_openai' };
    const { baseUrl: _, ...withoutUrl } = backend;
    expect((await run(await connect(withoutUrl, 'azure-key'))).error).toBeUndefined();
    expect(server.calls[0]?.path).toBe('/openai/deployments/test-model/chat/completions?api-version=2025-01-01');
    expect(server.calls[0]?.headers['api-key']).toBe('azure-key');
  });

  it('brings back with a call what the call came with', async () => {
    const extra = { google: { thought_signature: 'abc' } };
    const fragment = { index: 0, id: 'c1', type: 'function', function: { name: 'search', arguments: '{}' }, extra_content: extra };
    const server = await serverOf(
      { chunks: [{ choices: [{ index: 0, delta: { tool_calls: [fragment] }, finish_reason: 'tool_calls' }] }] },
      { text: 'ok' },
    );
    const provider = await connect(backendAt(server.baseUrl), undefined);
    const parts = callsIn((await run(provider)).parts);
    expect(parts).toEqual([
      { type: 'tool-call', call: 'c1', tool: 'search', args: '{}', seal: { by: 'chatcompletion:test-model', data: extra } },
    ]);
    await run(
      provider,
      requestOf({
        messages: [user('Go'), { role: 'assistant', parts }, { role: 'tool', call: 'c1', tool: 'search', ok: true, output: 'x' }],
      }),
    );
    expect(server.calls[1]?.messages[2]?.tool_calls).toMatchObject([{ id: 'c1', extra_content: extra }]);
  });
});

describe('a field that a server does not know', () => {
  const refusing =
    (field: string, message: string): Handler =>
    ({ body }) =>
      field in body ? { status: 400, body: JSON.stringify({ error: { message } }) } : { text: 'ok' };

  it('stream_options is left out, once and for all', async () => {
    const server = await serverOf(refusing('stream_options', 'Unrecognized request argument supplied: stream_options'));
    const provider = await connect(backendAt(server.baseUrl), undefined);
    expect((await run(provider)).error).toBeUndefined();
    expect((await run(provider)).error).toBeUndefined();
    expect(server.calls.map(({ body }) => 'stream_options' in body)).toEqual([true, false, false]);
  });

  it('max_tokens is renamed', async () => {
    const server = await serverOf(refusing('max_tokens', "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."));
    const { error } = await run(await connect(backendAt(server.baseUrl, { max_tokens: 9 }), undefined));
    expect(error).toBeUndefined();
    expect(server.calls[1]?.body).toMatchObject({ max_completion_tokens: 9 });
  });

  it('anything else is a failure at once', async () => {
    const server = await serverOf(refusing('temperature', 'temperature is not supported'));
    const outcome = await run(await connect(backendAt(server.baseUrl, { temperature: 1 }), undefined));
    expect(failureIn(outcome)).toMatchObject({
      code: 'bad-request',
      retryable: false,
      message: expect.stringContaining('temperature is not supported'),
    });
    expect(server.calls).toHaveLength(1);
  });
});

describe('a failure', () => {
  const json = (message: string, more: object = {}) => JSON.stringify({ error: { message, ...more } });
  const cases: [string, ModelReply, { code: string; retryable: boolean; message?: RegExp; hint?: RegExp; retryAfterMs?: number }][] = [
    [
      'a wrong key',
      { status: 401, body: json('Incorrect API key provided: secret-key-1') },
      { code: 'auth', retryable: false, hint: /environment variable MY_KEY/ },
    ],
    ['a forbidden one', { status: 403, body: json('no access') }, { code: 'auth', retryable: false, message: /no access/ }],
    [
      "Gemini's wrong key",
      { status: 400, body: `[${json('API key not valid.', { status: 'INVALID_ARGUMENT' })}]` },
      { code: 'auth', retryable: false },
    ],
    ['an unknown model', { status: 404, body: json('model not found') }, { code: 'bad-request', retryable: false, hint: /test-model/ }],
    [
      'too many requests',
      { status: 429, headers: { 'retry-after': '7' }, body: json('slow down') },
      { code: 'rate-limit', retryable: true, retryAfterMs: 7000 },
    ],
    ['too many, in ms', { status: 429, headers: { 'retry-after-ms': '250' } }, { code: 'rate-limit', retryable: true, retryAfterMs: 250 }],
    [
      'no credit',
      { status: 429, body: json('You exceeded your current quota', { code: 'insufficient_quota' }) },
      { code: 'rate-limit', retryable: false, hint: /billing/ },
    ],
    ['payment', { status: 402, body: json('Insufficient credits') }, { code: 'rate-limit', retryable: false }],
    [
      'a long conversation',
      { status: 400, body: json('too long', { code: 'context_length_exceeded' }) },
      { code: 'context-overflow', retryable: false },
    ],
    [
      'a bad request',
      { status: 400, body: json('bad tool schema') },
      { code: 'bad-request', retryable: false, message: /bad tool schema/ },
    ],
    ['a server error', { status: 500, body: json('oops') }, { code: 'server', retryable: true, message: /oops/ }],
    ['overload', { status: 529, headers: { 'retry-after': '2' } }, { code: 'server', retryable: true, retryAfterMs: 2000 }],
    [
      "a gateway's page",
      { status: 502, body: '<html><body>Bad gateway</body></html>' },
      { code: 'server', retryable: true, message: /^[^<]*$/ },
    ],
    [
      'another form of error',
      { status: 422, body: '{"detail":[{"msg":"field required"}]}' },
      { code: 'bad-request', retryable: false, message: /field required/ },
    ],
    ['a web page', { body: '<!doctype html><title>Hi</title>' }, { code: 'malformed', retryable: false, hint: /\/v1/ }],
    ['a broken whole reply', { body: '{"choices": [' }, { code: 'malformed', retryable: true }],
    ['a broken chunk', { text: 'some words that go on', malformed: true }, { code: 'malformed', retryable: true }],
    ['a chunk that is no object', { chunks: ['"hello"'] }, { code: 'malformed', retryable: true }],
    ['every chunk twice', { text: 'x', duplicate: true }, { code: 'malformed', retryable: true }],
    ['a call without a name', { toolCalls: [{ name: '', arguments: {} }] }, { code: 'malformed', retryable: true }],
    [
      'an error inside the stream',
      { chunks: [{ error: { message: 'Overloaded', code: 503 } }] },
      { code: 'server', retryable: true, message: /Overloaded/ },
    ],
    [
      'a rate limit inside the stream',
      { chunks: [{ error: { message: 'Rate limit reached', type: 'rate_limit' } }] },
      { code: 'rate-limit', retryable: true },
    ],
    ['an error as the end', { text: 'x', finishReason: 'error' }, { code: 'server', retryable: true }],
    [
      'no end',
      { chunks: [{ choices: [{ index: 0, delta: { content: 'and then' }, finish_reason: null }] }] },
      { code: 'network', retryable: true, message: /cut off/ },
    ],
    ['an empty stream', { chunks: [], noDone: true }, { code: 'network', retryable: true }],
    ['a cut connection', { text: 'a longer text than that', cutAfterBytes: 300 }, { code: 'network', retryable: true, message: /cut off/ }],
    ['silence before the head', { hang: 'head' }, { code: 'timeout', retryable: true, hint: /request_timeout_seconds/ }],
    ['silence after the head', { hang: 'body' }, { code: 'timeout', retryable: true }],
    ['silence in the middle', { hang: 'chunk' }, { code: 'timeout', retryable: true }],
  ];

  it.each(cases)('%s', async (_name, reply, expected) => {
    const server = await serverOf(reply);
    const backend = backendAt(server.baseUrl, { request_timeout_seconds: 0.3 }, { key: { from: 'env', name: 'MY_KEY' } });
    const outcome = await run(await connect(backend, 'secret-key-1'));
    const { message, hint, retryAfterMs, ...rest } = expected;
    expect(outcome.error).toBeInstanceOf(FailureError);
    expect(failureIn(outcome)).toMatchObject(rest);
    if (message !== undefined) expect(failureIn(outcome)?.message).toMatch(message);
    if (hint !== undefined) expect(failureIn(outcome)?.hint).toMatch(hint);
    expect(outcome.error instanceof ProviderError ? outcome.error.retryAfterMs : undefined).toBe(retryAfterMs);
    expect(JSON.stringify(failureIn(outcome))).not.toContain('secret-key-1');
    expect(outcome.parts.map(({ type }) => type)).not.toContain('end');
    expect(server.calls, 'the one retry policy is not here').toHaveLength(1);
  });

  it('nobody at the address', async () => {
    const server = await serverOf({});
    await server.stop();
    const outcome = await run(await connect(backendAt(server.baseUrl), undefined));
    expect(failureIn(outcome)).toEqual({
      code: 'network',
      retryable: true,
      message: `Nothing answers at ${server.baseUrl}.`,
      hint: `Is the server at ${server.baseUrl} running?`,
    });
  });

  it('a slow reader is not a silent server', async () => {
    const server = await serverOf({ text: 'one two three four five', chunkSize: 4, chunkDelayMs: 1 });
    const provider = await connect(backendAt(server.baseUrl, { request_timeout_seconds: 0.05 }), undefined);
    const parts: string[] = [];
    for await (const part of provider.stream(requestOf(), new AbortController().signal)) {
      if (parts.push(part.type) === 1) await new Promise((resolve) => setTimeout(resolve, 150));
    }
    expect(parts.at(-1)).toBe('end');
  });
});

describe('a stream that stops anywhere', () => {
  const reply: ModelReply = {
    text: 'Käse – I read it.',
    toolCalls: [{ id: 'c1', name: 'write_file', arguments: { path: 'a.js', content: 'if (x) { y({}) }' } }],
    usage: { input: 10, output: 5 },
    chunkSize: 26,
  };
  const bytes = Buffer.from(
    eventsOf(reply, { model: 'test-model', path: '/v1/chat/completions', body: { stream_options: { include_usage: true } } }).join(''),
  );

  const judge = ({ parts, error }: Outcome, after: string): 'whole' | 'failed' => {
    if (error !== undefined) {
      expect(failureIn({ parts, error }), after).toMatchObject({ retryable: true });
      expect(callsIn(parts), after).toEqual([]);
      return 'failed';
    }
    expect(textIn(parts), after).toBe(reply.text);
    expect(callsIn(parts), after).toEqual([
      { type: 'tool-call', call: 'c1', tool: 'write_file', args: '{"path":"a.js","content":"if (x) { y({}) }"}' },
    ]);
    expect(parts.at(-1), after).toEqual({ type: 'end', reason: 'tool-calls' });
    const usage = parts.filter(({ type }) => type === 'usage');
    expect(usage.length === 0 || usage[0], after).toSatisfy((one) => one === true || (one.input === 10 && one.output === 5));
    return 'whole';
  };

  afterEach(() => void vi.unstubAllGlobals());

  /** The body as it is up to a byte, and then a proper end or a broken connection. */
  const stopping = (n: number, how: 'ends' | 'breaks') => async (): Promise<Response> => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes.subarray(0, n));
        if (how === 'ends') controller.close();
      },
      pull: (controller) => controller.error(new TypeError('terminated')),
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };

  it.each(['ends', 'breaks'] as const)('is a retryable failure or the whole reply, never less: %s at any byte', async (how) => {
    const provider = await connect(backendAt('http://localhost:1/v1'), undefined);
    const outcomes: string[] = [];
    for (let n = 0; n <= bytes.length; n++) {
      vi.stubGlobal('fetch', stopping(n, how));
      outcomes.push(judge(await run(provider), `${how} after ${n} bytes`));
    }
    expect(outcomes.at(-1), 'the complete stream is a reply').toBe('whole');
    const first = outcomes.indexOf('whole');
    expect(bytes.subarray(0, first).toString(), 'no reply is whole before the model said that it is done').toContain(
      '"finish_reason":"tool_calls"',
    );
  });

  it.each(['cutAfterBytes', 'endAfterBytes'] as const)('so it is on a real connection (%s)', async (how) => {
    const server = await serverOf(({ n }) => ({ ...reply, [how]: n * 97 }));
    const provider = await connect(backendAt(server.baseUrl), undefined);
    const outcomes: string[] = [];
    for (let n = 0; n * 97 <= bytes.length + 97; n++) outcomes.push(judge(await run(provider), `after ${n * 97} bytes`));
    expect(new Set(outcomes)).toEqual(new Set(['failed', 'whole']));
  });
});

describe('an abort', () => {
  it.each(['head', 'body', 'chunk'] as const)('throws its reason and closes the connection (%s)', async (hang) => {
    const server = await serverOf({ hang });
    const provider = await connect(backendAt(server.baseUrl), undefined);
    const controller = new AbortController();
    const outcome = run(provider, requestOf(), controller.signal);
    while (server.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const reason = new Error('stopped by you');
    controller.abort(reason);
    expect((await outcome).error).toBe(reason);
    await server.dropped;
  });

  it('before the call sends nothing', async () => {
    const server = await serverOf({ text: 'x' });
    const reason = new Error('stopped by you');
    const { error } = await run(await connect(backendAt(server.baseUrl), undefined), requestOf(), AbortSignal.abort(reason));
    expect(error).toBe(reason);
    expect(server.calls).toEqual([]);
  });

  it('by a reader that goes away closes the connection', async () => {
    const server = await serverOf({ text: 'words that go on and on', chunkSize: 2, chunkDelayMs: 20 });
    const provider = await connect(backendAt(server.baseUrl), undefined);
    for await (const part of provider.stream(requestOf(), new AbortController().signal)) if (part.type === 'text') break;
    await server.dropped;
  });
});

describe('the models of a server', () => {
  it('are listed by id', async () => {
    const server = await startModelServer(() => ({}), ['one', 'two']);
    started.push(server);
    expect(await (await connect(backendAt(server.baseUrl), undefined)).models(new AbortController().signal)).toEqual(['one', 'two']);
  });
});

describe('another implementation of the wire', () => {
  it('is understood: two tool calls, their results, then words', async () => {
    const mock = new LLMock({ port: 0, strict: true });
    mock.on({ predicate: () => true }, (request) => {
      const results = request.messages.filter(({ role }) => role === 'tool');
      if (results.length === 0) {
        return {
          toolCalls: [
            { name: 'read_file', arguments: '{"path":"a.js"}' },
            { name: 'read_file', arguments: '{"path":"b.js"}' },
          ],
        };
      }
      return { content: `I saw ${results.map(({ content }) => content).join(' and ')}.` };
    });
    await mock.start();
    started.push({ stop: () => mock.stop() });
    const provider = await connect(backendAt(`${mock.url}/v1`), 'mock');
    const tools = [offer('read_file', { path: { type: 'string' } })];
    const first = await run(provider, requestOf({ tools }));
    const calls = callsIn(first.parts);
    expect(calls.map(({ tool, args }) => [tool, JSON.parse(args)])).toEqual([
      ['read_file', { path: 'a.js' }],
      ['read_file', { path: 'b.js' }],
    ]);
    expect(first.parts.at(-1)).toEqual({ type: 'end', reason: 'tool-calls' });
    const results = calls.map(({ call, tool }, n): Message => ({ role: 'tool', call, tool, ok: true, output: `file ${n}` }));
    const second = await run(provider, requestOf({ tools, messages: [user('Go'), { role: 'assistant', parts: calls }, ...results] }));
    expect(textIn(second.parts)).toBe('I saw file 0 and file 1.');
    expect(second.parts.at(-1)).toEqual({ type: 'end', reason: 'stop' });
  });
});
