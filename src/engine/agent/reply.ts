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
  why?: string;
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
  let end: Pick<Reply, 'end' | 'why'> = { end: 'stop' };
  for await (const part of provider.stream(request, signal)) {
    if (part.type === 'text' || part.type === 'reasoning') {
      append(parts, part);
      if (part.text !== '') emit({ type: `${part.type}.delta`, run, text: part.text });
    } else if (part.type === 'tool-delta') emit({ type: 'tool.delta', run, call: part.call, tool: part.tool, text: part.text });
    else if (part.type === 'tool-call') parts.push(part);
    else if (part.type === 'usage') usage = usageOf(part);
    else if (part.type === 'end') end = { end: part.reason, ...(part.why !== undefined && { why: part.why }) };
    else {
      parts = [];
      usage = undefined;
      emit({ type: 'reply.restarted', run });
    }
  }
  const calls = parts.filter((part): part is ToolCallPart => part.type === 'tool-call');
  return { parts, calls, usage: usage ?? estimated(request, parts), ...end };
}

/** Pieces of one kind that follow each other become one part, up to a seal. */
function append(parts: Part[], piece: Extract<StreamPart, { type: 'text' | 'reasoning' }>): void {
  const last = parts.at(-1);
  const goesOn = last?.type === piece.type && !('seal' in last);
  if (goesOn) parts[parts.length - 1] = { ...last, ...piece, text: last.text + piece.text };
  else parts.push({ ...piece });
}

function usageOf({ type: _, ...usage }: Extract<StreamPart, { type: 'usage' }>): Usage {
  return usage;
}

/** Invariant: what the provider did not say is marked as an estimate, and its cost stays unknown. */
function estimated(request: ModelRequest, parts: readonly Part[]): Usage {
  const input = estimateTokenCount(`${request.system}${JSON.stringify(request.messages)}${JSON.stringify(request.tools)}`);
  return { input, output: estimateTokenCount(JSON.stringify(parts)), estimated: true };
}
