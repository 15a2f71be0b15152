/** A conversation as Anthropic messages: blocks in their order, results before words, sealed thoughts unchanged or not at all. */
import type Anthropic from '@anthropic-ai/sdk';
import type { MediaPart, Part, ReasoningPart } from '../../protocol/content.js';
import { attachmentText, objectOf, outputOf } from './plain.js';
import type { Message, ModelRequest } from './provider.js';

export type Block = Anthropic.ContentBlockParam;

export interface WireMessage {
  role: 'user' | 'assistant';
  content: Block[];
}

export interface BlockOptions {
  /** Whose seals are ours. */
  by: string;
  /** Sends thoughts back. */
  thoughtsBack: boolean;
  /** Marks where what stays the same from call to call ends. */
  caching: boolean;
}

export interface Conversation {
  messages: WireMessage[];
  /** Every turn that calls tools begins with the thought that it came with, as thinking with a budget demands of the last one. */
  sealed: boolean;
}

/** `more`: what the model has said of the reply that is under way. */
export async function anthropicMessages(request: ModelRequest, more: readonly WireMessage[], options: BlockOptions): Promise<Conversation> {
  const written = await Promise.all(request.messages.map((message) => wireMessage(message, request, options)));
  const messages = merged([...written, ...more]);
  const sealed = messages.every(({ role, content }) => role === 'user' || startsWithThought(content));
  if (options.caching) markTurns(messages);
  return { messages, sealed };
}

export function systemBlocks(
  { system }: ModelRequest,
  { caching }: Pick<BlockOptions, 'caching'>,
): { system?: Anthropic.TextBlockParam[] } {
  if (system.trim() === '') return {};
  return { system: [{ type: 'text', text: system, ...(caching && MARK) }] };
}

export function anthropicTools({ tools }: ModelRequest, { caching }: Pick<BlockOptions, 'caching'>): { tools?: Anthropic.Tool[] } {
  if (tools.length === 0) return {};
  return {
    tools: tools.map(({ name, description, parameters }, at) => ({
      name,
      description,
      input_schema: { ...parameters, type: 'object' },
      ...(caching && at === tools.length - 1 && MARK),
    })),
  };
}

const MARK = { cache_control: { type: 'ephemeral' } } as const;

async function wireMessage(message: Message, request: ModelRequest, options: BlockOptions): Promise<WireMessage> {
  switch (message.role) {
    case 'user':
      return { role: 'user', content: await userBlocks(message.parts, request) };
    case 'assistant':
      return { role: 'assistant', content: assistantBlocks(message.parts, options) };
    case 'tool': {
      const result = { type: 'tool_result', tool_use_id: message.call, content: outputOf(message) } as const;
      return { role: 'user', content: [message.ok ? result : { ...result, is_error: true }] };
    }
  }
}

async function userBlocks(parts: readonly Part[], request: ModelRequest): Promise<Block[]> {
  const blocks: Block[] = [];
  for (const part of parts) {
    if (part.type === 'text') blocks.push(...textBlock(part.text));
    else if (part.type !== 'reasoning' && part.type !== 'tool-call') blocks.push(mediaBlock(part, await request.media(part)));
  }
  return blocks;
}

/** The API refuses text without a word in it. */
const textBlock = (text: string): Block[] => (text.trim() === '' ? [] : [{ type: 'text', text }]);

const IMAGE: Readonly<Record<string, Anthropic.Base64ImageSource['media_type']>> = {
  'image/png': 'image/png',
  'image/jpeg': 'image/jpeg',
  'image/jpg': 'image/jpeg',
  'image/gif': 'image/gif',
  'image/webp': 'image/webp',
};

function mediaBlock(part: MediaPart, bytes: Uint8Array): Block {
  const data = (): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  const image = IMAGE[part.mime];
  if (image !== undefined) return { type: 'image', source: { type: 'base64', media_type: image, data: data() } };
  if (part.mime === 'application/pdf')
    return { type: 'document', title: part.name, source: { type: 'base64', media_type: 'application/pdf', data: data() } };
  return { type: 'text', text: attachmentText(part, bytes) };
}

/** A message cannot end with a thought: where its call was lost, the thought goes with it. */
function assistantBlocks(parts: readonly Part[], options: BlockOptions): Block[] {
  const blocks = parts.flatMap((part): Block[] => {
    if (part.type === 'text') return textBlock(part.text);
    if (part.type === 'tool-call') return [{ type: 'tool_use', id: part.call, name: part.tool, input: objectOf(part.args) }];
    return part.type === 'reasoning' ? thought(part, options) : [];
  });
  return blocks.slice(0, blocks.findLastIndex((block) => !isThought(block)) + 1);
}

/** Thoughts of another model, and those without a seal, mean nothing to the API and would be refused. */
function thought({ text, seal }: ReasoningPart, { by, thoughtsBack }: BlockOptions): Block[] {
  if (!thoughtsBack || seal?.by !== by) return [];
  const { signature, redacted } = seal.data;
  if (typeof redacted === 'string') return [{ type: 'redacted_thinking', data: redacted }];
  return typeof signature === 'string' ? [{ type: 'thinking', thinking: text, signature }] : [];
}

const isThought = ({ type }: Block): boolean => type === 'thinking' || type === 'redacted_thinking';

const startsWithThought = ([first, ...rest]: readonly Block[]): boolean =>
  first === undefined || isThought(first) || ![first, ...rest].some(({ type }) => type === 'tool_use');

/** Messages of one side that follow each other are one; results of tools stand first in theirs. */
function merged(messages: readonly WireMessage[]): WireMessage[] {
  const all: WireMessage[] = [];
  for (const { role, content } of messages) {
    const last = all.at(-1);
    if (content.length === 0) continue;
    if (last?.role === role) last.content.push(...content);
    else all.push({ role, content: [...content] });
  }
  const isResult = ({ type }: Block): boolean => type === 'tool_result';
  return all.map(({ role, content }) => ({
    role,
    content: [...content.filter(isResult), ...content.filter((block) => !isResult(block))],
  }));
}

/** The ends of the last two turns of ours: the next call finds what this one has written, and this one what the last one has. */
function markTurns(messages: readonly WireMessage[]): void {
  for (const { content } of messages.filter(({ role }) => role === 'user').slice(-2)) Object.assign(content.at(-1) ?? {}, MARK);
}
