/** What a model has been told and has said in one run, folded from the run's facts. */
import type { Part } from '../../protocol/content.js';
import type { FactEvent, Shown } from '../../protocol/events.js';
import type { Message } from '../providers/provider.js';

/** Where the words of messages come from that are not in the facts themselves. */
export interface Wording {
  /** The first message: the request, what was before it, and the answers that the run began with. */
  opening: readonly Part[];
  /** The news that `shown` were put forward, as of the fact with number `seq`. */
  news(shown: readonly Shown[], seq: number): Promise<string>;
}

/** A message and whether compaction may drop it. */
export interface Entry {
  message: Message;
  /** The news of peers is kept whatever is dropped. */
  kept: boolean;
  /** Number of the fact that it comes from. */
  seq: number;
}

/**
 * The messages after the opening, in order. Invariant: they are a function of the facts, so a run that is gone on with after a crash
 * sends what the one before it would have sent.
 */
export async function entriesOf(facts: readonly FactEvent[], wording: Pick<Wording, 'news'>): Promise<Entry[]> {
  let entries: Entry[] = [];
  const tools = new Map<string, string>();
  for (const fact of facts) {
    if (fact.type === 'tool.called' && fact.carriesOut === undefined) tools.set(fact.call, fact.tool);
    if (fact.type === 'context.compacted') entries = compacted(entries, fact.dropped, fact.note, fact.seq);
    const message = await messageOf(fact, wording, tools);
    if (message !== undefined) entries.push({ message, kept: fact.type === 'candidates.shown', seq: fact.seq });
  }
  return entries;
}

export async function messagesOf(facts: readonly FactEvent[], wording: Wording): Promise<Message[]> {
  const entries = await entriesOf(facts, wording);
  return [{ role: 'user', parts: [...wording.opening] }, ...entries.map((entry) => entry.message)];
}

function compacted(entries: readonly Entry[], dropped: number, note: string, seq: number): Entry[] {
  const stay = entries.filter((entry, at) => at >= dropped || entry.kept);
  return [{ message: said(note), kept: false, seq }, ...stay];
}

const said = (text: string): Message => ({ role: 'user', parts: [{ type: 'text', text }] });

async function messageOf(
  fact: FactEvent,
  wording: Pick<Wording, 'news'>,
  tools: ReadonlyMap<string, string>,
): Promise<Message | undefined> {
  switch (fact.type) {
    case 'message.completed':
      return { role: 'assistant', parts: fact.parts };
    case 'candidates.shown':
      return said(await wording.news(fact.shown, fact.seq));
    case 'run.nudged':
      return said(fact.why);
    case 'tool.returned': {
      // What was carried out of a plan is no call of the model's.
      const tool = tools.get(fact.call);
      return tool === undefined ? undefined : { role: 'tool', call: fact.call, tool, ok: fact.ok, output: fact.output };
    }
    default:
      return undefined;
  }
}
