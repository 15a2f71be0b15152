/** Reads the chunks of a Chat Completions stream into stream parts. No I/O. */
import { cutFailure, isRecord, malformedFailure, ProviderError } from './errors.js';
import type { StreamPart } from './provider.js';
import { assembleToolCalls, type Fragment } from './tool-calls.js';
import type { ReplyReader } from './wire.js';

/** `by`: who gives the seals. `taken`: the ids of tool calls that the conversation already has. */
export function readReply(label: string, by: string, taken: ReadonlySet<string>): ReplyReader {
  const assembly = assembleToolCalls(taken);
  let usage: StreamPart | undefined;
  let reason: string | undefined;
  /** The first chunk while it is the only one. */
  let first: string | undefined;

  return {
    take(chunk) {
      if (!isRecord(chunk)) throw malformedFailure(label, 'a chunk of it is not an object.');
      const choice = firstChoice(chunk.choices);
      // Where what opens a message comes twice, so may all that follows: its words would stand there twice.
      const opens = isRecord(choice?.delta) && choice.delta.role !== undefined;
      if (opens && first === JSON.stringify(chunk)) throw malformedFailure(label, 'it began twice.');
      first = first === undefined && opens ? JSON.stringify(chunk) : '';
      usage = usageIn(chunk, choice) ?? usage;
      if (choice === undefined) return [];
      if (typeof choice.finish_reason === 'string' && choice.finish_reason !== '') reason = choice.finish_reason;
      // A server that does not stream sends the whole message at once.
      const delta = isRecord(choice.delta) ? choice.delta : choice.message;
      return isRecord(delta) ? partsOf(delta, assembly.add) : [];
    },
    finished: () => reason !== undefined,
    finish() {
      if (reason === undefined) throw cutFailure(label);
      const end = endOf(reason, assembly.calls().length > 0, label);
      const calls = assembly.calls(end === 'length');
      if (calls.some(({ tool }) => tool === '')) throw malformedFailure(label, 'a tool call has no name.');
      const parts = calls.map(({ call, tool, args, extra }): StreamPart => {
        const part = { type: 'tool-call', call, tool, args } as const;
        return extra === undefined ? part : { ...part, seal: { by, data: extra } };
      });
      return [...parts, ...(usage === undefined ? [] : [usage]), { type: 'end', reason: end }];
    },
  };
}

function firstChoice(choices: unknown): Record<string, unknown> | undefined {
  if (!Array.isArray(choices)) return undefined;
  return choices.find((choice): choice is Record<string, unknown> => isRecord(choice) && (choice.index ?? 0) === 0);
}

function partsOf(delta: Record<string, unknown>, add: ReturnType<typeof assembleToolCalls>['add']): StreamPart[] {
  const parts: StreamPart[] = [];
  // Vendors call it one or the other; some send both with the same words.
  const reasoning = [delta.reasoning_content, delta.reasoning].find(isWords);
  if (reasoning !== undefined) parts.push({ type: 'reasoning', text: reasoning });
  for (const text of [delta.content, delta.refusal]) if (isWords(text)) parts.push({ type: 'text', text });
  for (const fragment of Array.isArray(delta.tool_calls) ? delta.tool_calls : []) {
    if (!isRecord(fragment)) continue;
    const shown = add(fragment satisfies Fragment);
    if (shown !== undefined) parts.push({ type: 'tool-delta', ...shown });
  }
  return parts;
}

const isWords = (value: unknown): value is string => typeof value === 'string' && value !== '';

type EndReason = (StreamPart & { type: 'end' })['reason'];

const reasons: Record<string, EndReason> = {
  stop: 'stop',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  model_context_window_exceeded: 'length',
  content_filter: 'filtered',
  safety: 'filtered',
  refusal: 'filtered',
  sensitive: 'filtered',
};

function endOf(reason: string, hasCalls: boolean, label: string): EndReason {
  const plain = reason.toLowerCase();
  if (/error|insufficient_system_resource|abort/.test(plain))
    throw new ProviderError({ code: 'server', message: `${label} gave up on its reply (${reason}).`, retryable: true });
  if (plain.includes('malformed')) throw malformedFailure(label, 'the model wrote a malformed tool call.');
  // Several vendors end a reply that calls tools with `stop`, or one without with `tool_calls`.
  const end = reasons[plain] ?? 'stop';
  if (end === 'stop' || end === 'tool-calls') return hasCalls ? 'tool-calls' : 'stop';
  return end;
}

/** Usage comes in a chunk of its own, in every chunk (the last one counts), in a choice, or in a vendor's own place. */
function usageIn(chunk: Record<string, unknown>, choice: Record<string, unknown> | undefined): StreamPart | undefined {
  const groq = isRecord(chunk.x_groq) ? chunk.x_groq.usage : undefined;
  const usage = [chunk.usage, choice?.usage, groq].find(isRecord);
  if (usage === undefined || !isCount(usage.prompt_tokens)) return undefined;
  const input = usage.prompt_tokens;
  const written = isCount(usage.completion_tokens) ? usage.completion_tokens : 0;
  // Some vendors count reasoning in the total alone, though it is billed as output.
  const output = isCount(usage.total_tokens) ? Math.max(written, usage.total_tokens - input) : written;
  const details = isRecord(usage.prompt_tokens_details) ? usage.prompt_tokens_details.cached_tokens : undefined;
  const cached = [details, usage.cached_tokens, usage.prompt_cache_hit_tokens].find(isCount);
  return {
    type: 'usage',
    input,
    output,
    ...(cached === undefined ? {} : { cached: Math.min(cached, input) }),
    // OpenRouter says what it charged.
    ...(isCount(usage.cost) ? { costUsd: usage.cost } : {}),
  };
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;
