/** Whether a model is asked what it was asked when it was recorded: what must be equal, and what of it may come out otherwise each time. */
import { textOf } from '../../protocol/content.js';
import { objectOf } from './plain.js';
import type { Message, ModelRequest } from './provider.js';

type Request = Pick<ModelRequest, 'messages' | 'tools'>;

/**
 * The first thing that differs, in words; undefined where nothing does. News may have come earlier than then, which changes nothing for a
 * reply that is written. What commands and checks print differs from run to run: of them it counts whether they succeeded.
 */
export function differenceOf(recorded: Request, now: Request): string | undefined {
  const tool = recorded.tools.find(({ name }) => !now.tools.some((one) => one.name === name));
  if (tool !== undefined) return `the tool ${tool.name} is not offered`;
  const then = inOrder(recorded.messages);
  const here = inOrder(now.messages);
  for (const [at, message] of then.entries()) {
    const difference = inMessage(message, here[at]);
    if (difference !== undefined) return difference;
  }
  if (here.length > then.length) return `there are ${here.length - then.length} messages more`;
  const told = new Set(now.messages.flatMap(piecesOf));
  const missing = recorded.messages.flatMap(piecesOf).find((piece) => !told.has(piece));
  return missing === undefined ? undefined : besides(missing, [...told]);
}

/** All but what was said to the model. Calls that only read go side by side, so the order of their results is that of chance: here it is that of the calls. */
function inOrder(messages: readonly Message[]): Message[] {
  const results = new Map(messages.flatMap((message) => (message.role === 'tool' ? [[message.call, message] as const] : [])));
  return messages.flatMap((message): Message[] => {
    if (message.role !== 'assistant') return [];
    const calls = message.parts.flatMap((part) => (part.type === 'tool-call' ? (results.get(part.call) ?? []) : []));
    return [message, ...calls];
  });
}

const PRINTS = new Set(['run_command', 'read_output', 'stop_command', 'run_checks']);

function inMessage(then: Message, here: Message | undefined): string | undefined {
  if (then.role === 'tool') {
    if (here?.role !== 'tool' || here.tool !== then.tool) return `the result of ${then.tool} is missing`;
    const was = (ok: boolean): string => (ok ? 'succeeded' : 'failed');
    if (here.ok !== then.ok) return `${then.tool} ${was(here.ok)}, which ${was(then.ok)} then: ${quote(here.output, 0)}`;
    if (PRINTS.has(then.tool)) return undefined;
    return unlike(`the result of ${then.tool}`, plain(then.output), plain(here.output));
  }
  if (here?.role !== 'assistant') return "the model's own message is missing";
  return unlike("the model's own message", callsIn(then), callsIn(here));
}

const callsIn = (message: Message): string =>
  message.role === 'tool'
    ? ''
    : message.parts
        .flatMap((part) => (part.type === 'tool-call' ? [`${part.tool} ${JSON.stringify(objectOf(part.args))}`] : []))
        .join('\n');

/** What a person or a peer said, answer by answer, as a set. */
function piecesOf(message: Message): string[] {
  if (message.role !== 'user') return [];
  const text = textOf(message.parts).replace(/<evidence>.*?<\/evidence>/gs, '');
  return text.split(/(?=<answer )|(?<=<\/answer>)/).flatMap((piece) => (piece.trim() === '' ? [] : [plain(piece.trim())]));
}

/** Times, sizes, ids and places of workspaces differ each time. */
const plain = (text: string): string =>
  text
    .replace(/\S*\.massgen\/workspaces\/[^\s"'`<>)]*/g, '…')
    .replace(/\b\d{8}-\d{6}-\w{4}\b/g, '…')
    .replace(/\b[0-9a-f]{7,64}\b/g, '…')
    .replace(/\d+(?:\.\d+)?/g, '#');

function unlike(what: string, then: string, here: string): string | undefined {
  if (then === here) return undefined;
  const at = [...then].findIndex((letter, index) => letter !== here[index]);
  const from = Math.max(0, (at === -1 ? then.length : at) - 20);
  return `${what} is ${quote(here, from)} and was ${quote(then, from)}`;
}

/** The piece that is most like it, and where it parts from it. */
function besides(missing: string, told: readonly string[]): string {
  const like = (one: string): number => [...missing].findIndex((letter, at) => letter !== one[at]);
  const nearest = told.reduce<string | undefined>((best, one) => (best === undefined || like(one) > like(best) ? one : best), undefined);
  return nearest === undefined ? `it is not told ${quote(missing, 0)}` : (unlike('what it is told', missing, nearest) ?? '');
}

const quote = (text: string, from: number): string => JSON.stringify(text.slice(from, from + 80));
