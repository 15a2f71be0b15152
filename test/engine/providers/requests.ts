/** Requests and backends as the tests of providers need them. */

import type { Message, ModelRequest, Provider, StreamPart, ToolOffer } from '../../../src/engine/providers/provider.js';
import type { Backend } from '../../../src/protocol/events.js';
import type { FailureError } from '../../../src/protocol/failure.js';

export const backendAt = (baseUrl: string, params: Record<string, unknown> = {}, more: Partial<Backend> = {}): Backend => ({
  type: 'chatcompletion',
  model: 'test-model',
  baseUrl,
  key: { from: 'none' },
  params,
  ...more,
});

export const offer = (name: string, properties: Record<string, unknown> = {}): ToolOffer => ({
  name,
  description: `The tool ${name}`,
  parameters: { type: 'object', properties },
});

export const user = (text: string): Message => ({ role: 'user', parts: [{ type: 'text', text }] });

export const requestOf = (more: Partial<ModelRequest> = {}): ModelRequest => ({
  system: 'Be brief.',
  messages: [user('Hello')],
  tools: [],
  position: { agent: 'a', purpose: 'work', call: 0 },
  media: async () => {
    throw new Error('no attachment was expected');
  },
  ...more,
});

export interface Outcome {
  parts: StreamPart[];
  error?: unknown;
}

/** Everything that a call yields, and what it throws. */
export async function run(provider: Provider, request = requestOf(), signal = new AbortController().signal): Promise<Outcome> {
  const parts: StreamPart[] = [];
  try {
    for await (const part of provider.stream(request, signal)) parts.push(part);
    return { parts };
  } catch (error) {
    return { parts, error };
  }
}

export const failureIn = (outcome: Outcome) => (outcome.error as FailureError | undefined)?.failure;

export const textIn = (parts: readonly StreamPart[], type: 'text' | 'reasoning' = 'text'): string =>
  parts.map((part) => (part.type === type ? part.text : '')).join('');

export const callsIn = (parts: readonly StreamPart[]) => parts.flatMap((part) => (part.type === 'tool-call' ? [part] : []));
