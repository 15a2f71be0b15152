/** Makes room in a model's context: old messages go, the task, the peers' answers and the open files stay. */
import { estimateTokenCount } from 'tokenx';
import type { FactEvent } from '../../protocol/events.js';
import type { Message } from '../providers/provider.js';
import type { Entry } from './transcript.js';

/** Around each message. */
const FRAME = 8;

/** Tokens, estimated. */
export const tokensOf = (message: Message): number => estimateTokenCount(textOf(message)) + FRAME;

/** More than `tokensOf` can be, for a hundredth of its time: no text is taken for more tokens than it has bytes. */
export const mostTokensOf = (message: Message): number => Buffer.byteLength(textOf(message)) + FRAME;

const textOf = (message: Message): string => (message.role === 'tool' ? message.output : message.parts.map(textOfPart).join('\n'));

function textOfPart(part: Exclude<Message, { role: 'tool' }>['parts'][number]): string {
  if (part.type === 'text' || part.type === 'reasoning') return part.text;
  if (part.type === 'tool-call') return `${part.tool} ${part.args}`;
  // An image is about a thousand tokens with every vendor.
  return ' '.repeat(4000);
}

/**
 * How many entries to drop from the front so that what stays is within `room` tokens; 0 where nothing can go.
 * Invariant: what stays begins with a message of the model or of ours, never with a result whose call was dropped, and the model's
 * latest reply stays with all its results.
 */
export function dropCount(entries: readonly Entry[], room: number): number {
  const starts = entries.flatMap((entry, at) => (entry.message.role === 'assistant' ? [at] : []));
  const last = starts.at(-1);
  if (last === undefined || last === 0) return 0;
  const sizes = entries.map((entry) => tokensOf(entry.message));
  const stays = (from: number) => sizes.reduce((sum, size, at) => (at >= from || entries[at]?.kept ? sum + size : sum), 0);
  return starts.find((from) => from > 0 && stays(from) <= room) ?? last;
}

/** What replaces the dropped messages: what was done, in short lines. `open`: the files worked on last, with what is in them now. */
export function noteOf(facts: readonly FactEvent[], open: readonly { path: string; text: string }[]): string {
  const done = facts.flatMap((fact) => (fact.type === 'tool.called' ? [lineOf(fact.tool, fact.input)] : []));
  const listed = done.length > 60 ? [`… ${done.length - 60} earlier calls`, ...done.slice(-60)] : done;
  const words = facts.findLast((fact) => fact.type === 'message.completed' && fact.parts.some((part) => part.type === 'text'));
  const said = words?.type === 'message.completed' ? words.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('') : '';
  const files = open.map(({ path, text }) => `--- ${path}\n${text}`);
  return [
    'Earlier messages of this run were left out to make room. What you did in them:',
    ...listed.map((line) => `- ${line}`),
    ...(said === '' ? [] : [`Your last words then: ${said.slice(0, 2000)}`]),
    ...(files.length === 0 ? [] : ['The files you worked on, as they are now:', ...files]),
    'Read again what else you need.',
  ].join('\n');
}

function lineOf(tool: string, input: unknown): string {
  const text = typeof input === 'string' ? input : JSON.stringify(input);
  return `${tool} ${text.length > 160 ? `${text.slice(0, 160)}…` : text}`;
}

/** Paths that tools read or wrote, those of the latest calls first. */
export function openFiles(facts: readonly FactEvent[], most: number): string[] {
  const paths = facts.flatMap((fact) => {
    if (fact.type !== 'tool.called' || !['read_file', 'write_file', 'edit_file'].includes(fact.tool)) return [];
    const input = fact.input;
    const path = typeof input === 'object' && input !== null && 'path' in input ? input.path : undefined;
    return typeof path === 'string' ? [path] : [];
  });
  return [...new Set(paths.reverse())].slice(0, most);
}
