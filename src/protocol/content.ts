/** Message parts: what a person or a model says, as JSON-safe values. */

/** Id of a git blob in the folder's store: bytes that are too large or too binary for an event. */
export type BlobId = string;

export type Part = TextPart | ReasoningPart | ToolCallPart | MediaPart;

export interface TextPart {
  type: 'text';
  text: string;
}

/** What a model thought aloud; shown, and sent back only to providers that want it back. */
export interface ReasoningPart {
  type: 'reasoning';
  /** '' where the vendor shows nothing of it. */
  text: string;
  seal?: Seal;
}

/**
 * What a vendor gave along with a part and wants to have back with it: signatures, encrypted thoughts.
 * Invariant: it goes back unchanged, with the very part that it came with and to whoever gave it, or not at all.
 */
export interface Seal {
  /** The id of the provider that gave it and reads it; `data` means nothing to anybody else. */
  by: string;
  data: Readonly<Record<string, unknown>>;
}

export interface ToolCallPart {
  type: 'tool-call';
  /** The provider's id of this call, unique within its run. */
  call: string;
  tool: string;
  /** The arguments as the model wrote them: JSON text, possibly malformed. */
  args: string;
  seal?: Seal;
}

/** An attachment of the person's: its bytes are a blob in the store. */
export interface MediaPart {
  type: 'image' | 'audio' | 'video' | 'file';
  name: string;
  mime: string;
  blob: BlobId;
  /** Size of the blob in bytes. */
  bytes: number;
}

/** The text of all text parts, in order; reasoning and tool calls left out. */
export function textOf(parts: readonly Part[]): string {
  return parts
    .filter((part): part is TextPart => part.type === 'text')
    .map((part) => part.text)
    .join('');
}
