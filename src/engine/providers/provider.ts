/** Where a model's reply comes from: one request in, a stream of parts out. */
import type { MediaPart, Part, Seal } from '../../protocol/content.js';
import type { AgentId, Backend, Event, FactEvent } from '../../protocol/events.js';

export interface ToolOffer {
  name: string;
  description: string;
  /** JSON Schema of the arguments. */
  parameters: Record<string, unknown>;
}

export type Message =
  | { role: 'user'; parts: Part[] }
  | { role: 'assistant'; parts: Part[] }
  | { role: 'tool'; call: string; tool: string; ok: boolean; output: string };

export interface ModelRequest {
  system: string;
  messages: Message[];
  tools: ToolOffer[];
  /** Who asks, and the how-manieth model call of that agent and purpose in this session it is, from 0: scripted models find their place by it. */
  position: { agent: AgentId; purpose: 'work' | 'present'; call: number };
  /** Reads the bytes of an attachment. */
  media(part: MediaPart): Promise<Uint8Array>;
}

export type StreamPart =
  | { type: 'text'; text: string }
  /** With a seal it is the end of what was thought: what comes after it is another part. */
  | { type: 'reasoning'; text: string; seal?: Seal }
  /** A piece of a tool call's arguments, for showing. */
  | { type: 'tool-delta'; call: string; tool: string; text: string }
  /** A complete tool call; `args` is JSON text as the model wrote it. */
  | { type: 'tool-call'; call: string; tool: string; args: string; seal?: Seal }
  /** Tokens of the call, `cached` and `cacheWritten` being parts of `input`; `costUsd` only where the vendor or a price list says it. */
  | { type: 'usage'; input: number; output: number; cached?: number; cacheWritten?: number; costUsd?: number }
  /** The call failed half-way and is tried again: forget everything that came since its start. */
  | { type: 'restart' }
  /** `why`: the vendor's words for an end that is not the model's own. */
  | { type: 'end'; reason: 'stop' | 'tool-calls' | 'length' | 'filtered'; why?: string };

/**
 * A connected model. `stream` throws a FailureError for everything that goes wrong (an abort throws the signal's reason);
 * a stream that ends without its `end` part was cut and is thrown as `network`, retryable.
 */
export interface Provider {
  id: string;
  label: string;
  models(signal: AbortSignal): Promise<string[]>;
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<StreamPart>;
}

export interface EditorModel {
  id: string;
  /** What the editor calls it. */
  label: string;
  /** Models of one family differ in version or vendor only. */
  family: string;
}

/** The host's port to them. `stream` keeps to what `Provider` says of its own. */
export interface EditorModels {
  list(): Promise<EditorModel[]>;
  stream(model: string, request: ModelRequest, signal: AbortSignal): AsyncIterable<StreamPart>;
}

/** What has happened in a session, and what happens. */
export interface Course {
  readonly facts: Iterable<FactEvent>;
  subscribe(listener: (event: Event) => void): () => void;
}

/** What a provider cannot reach by itself. */
export interface Ports {
  editor?: EditorModels | undefined;
  /** Of the session that the model works in: a recorded one keeps its place by them. */
  course?: Course | undefined;
}

/** A row of the providers' table. */
export interface ProviderKind {
  /** The backend types that it serves. */
  types: readonly string[];
  label: string;
  connect(backend: Backend, key: string | undefined, ports: Ports): Provider | Promise<Provider>;
}
