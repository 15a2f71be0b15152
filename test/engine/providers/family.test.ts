import { expect, it } from 'vitest';
import { familyOf } from '../../../src/engine/providers/family.js';

it.each([
  ['openai', 'gpt-5.2', 'openai'],
  ['openai', 'o3-mini', 'openai'],
  ['openrouter', 'openai/gpt-oss-120b', 'openai'],
  ['fireworks', 'accounts/fireworks/models/gpt-oss-120b', 'openai'],
  ['azure_openai', 'gpt-4o', 'openai'],
  ['claude', 'claude-sonnet-4-6', 'anthropic'],
  ['openrouter', 'anthropic/claude-opus-4', 'anthropic'],
  ['gemini', 'gemini-3.5-flash', 'google'],
  ['ollama', 'gemma3:4b', 'google'],
  ['groq', 'deepseek-r1-distill-llama-70b', 'deepseek'],
  ['ollama', 'llama3.3', 'meta'],
  ['vllm', 'Qwen/QwQ-32B', 'qwen'],
  ['openrouter', 'mistralai/mixtral-8x7b', 'mistral'],
  ['ollama', 'phi4', 'microsoft'],
  ['qwen', 'next-max', 'qwen'],
  ['vllm', 'acme/Dolphin-7B', 'dolphin-7b'],
])('%s serves %s, of the family %s', (type, model, family) => {
  expect(familyOf({ type, model })).toEqual({ family });
});

it('goes by who is at the address, not by what the type is called', () => {
  expect(familyOf({ type: 'openai', model: 'next', baseUrl: 'https://api.x.ai/v1' })).toEqual({ family: 'xai' });
  expect(familyOf({ type: 'openai', model: 'next', baseUrl: 'http://localhost:9/v1' })).toEqual({ family: 'next' });
});

it('of written replies, and of a server that is asked what it serves, there is none', () => {
  expect([familyOf({ type: 'scripted', model: 'gpt-5' }), familyOf({ type: 'vllm', model: '' })]).toEqual([{}, {}]);
});
