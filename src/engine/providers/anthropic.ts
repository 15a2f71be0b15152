/** Models behind Anthropic's Messages API, at Anthropic and at everyone who speaks it, through the official client. */
import type Anthropic from '@anthropic-ai/sdk';
import type { Backend } from '../../protocol/events.js';
import { anthropicMessages, anthropicTools, systemBlocks, type WireMessage } from './anthropic-messages.js';
import { anthropicHeaders, anthropicParams, BEFORE_SAMPLING_WENT, initialQuirks, quirkFor } from './anthropic-params.js';
import { type AnthropicReader, readAnthropicReply } from './anthropic-reply.js';
import { type Endpoint, endpointOf } from './endpoint.js';
import { type Watchdog, wireFetch } from './http.js';
import type { ModelRequest, Provider } from './provider.js';
import { headersIn, NEVER, overWire, providerId, refusalOf } from './wire.js';

/** Requests of one reply that a server interrupts (`pause_turn`) before it is taken as it is. */
const PAUSES = 8;

export async function connectAnthropic(backend: Backend, key: string | undefined): Promise<Provider> {
  const endpoint = endpointOf(backend, key);
  const sdk = await import('@anthropic-ai/sdk');
  const by = providerId(backend);
  let quirks = initialQuirks(backend);

  const client = (expects: 'stream' | 'json', dog: Watchdog): Anthropic =>
    new sdk.Anthropic({
      apiKey: endpoint.key,
      // The client adds `/v1` itself; many write it with the address.
      baseURL: endpoint.baseUrl.replace(/\/+$/, '').replace(/\/v1$/, ''),
      maxRetries: 0,
      timeout: NEVER,
      logLevel: 'off',
      openTelemetry: false,
      fetch: wireFetch(endpoint.asked, expects, dog.touch),
      defaultHeaders: { ...ownHeaders(endpoint), ...anthropicHeaders(backend.params) },
    });

  async function open(request: ModelRequest, more: readonly WireMessage[], dog: Watchdog): Promise<AsyncIterable<unknown>> {
    for (let changes = 0; ; changes++) {
      const { messages, sealed } = await anthropicMessages(request, more, { by, ...quirks });
      const body = {
        ...anthropicParams(backend, quirks, sealed),
        model: backend.model,
        messages,
        ...systemBlocks(request, quirks),
        ...anthropicTools(request, quirks),
      };
      try {
        // `post` and not `messages.create`, which writes to the console of models that are old.
        return await client('stream', dog).post<AsyncIterable<unknown>>('/v1/messages', { body, stream: true, signal: dog.signal });
      } catch (error) {
        const other = changes < 3 ? quirkFor(refusalOf(error), quirks) : undefined;
        if (other === undefined) throw error;
        quirks = other;
      }
    }
  }

  /** One reply: where the server pauses it, what there is goes back and it goes on. */
  async function* chunks(request: ModelRequest, reader: AnthropicReader, dog: Watchdog): AsyncGenerator<unknown> {
    const said: WireMessage[] = [];
    for (let pauses = 0; ; pauses++) {
      yield* await open(request, said, dog);
      if (pauses >= PAUSES || !reader.paused()) return;
      said.push({ role: 'assistant', content: reader.goOn() });
    }
  }

  return overWire<AnthropicReader>(backend, endpoint, {
    open: async (request, dog, reader) => chunks(request, reader, dog),
    reader: (taken) => readAnthropicReply(endpoint.asked, by, taken),
    models: (dog) => client('json', dog).models.list({ limit: 1000 }, { signal: dog.signal }),
  });
}

/**
 * Invariant: what is meant for Anthropic in the environment goes to Anthropic alone. Others who speak its format know the version before
 * the latest, and look for the key where that has it.
 */
function ownHeaders({ vendor, key }: Endpoint): Record<string, string | null> {
  if (vendor?.type === 'claude') return {};
  const names = headersIn('ANTHROPIC_CUSTOM_HEADERS');
  return {
    ...Object.fromEntries(names.map((name) => [name.toLowerCase(), null])),
    authorization: `Bearer ${key}`,
    'x-api-key': key,
    'anthropic-version': BEFORE_SAMPLING_WENT,
  };
}
