/** Reads the events of an Anthropic stream into stream parts. No I/O. */
import type { Seal } from '../../protocol/content.js';
import type { Block } from './anthropic-messages.js';
import { type Asked, cutFailure, isRecord, malformedFailure, overflowFailure } from './errors.js';
import { objectOf } from './plain.js';
import type { StreamPart } from './provider.js';
import { isComplete, unusedId } from './tool-calls.js';
import type { ReplyReader } from './wire.js';

export interface AnthropicReader extends ReplyReader {
  /** The server has interrupted the reply and wants to be asked to go on. */
  paused(): boolean;
  /** What the model has said, to go back; what is read after it goes on with it. */
  goOn(): Block[];
}

/** A block as it grows. */
interface Growing {
  type: string;
  /** As it began. */
  start: Record<string, unknown>;
  /** Text, thinking, or the arguments of a call. */
  text: string;
  signature: string;
  call: string;
  open: boolean;
}

export function readAnthropicReply(asked: Asked, by: string, taken: ReadonlySet<string>): AnthropicReader {
  const used = new Set(taken);
  /** Of what was said before the server paused. */
  const whole: Block[] = [];
  const spent: Counts[] = [];
  let blocks: Growing[] = [];
  let usage: Counts = {};
  let begun = false;
  let reason: string | undefined;
  let why: string | undefined;

  const malformed = (what: string) => malformedFailure(asked.label, what);

  function begin(event: Record<string, unknown>): StreamPart[] {
    const { content_block: start, index } = event;
    if (!isRecord(start) || typeof start.type !== 'string') throw malformed('a block of it has no type.');
    if (index !== blocks.length) throw malformed('a block of it came twice, or out of turn.');
    const text = [start.text, start.thinking].find((one) => typeof one === 'string') ?? '';
    const block: Growing = { type: start.type, start, text: '', signature: '', call: '', open: true };
    blocks.push(block);
    if (block.type === 'tool_use') {
      block.call = unusedId(typeof start.id === 'string' && start.id !== '' ? start.id : undefined, used);
      used.add(block.call);
      // Some servers send the arguments whole.
      if (isRecord(start.input) && Object.keys(start.input).length > 0) return grow(block, JSON.stringify(start.input));
    }
    if (typeof start.signature === 'string') block.signature = start.signature;
    return grow(block, String(text));
  }

  function grow(block: Growing, text: string): StreamPart[] {
    block.text += text;
    if (text === '') return [];
    if (block.type === 'text') return [{ type: 'text', text }];
    if (block.type === 'thinking') return [{ type: 'reasoning', text }];
    return block.type === 'tool_use' ? [{ type: 'tool-delta', call: block.call, tool: String(block.start.name), text }] : [];
  }

  function openBlock({ index }: Record<string, unknown>): Growing {
    const block = typeof index === 'number' ? blocks[index] : undefined;
    if (block?.open !== true) throw malformed('a piece of it belongs to no block.');
    return block;
  }

  function go(event: Record<string, unknown>): StreamPart[] {
    const block = openBlock(event);
    const { delta } = event;
    if (!isRecord(delta)) throw malformed('a piece of it is not an object.');
    if (typeof delta.signature === 'string') block.signature += delta.signature;
    const text = [delta.text, delta.thinking, delta.partial_json].find((one) => typeof one === 'string');
    return typeof text === 'string' ? grow(block, text) : [];
  }

  function end(event: Record<string, unknown>): StreamPart[] {
    const block = openBlock(event);
    block.open = false;
    const seal = (data: Seal['data']): StreamPart[] => [{ type: 'reasoning', text: '', seal: { by, data } }];
    if (block.type === 'thinking') return block.signature === '' ? [] : seal({ signature: block.signature });
    if (block.type === 'redacted_thinking') return seal({ redacted: String(block.start.data) });
    return [];
  }

  /** A call is told of when it is known how the reply ended: at the length limit the last one may be cut. */
  function callsOf(cut: boolean): StreamPart[] {
    const made = blocks.filter((block) => block.type === 'tool_use' && !(cut && block === blocks.at(-1) && !isComplete(block.text)));
    if (made.some(({ start }) => typeof start.name !== 'string' || start.name === '')) throw malformed('a tool call has no name.');
    return made.map(({ call, start, text }) => ({
      type: 'tool-call',
      call,
      tool: String(start.name),
      args: text.trim() === '' ? '{}' : text,
    }));
  }

  function stop(event: Record<string, unknown>): void {
    if (typeof event.stop_reason === 'string') reason = event.stop_reason;
    const details = isRecord(event.stop_details) ? event.stop_details : {};
    why = [details.explanation, details.category].find((one) => typeof one === 'string' && one !== '') as string | undefined;
  }

  /** A server that does not stream sends the whole message at once. */
  function takeWhole(message: Record<string, unknown>): StreamPart[] {
    const content = Array.isArray(message.content) ? message.content : [];
    const parts = content.flatMap((block, index) => [...begin({ content_block: block, index }), ...end({ index })]);
    usage = countsIn(message.usage, usage);
    stop(message);
    return parts;
  }

  return {
    take(event) {
      if (!isRecord(event)) throw malformed('an event of it is not an object.');
      // What comes after the end is the same once more, or of no account.
      if (reason !== undefined) return [];
      switch (event.type) {
        case 'message':
          return takeWhole(event);
        case 'message_start':
          if (begun) throw malformed('it began twice.');
          begun = true;
          usage = countsIn(isRecord(event.message) ? event.message.usage : undefined, usage);
          return [];
        case 'content_block_start':
          return begin(event);
        case 'content_block_delta':
          return go(event);
        case 'content_block_stop':
          return end(event);
        case 'message_delta':
          usage = countsIn(event.usage, usage);
          if (isRecord(event.delta)) stop(event.delta);
          return [];
        default:
          return [];
      }
    },
    finished: () => reason !== undefined,
    paused: () => reason === 'pause_turn',
    goOn() {
      whole.push(...blocks.map(blockOf));
      spent.push(usage);
      [blocks, usage, begun, reason] = [[], {}, false, undefined];
      return [...whole];
    },
    finish() {
      if (reason === undefined || blocks.some(({ open }) => open)) throw cutFailure(asked.label);
      if (reason === 'model_context_window_exceeded') throw overflowFailure(asked);
      const calls = callsOf(reason === 'max_tokens');
      const end = { type: 'end', reason: endOf(reason, calls.length > 0) } as const;
      return [...calls, ...usageOf([...spent, usage]), why === undefined ? end : { ...end, why }];
    },
  };
}

const reasons: Readonly<Record<string, (StreamPart & { type: 'end' })['reason']>> = { max_tokens: 'length', refusal: 'filtered' };

const endOf = (reason: string, hasCalls: boolean) => reasons[reason] ?? (hasCalls ? 'tool-calls' : 'stop');

/** A block as it goes back. What is none of ours goes back as it came. */
function blockOf({ type, start, text, signature }: Growing): Block {
  if (type === 'text') return { type, text };
  if (type === 'thinking') return { type, thinking: text, signature };
  const input = type.endsWith('tool_use') ? { input: objectOf(text) } : {};
  return { ...start, ...input } as unknown as Block;
}

const COUNTS = ['input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'] as const;
type Counts = Partial<Record<(typeof COUNTS)[number], number>>;

/** What comes later is the sum so far. */
function countsIn(usage: unknown, before: Counts): Counts {
  if (!isRecord(usage)) return before;
  const known = COUNTS.flatMap((name) => (typeof usage[name] === 'number' ? [[name, usage[name]] as const] : []));
  return { ...before, ...Object.fromEntries(known) };
}

/** Anthropic counts what the cache holds beside the input and not in it. Nothing is said where one of the requests said nothing. */
function usageOf(all: readonly Counts[]): StreamPart[] {
  if (all.some(({ input_tokens }) => input_tokens === undefined)) return [];
  const sum = (name: keyof Counts): number => all.reduce((total, counts) => total + (counts[name] ?? 0), 0);
  const said = (name: keyof Counts): boolean => all.some((counts) => counts[name] !== undefined);
  const [cached, cacheWritten] = [sum('cache_read_input_tokens'), sum('cache_creation_input_tokens')];
  return [
    {
      type: 'usage',
      input: sum('input_tokens') + cached + cacheWritten,
      output: sum('output_tokens'),
      ...(said('cache_read_input_tokens') && { cached }),
      ...(said('cache_creation_input_tokens') && { cacheWritten }),
    },
  ];
}
