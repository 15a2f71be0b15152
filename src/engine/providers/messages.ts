/** A conversation as Chat Completions messages. */
import type OpenAI from 'openai';
import { type MediaPart, type Part, type Seal, textOf } from '../../protocol/content.js';
import { attachmentText, objectOf, outputOf } from './plain.js';
import type { Message, ModelRequest } from './provider.js';

type WireMessage = OpenAI.ChatCompletionMessageParam;
type WirePart = OpenAI.ChatCompletionContentPart;

export interface MessageOptions {
  /** Sends the model's own reasoning back with its messages. */
  reasoningBack: boolean;
  /** What a tool call carries beside its arguments (Gemini's signatures). */
  extraOf(seal: Seal | undefined): unknown;
}

export async function wireMessages(request: ModelRequest, options: MessageOptions): Promise<WireMessage[]> {
  const messages: WireMessage[] = request.system === '' ? [] : [{ role: 'system', content: request.system }];
  for (const message of request.messages) messages.push(await wireMessage(message, request, options));
  return messages;
}

export function wireTools(request: ModelRequest): { tools?: OpenAI.ChatCompletionFunctionTool[] } {
  if (request.tools.length === 0) return {};
  return {
    tools: request.tools.map(({ name, description, parameters }) => ({ type: 'function', function: { name, description, parameters } })),
  };
}

async function wireMessage(message: Message, request: ModelRequest, options: MessageOptions): Promise<WireMessage> {
  switch (message.role) {
    case 'user':
      return { role: 'user', content: await userContent(message.parts, request) };
    case 'assistant':
      return assistantMessage(message.parts, options);
    case 'tool':
      return { role: 'tool', tool_call_id: message.call, content: toolContent(message) };
  }
}

/** A failure is said in words: the wire has no field for it. */
function toolContent(message: Message & { role: 'tool' }): string {
  return message.ok ? outputOf(message) : `[failed] ${outputOf(message)}`;
}

/** A plain string where there is only text: many servers take nothing else. */
async function userContent(parts: readonly Part[], request: ModelRequest): Promise<string | WirePart[]> {
  const content: WirePart[] = [];
  for (const part of parts) {
    if (part.type === 'text') content.push({ type: 'text', text: part.text });
    else if (part.type !== 'reasoning' && part.type !== 'tool-call') content.push(mediaPart(part, await request.media(part)));
  }
  const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  return texts.length === content.length ? texts.join('\n\n') : content;
}

function assistantMessage(parts: readonly Part[], options: MessageOptions): WireMessage {
  const text = textOf(parts);
  const calls = parts.flatMap((part) => (part.type === 'tool-call' ? [part] : []));
  const message: OpenAI.ChatCompletionAssistantMessageParam & { reasoning_content?: string } = { role: 'assistant', content: text };
  if (calls.length > 0) {
    message.content = text === '' ? null : text;
    message.tool_calls = calls.map(({ call, tool, args, seal }) => {
      const extra = options.extraOf(seal);
      const wire = { id: call, type: 'function' as const, function: { name: tool, arguments: objectText(args) } };
      return extra === undefined ? wire : { ...wire, extra_content: extra };
    });
  }
  if (options.reasoningBack) message.reasoning_content = parts.flatMap((part) => (part.type === 'reasoning' ? [part.text] : [])).join('');
  return message;
}

/** The text that the model wrote wherever it can stay: read and written again, large numbers would change. */
function objectText(args: string): string {
  const value = objectOf(args);
  return args.trim() === '' || 'malformed_arguments' in value ? JSON.stringify(value) : args;
}

const IMAGES = /^image\/(png|jpe?g|gif|webp)$/;
const AUDIO: Record<string, 'wav' | 'mp3'> = {
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/wave': 'wav',
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
};

function mediaPart(part: MediaPart, bytes: Uint8Array): WirePart {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dataUrl = (): string => `data:${part.mime};base64,${buffer.toString('base64')}`;
  if (IMAGES.test(part.mime)) return { type: 'image_url', image_url: { url: dataUrl() } };
  const format = AUDIO[part.mime];
  if (format !== undefined) return { type: 'input_audio', input_audio: { data: buffer.toString('base64'), format } };
  if (part.mime === 'application/pdf') return { type: 'file', file: { filename: part.name, file_data: dataUrl() } };
  return { type: 'text', text: attachmentText(part, bytes) };
}
