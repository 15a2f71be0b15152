/** Writes down what each model call was asked and what it gave: a function from provider to provider. */
import { failureOf } from '../../protocol/failure.js';
import type { Message, ModelRequest, Provider, StreamPart } from './provider.js';
import type { Asked, Began, Ended } from './recording.js';

/** Where calls are written. What it writes holds no secret. */
export interface Tape {
  /** Gives the call's number. */
  began(call: Omit<Began, 'type' | 'id' | 'at'>): number;
  ended(call: Omit<Ended, 'type' | 'at'>): void;
  now(): number;
  /** What the last call of this agent and purpose was asked. */
  last: Map<string, Pick<ModelRequest, 'system' | 'tools'> & { messages: string[] }>;
}

/** Stands inside of the retries: each try is a call. Nothing of it changes, but for seals, which mean nothing to anybody else. */
export function withRecording(provider: Provider, tape: Tape): Provider {
  async function* stream(...[request, signal]: Parameters<Provider['stream']>): AsyncGenerator<StreamPart> {
    const id = tape.began({ ...request.position, asked: askedOf(request, tape) });
    const began = tape.now();
    const parts: [number, StreamPart][] = [];
    let how: Pick<Ended, 'failure' | 'stopped'> = { stopped: true };
    try {
      for await (const part of provider.stream(request, signal)) {
        parts.push([tape.now() - began, unsealed(part)]);
        // Who has the end asks for nothing more.
        if (part.type === 'end') how = {};
        yield part;
      }
      how = {};
    } catch (error) {
      if (!signal.aborted) how = { failure: failureOf(error) };
      throw error;
    } finally {
      tape.ended({ id, parts, ...how });
    }
  }
  return { ...provider, stream };
}

function askedOf({ system, tools, messages, position }: ModelRequest, { last }: Tape): Asked {
  const key = `${position.agent}/${position.purpose}`;
  const before = last.get(key);
  const plain = messages.map((message) => JSON.stringify(unsealedMessage(message)));
  const differs = plain.findIndex((message, at) => message !== before?.messages[at]);
  const kept = differs === -1 ? plain.length : differs;
  last.set(key, { system, tools, messages: plain });
  return {
    ...(system !== before?.system && { system }),
    ...(JSON.stringify(tools) !== JSON.stringify(before?.tools) && { tools }),
    kept,
    messages: plain.slice(kept).map((message): Message => JSON.parse(message)),
  };
}

function unsealed<T extends object>(part: T): T {
  if (!('seal' in part)) return part;
  const { seal: _, ...rest } = part;
  return rest as T;
}

const unsealedMessage = (message: Message): Message =>
  message.role === 'tool' ? message : { ...message, parts: message.parts.map(unsealed) };
