/** Whose models a model is one of: what is known of it by its name and by who serves it, as data. */
import type { Backend } from '../../protocol/events.js';
import { vendorAt, vendorOf } from './vendors.js';

/** Names that tell the family wherever the model is served; the first that fits counts. */
const names: readonly (readonly [RegExp, string])[] = [
  [/\b(chat)?gpt|\bo[134]\b|\bcodex/, 'openai'],
  [/\bclaude/, 'anthropic'],
  [/\bgem(ini|ma)/, 'google'],
  [/\bgrok/, 'xai'],
  [/\bdeepseek/, 'deepseek'],
  [/\b(kimi|moonshot)/, 'moonshot'],
  [/\b(chat)?glm/, 'zai'],
  [/\b(qwen|qwq)/, 'qwen'],
  [/\b(mi[sx]tral|ministral|magistral|codestral|devstral)/, 'mistral'],
  [/\b(code)?llama/, 'meta'],
  [/\bphi\b|\bphi-?\d/, 'microsoft'],
  [/\bcommand-/, 'cohere'],
  [/\bminimax/, 'minimax'],
  [/\bnova-/, 'amazon'],
  [/\bnemotron/, 'nvidia'],
  [/\bgranite/, 'ibm'],
];

/** Vendors that serve no models but their own. */
const makers: Readonly<Record<string, string>> = {
  openai: 'openai',
  claude: 'anthropic',
  gemini: 'google',
  grok: 'xai',
  moonshot: 'moonshot',
  zai: 'zai',
  qwen: 'qwen',
};

/** Nothing where nothing is known. Models of no known family are of one where they have one name. */
export function familyOf({ type, model, baseUrl }: Pick<Backend, 'type' | 'model' | 'baseUrl'>): { family?: string } {
  if (type === 'scripted') return {};
  const name = model.toLowerCase();
  const vendor = baseUrl === undefined ? vendorOf(type) : vendorAt(baseUrl);
  const family = names.find(([pattern]) => pattern.test(name))?.[1] ?? makers[vendor?.type ?? ''] ?? name.split('/').at(-1);
  return family === undefined || family === '' ? {} : { family };
}
