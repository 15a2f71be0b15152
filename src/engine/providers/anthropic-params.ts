/** A backend's parameters as fields of an Anthropic Messages request, and what servers turned out not to take. */
import type { Backend } from '../../protocol/events.js';
import { maxOutputOf } from './claude-models.js';
import { isRecord } from './errors.js';
import { passedOn, wireHeaders } from './params.js';

/** Fields of the request that no parameter may set: they are what this adapter is made of. */
const reserved = new Set(['messages', 'tools', 'stream', 'system', 'cache_control']);

/** Found on the first refusal and kept for the connection. */
export interface Quirks {
  /** Takes `cache_control`. */
  caching: boolean;
  /** Takes thoughts of its own back. */
  thoughtsBack: boolean;
  /** Decides itself how much to think, instead of a budget. */
  adaptive: boolean;
  /** The longest reply that it takes a request for. */
  maxTokens: number;
}

export const initialQuirks = ({ model }: Backend): Quirks => ({
  caching: true,
  thoughtsBack: true,
  adaptive: false,
  maxTokens: maxOutputOf(model),
});

/** What to do otherwise after a refusal; undefined where the refusal is about something else. */
export function quirkFor(refusal: string, quirks: Quirks): Quirks | undefined {
  if (quirks.caching && /cache_control/.test(refusal)) return { ...quirks, caching: false };
  if (!quirks.adaptive && /thinking.*enabled.*(not supported|unsupported)/i.test(refusal)) return { ...quirks, adaptive: true };
  if (quirks.thoughtsBack && /(signature|thinking.{0,9}block|redacted_thinking)/i.test(refusal)) return { ...quirks, thoughtsBack: false };
  const most = Number(/max_tokens:? \d+ > (\d+)/.exec(refusal)?.[1]);
  return most > 0 && most < quirks.maxTokens ? { ...quirks, maxTokens: most } : undefined;
}

/** Everything but the model, the messages, the system prompt and the tools. `sealed`: see `Conversation`. */
export function anthropicParams(backend: Backend, quirks: Quirks, sealed: boolean): Record<string, unknown> {
  const { params } = backend;
  const body = passedOn(params, reserved);
  for (const [here, there] of RENAMED) rename(body, here, there);
  if (typeof body.stop_sequences === 'string') body.stop_sequences = [body.stop_sequences];
  const effort = body.reasoning_effort ?? (isRecord(params.reasoning) ? params.reasoning.effort : undefined);
  delete body.reasoning_effort;
  if (effort !== undefined) body.output_config = { effort, ...(isRecord(body.output_config) && body.output_config) };
  const thinking = thinkingOf(body.thinking, quirks, sealed);
  delete body.thinking;
  return { ...body, stream: true, max_tokens: maxTokensOf(body.max_tokens, thinking, quirks), ...(thinking !== undefined && { thinking }) };
}

/** Other vendors' names of the same. */
const RENAMED = [
  ['max_completion_tokens', 'max_tokens'],
  ['stop', 'stop_sequences'],
] as const;

function rename(body: Record<string, unknown>, from: string, to: string): void {
  if (body[from] === undefined) return;
  body[to] ??= body[from];
  delete body[from];
}

/** Thinking with a budget is refused where an earlier call comes back without the thought that led to it: that call goes without. */
function thinkingOf(thinking: unknown, quirks: Quirks, sealed: boolean): Record<string, unknown> | undefined {
  if (!isRecord(thinking)) return undefined;
  if (thinking.type !== 'enabled') return thinking;
  if (quirks.adaptive) return { type: 'adaptive', ...(thinking.display !== undefined && { display: thinking.display }) };
  return sealed ? thinking : undefined;
}

/** What is thought counts as output: there must be room for more than the budget. */
function maxTokensOf(given: unknown, thinking: Record<string, unknown> | undefined, quirks: Quirks): number {
  if (typeof given === 'number') return Math.min(given, quirks.maxTokens);
  const budget = typeof thinking?.budget_tokens === 'number' ? thinking.budget_tokens : 0;
  return Math.min(quirks.maxTokens, REPLY_TOKENS + budget);
}

/** Enough for long files and for thinking, and no more: it bounds what one reply can cost. */
const REPLY_TOKENS = 32_000;

/** The version of the API that takes `temperature`, `top_p` and `top_k`: the one after it (2026-10-21) refuses them, whatever the model. */
export const BEFORE_SAMPLING_WENT = '2023-06-01';

/** `betas` is how the client calls the names that go into the header of experimental features. */
export function anthropicHeaders(params: Record<string, unknown>): Record<string, string> {
  const betas = Array.isArray(params.betas) ? params.betas.filter((one) => typeof one === 'string') : [];
  const samples = ['temperature', 'top_p', 'top_k'].some((name) => params[name] !== undefined);
  return {
    ...(samples && { 'anthropic-version': BEFORE_SAMPLING_WENT }),
    ...(betas.length > 0 && { 'anthropic-beta': betas.join(',') }),
    ...wireHeaders(params),
  };
}
