/** Collects a model's streamed reply into message parts, showing it as it comes. */
import { estimateTokenCount } from 'tokenx';
import type { Part, ToolCallPart } from '../../protocol/content.js';
import type { Delta, RunId, Usage } from '../../protocol/events.js';
import type { ModelRequest, Provider, StreamPart } from '../providers/provider.js';

export interface Reply {
  parts: Part[];
  calls: ToolCallPart[];
  usage: Usage;
  /** Why the model stopped. */
  end: Extract<StreamPart, { type: 'end' }>['reason'];
}

/** Throws what the provider throws; an abort throws the signal's reason. */
export async function readReply(
  provider: Provider,
  request: ModelRequest,
  run: RunId,
  emit: (delta: Delta) => void,
  signal: AbortSignal,
): Promise<Reply> {
  let parts: Part[] = [];
  let usage: Usage | undefined;
  let end: Reply['end'] = 'stop';
  for await (const part of provider.stream(request, signal)) {
    if (part.type === 'text' || part.type === 'reasoning') {
      append(parts, part);
      emit({ type: `${part.type}.delta`, run, text: part.text });
    } else if (part.type === 'tool-delta') emit({ type: 'tool.delta', run, call: part.call, tool: part.tool, text: part.text });
    else if (part.type === 'tool-call') parts.push(part);
    else if (part.type === 'usage') usage = usageOf(part);
    else if (part.type === 'end') end = part.reason;
    else {
      parts = [];
      usage = undefined;
      emit({ type: 'reply.restarted', run });
    }
  }
  const calls = parts.filter((part): part is ToolCallPart => part.type === 'tool-call');
  return { parts, calls, usage: usage ?? estimated(request, parts), end };
}

/** Pieces of one kind that follow each other become one part. */
function append(parts: Part[], piece: { type: 'text' | 'reasoning'; text: string }): void {
  const last = parts.at(-1);
  if (last?.type === piece.type) last.text += piece.text;
  else parts.push({ type: piece.type, text: piece.text });
}

function usageOf({ input, output, cached, costUsd }: Extract<StreamPart, { type: 'usage' }>): Usage {
  return { input, output, ...(cached !== undefined && { cached }), ...(costUsd !== undefined && { costUsd }) };
}

/** Invariant: what the provider did not say is marked as an estimate, and its cost stays unknown. */
function estimated(request: ModelRequest, parts: readonly Part[]): Usage {
  const input = estimateTokenCount(`${request.system}${JSON.stringify(request.messages)}${JSON.stringify(request.tools)}`);
  return { input, output: estimateTokenCount(JSON.stringify(parts)), estimated: true };
}
