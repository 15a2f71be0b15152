/** Models behind OpenAI's Chat Completions API, at OpenAI and at everyone who speaks it, through the official client. */
import type OpenAI from 'openai';
import type { Seal } from '../../protocol/content.js';
import type { Backend } from '../../protocol/events.js';
import { readReply } from './chat-reply.js';
import { type Endpoint, endpointOf } from './endpoint.js';
import { type Watchdog, wireFetch } from './http.js';
import { wireMessages, wireTools } from './messages.js';
import { initialQuirks, quirkFor, wireHeaders, wireParams } from './params.js';
import type { ModelRequest, Provider } from './provider.js';
import { headersIn, NEVER, overWire, providerId, refusalOf } from './wire.js';

export async function connectOpenAiChat(backend: Backend, key: string | undefined): Promise<Provider> {
  const endpoint = endpointOf(backend, key);
  const sdk = await import('openai');
  const by = providerId(backend);
  let quirks = initialQuirks(backend);

  const client = (expects: 'stream' | 'json', dog: Watchdog): OpenAI => {
    const options = {
      apiKey: endpoint.key,
      baseURL: endpoint.baseUrl,
      maxRetries: 0,
      timeout: NEVER,
      logLevel: 'off' as const,
      fetch: wireFetch(endpoint.asked, expects, dog.touch),
      defaultHeaders: { ...inheritedHeaders(endpoint), ...wireHeaders(backend.params) },
      ...(endpoint.vendor?.type === 'openai' ? {} : { organization: null, project: null, adminAPIKey: null }),
    };
    return endpoint.azure === undefined
      ? new sdk.OpenAI(options)
      : new sdk.AzureOpenAI({ ...options, apiVersion: endpoint.azure.apiVersion });
  };

  async function open(request: ModelRequest, dog: Watchdog): Promise<AsyncIterable<unknown>> {
    for (let changes = 0; ; changes++) {
      const messages = await wireMessages(request, { reasoningBack: quirks.reasoningBack, extraOf });
      const body = { ...wireParams(backend, quirks), model: backend.model, messages, ...wireTools(request) };
      try {
        return await client('stream', dog).chat.completions.create(body as OpenAI.ChatCompletionCreateParamsStreaming, {
          signal: dog.signal,
        });
      } catch (error) {
        const other = changes < 3 ? quirkFor(refusalOf(error), quirks) : undefined;
        if (other === undefined) throw error;
        quirks = other;
      }
    }
  }

  // Gemini 3 refuses a call of its own that comes back without its signature; this value stands in where there is none.
  const noSignature =
    endpoint.vendor?.type === 'gemini' ? { google: { thought_signature: 'skip_thought_signature_validator' } } : undefined;
  const extraOf = (seal: Seal | undefined): unknown => (seal?.by === by ? seal.data : noSignature);

  return overWire(backend, endpoint, {
    open,
    reader: (taken) => readReply(endpoint.asked.label, by, taken),
    models: (dog) => client('json', dog).models.list({ signal: dog.signal }),
  });
}

/** Invariant: what is meant for OpenAI (headers, organization, project) goes to OpenAI alone. */
function inheritedHeaders(endpoint: Endpoint): Record<string, string | null> {
  if (endpoint.vendor?.type === 'openai') return {};
  const names = headersIn('OPENAI_CUSTOM_HEADERS');
  return Object.fromEntries(names.map((name) => [name, /^authorization$/i.test(name) ? `Bearer ${endpoint.key}` : null]));
}
