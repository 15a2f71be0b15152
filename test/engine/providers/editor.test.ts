import { describe, expect, test } from 'vitest';
import { connect } from '../../../src/engine/providers/index.js';
import type { EditorModels, ModelRequest, StreamPart } from '../../../src/engine/providers/provider.js';
import type { Backend } from '../../../src/protocol/events.js';
import { failureOf } from '../../../src/protocol/failure.js';

const offering = (...ids: string[]): EditorModels => ({
  list: async () => ids.map((id) => ({ id, label: id.toUpperCase(), family: id.split('-')[0] ?? id })),
  async *stream(model) {
    yield { type: 'text', text: `from ${model}` };
    yield { type: 'end', reason: 'stop' };
  },
});
const request: ModelRequest = {
  system: '',
  messages: [],
  tools: [],
  position: { agent: 'a', purpose: 'work', call: 0 },
  media: async () => new Uint8Array(),
};

async function reply(model: string, editor?: EditorModels): Promise<string> {
  const backend: Backend = { type: 'vscode', model, key: { from: 'none' }, params: {} };
  const parts: StreamPart[] = [];
  try {
    const provider = await connect(backend, undefined, { editor });
    for await (const part of provider.stream(request, new AbortController().signal)) parts.push(part);
  } catch (error) {
    const { code, message, hint } = failureOf(error);
    return `${code}: ${message} ${hint}`;
  }
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
}

describe('a model of the editor', () => {
  test.each([
    ['by its id', 'claude-4', 'from claude-4'],
    ['by its family', 'claude', 'from claude-3'],
    ['as any', 'auto', 'from gpt-5'],
    ['that is not offered', 'grok', 'config: The editor offers no model "grok". It offers: gpt-5, claude-3, claude-4.'],
  ])('named %s', async (_, model, expected) => expect(await reply(model, offering('gpt-5', 'claude-3', 'claude-4'))).toBe(expected));

  test('is a failure with what to do where none is offered, and where there is no editor', async () => {
    expect(await reply('auto', offering())).toMatch(/^config: The editor offers no model\. Sign in/);
    expect(await reply('auto')).toBe('config: The models of the editor are there in VS Code only. Another backend type works here too.');
  });
});
