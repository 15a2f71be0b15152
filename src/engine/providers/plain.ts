/** What parts of a conversation come to where a wire format has no form of its own for them. */
import type { MediaPart } from '../../protocol/content.js';
import { isRecord } from './errors.js';
import type { Message } from './provider.js';

/** Arguments as a model wrote them: servers refuse the whole request where those of an earlier call are no object. The model gets to see it. */
export function objectOf(args: string): Record<string, unknown> {
  if (args.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(args);
    if (isRecord(value)) return value;
  } catch {
    // The model wrote something else.
  }
  return { malformed_arguments: args };
}

/** Some servers refuse an empty result. */
export const outputOf = ({ output }: Message & { role: 'tool' }): string => (output.trim() === '' ? '(no output)' : output);

/** An attachment in words: what is in it where that is text, whatever its type is called, else that it cannot be sent. */
export function attachmentText(part: MediaPart, bytes: Uint8Array): string {
  const text = decoded(bytes);
  if (text !== undefined) return `<file name="${part.name}">\n${text}\n</file>`;
  return `[The attachment "${part.name}" (${part.mime}, ${bytes.length} bytes) cannot be sent to this model.]`;
}

function decoded(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Not UTF-8: a binary file.
    return undefined;
  }
}
