/** The models of the turn benchmark, in a thread of their own: what the engine's thread does cannot delay them and so pass for their latency. */
import { parentPort, workerData } from 'node:worker_threads';
import { type ModelCall, type ModelReply, startModelServer } from '../test/fixtures/model-server.js';

export type Phase = 'answer' | 'vote' | 'present';

export interface Logged {
  model: string;
  phase: Phase;
  ms: number;
}

/** Seconds are as of a short reply of a fast model: half a second, then 200 chunks at 100 a second. */
const FIRST_MS = 500;
const CHUNK_MS = 10;
const CHUNKS = 200;
const CHUNK_SIZE = 16;

const phaseOf = ({ tools }: ModelCall): Phase => (tools.includes('vote') ? 'vote' : tools.includes('new_answer') ? 'answer' : 'present');

/** `agent-2` comes two steps later with each reply where they are staggered. */
function reply(call: ModelCall): ModelReply {
  const agent = Number(call.model.split('-').at(-1));
  const phase = phaseOf(call);
  return {
    text: `${call.model} says `.padEnd(CHUNKS * CHUNK_SIZE, 'so and '),
    chunkSize: CHUNK_SIZE,
    firstChunkDelayMs: FIRST_MS + agent * stepMs,
    chunkDelayMs: CHUNK_MS,
    toolCalls: toolCalls(call, phase),
  };
}

function toolCalls(call: ModelCall, phase: Phase): NonNullable<ModelReply['toolCalls']> {
  if (phase === 'present') return [];
  if (phase === 'vote') return [{ name: 'vote', arguments: { agent_id: labels(call)[0], reason: 'ok' } }];
  return [
    { name: 'write_file', arguments: { path: `${call.model}.txt`, content: call.model } },
    { name: 'new_answer', arguments: { content: `I am ${call.model}` } },
  ];
}

function labels({ body }: ModelCall): string[] {
  const tools = body.tools as { function: { name: string; parameters: { properties: { agent_id: { enum: string[] } } } } }[];
  return tools.find((tool) => tool.function.name === 'vote')?.function.parameters.properties.agent_id.enum ?? [];
}

const port = parentPort;
if (port === null) throw new Error('This is the thread of bench/turn.ts and is started by it.');
const { stepMs } = workerData as { stepMs: number };
const server = await startModelServer(reply);
port.on('message', () => {
  const logged: Logged[] = server.calls.map((call) => ({ model: call.model, phase: phaseOf(call), ms: call.tookMs ?? Number.NaN }));
  port.postMessage(logged);
});
port.postMessage(server.baseUrl);
