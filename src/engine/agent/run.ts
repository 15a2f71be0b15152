/** The native loop of one run: ask the model, carry out its calls, until it ends its part or a limit does. */
import { readFile } from 'node:fs/promises';
import type { MediaPart, ToolCallPart } from '../../protocol/content.js';
import type { AgentSpec, FactEvent, Limits, Shown } from '../../protocol/events.js';
import { FailureError, fail } from '../../protocol/failure.js';
import type { RunState } from '../../protocol/state.js';
import type { ModelRequest, Provider } from '../providers/provider.js';
import { offers } from '../tools/index.js';
import type { Tool } from '../tools/tool.js';
import { type CallsPort, callAll } from './calls.js';
import { dropCount, mostTokensOf, noteOf, openFiles, tokensOf } from './compaction.js';
import { nudgeText, repetitionText } from './prompts.js';
import { repetitionIn } from './repetition.js';
import { type Reply, readReply } from './reply.js';
import { entriesOf, messagesOf, type Wording } from './transcript.js';

export interface RunPort extends Omit<CallsPort, 'run'> {
  run: Pick<RunState, 'id' | 'purpose'>;
  agent: AgentSpec;
  provider: Provider;
  limits: Limits;
  system: string;
  /** What is said in messages that the facts do not hold. */
  wording(): Promise<Wording>;
  /** Completed replies of this agent and purpose in the whole session: the place of the next one. */
  position(): number;
  /** News for this run since it last asked. */
  takeNews(): Shown[];
  /** The tools of the workspace. */
  tools: readonly Tool[];
  /** `new_answer` and `vote`, as far as they are open to the agent now. */
  coordination(): Tool[];
  media(part: MediaPart): Promise<Uint8Array>;
}

/** Replies in a row that lead to nothing before the run has failed. */
const NUDGES = 3;
/** Tokens of a request, estimated, where the configuration says nothing (`context_tokens`). Large enough for real work, small enough to stay sharp. */
const CONTEXT_TOKENS = 120_000;
const OPEN_FILES = 4;
const OPEN_FILE_BYTES = 6_000;

/**
 * Works until the run has ended by its own doing. Throws a Failure for what ends it otherwise; an abort throws the signal's reason.
 * Gone on with after a crash, it takes up its last reply where that was left.
 */
export async function work(port: RunPort): Promise<void> {
  const budget = { tokens: contextTokens(port.agent) };
  let open = unfinished(port.facts());
  while (!hasEnded(port.facts())) {
    port.signal.throwIfAborted();
    // News opens votes: who is told of an answer with a call may vote for it in that call.
    if (open === undefined) hear(port);
    const offered = [...port.tools, ...port.coordination()];
    const { calls, cut } = open ?? (await ask(port, offered, budget));
    open = undefined;
    const ended = calls.length === 0 ? idle(port, offered, cut) : await callAll({ ...port, run: port.run.id }, calls, offered);
    if (ended) return;
    if (calls.length > 0) watch(port);
  }
}

interface Asked {
  calls: readonly ToolCallPart[];
  /** The reply was cut at its length limit. */
  cut: boolean;
}

/** The last reply, where not everything that follows from it is in the facts. */
function unfinished(facts: readonly FactEvent[]): Asked | undefined {
  const at = facts.findLastIndex((fact) => fact.type === 'message.completed');
  const last = facts[at];
  if (last?.type !== 'message.completed') return undefined;
  const after = facts.slice(at + 1);
  const calls = last.parts.filter((part): part is ToolCallPart => part.type === 'tool-call');
  const done = calls.every(({ call }) => after.some((fact) => fact.type === 'tool.returned' && fact.call === call));
  if (calls.length > 0) return done ? undefined : { calls, cut: false };
  return after.some((fact) => fact.type === 'run.nudged') ? undefined : { calls, cut: false };
}

/** A ballot or an answer of this run was accepted. */
const hasEnded = (facts: readonly FactEvent[]): boolean =>
  facts.some((fact) => fact.type === 'candidate.submitted' || fact.type === 'ballot.cast');

/** What is to be known before the next call. Throws where there is none left. */
function hear(port: RunPort): void {
  const made = port.facts().filter((fact) => fact.type === 'message.completed').length;
  if (made >= port.limits.callsPerRun)
    throw fail('call-limit', `It used up its ${port.limits.callsPerRun} model calls without an end.`, {
      hint: 'limits.max_calls_per_run sets how many there are.',
    });
  const news = port.takeNews();
  if (news.length > 0) port.record({ type: 'candidates.shown', run: port.run.id, shown: news });
}

async function ask(port: RunPort, offered: readonly Tool[], budget: { tokens: number }): Promise<Asked> {
  const reply = await replyWithin(port, offered, budget);
  port.signal.throwIfAborted();
  port.record({ type: 'usage.recorded', run: port.run.id, ...reply.usage });
  port.record({ type: 'message.completed', run: port.run.id, parts: reply.parts });
  if (reply.end === 'filtered' && reply.calls.length === 0) throw refused(reply.why);
  return { calls: reply.calls, cut: reply.end === 'length' };
}

/** To ask again in the same conversation meets the same refusal. */
const refused = (why: string | undefined): FailureError =>
  fail('bad-request', `The model or its vendor's filter refused to go on${why === undefined ? '' : `: ${why}`}.`, {
    hint: 'Say the task otherwise, or give it to another model.',
  });

/** Asks within the context budget; where the model says that it was too much nevertheless, with less. */
async function replyWithin(port: RunPort, offered: readonly Tool[], budget: { tokens: number }): Promise<Reply> {
  for (;;) {
    const request = await requestWithin(port, offered, budget.tokens);
    try {
      return await readReply(port.provider, request, port.run.id, port.emit, port.signal);
    } catch (error) {
      if (!(error instanceof FailureError) || error.failure.code !== 'context-overflow') throw error;
      budget.tokens = Math.floor(sizeOf(request) * 0.6);
      if (!(await compact(port, offered, budget.tokens))) throw error;
    }
  }
}

async function requestWithin(port: RunPort, offered: readonly Tool[], tokens: number): Promise<ModelRequest> {
  const request = await requestOf(port, offered);
  const fits = sizeOf(request, mostTokensOf) <= tokens || sizeOf(request) <= tokens;
  if (fits || !(await compact(port, offered, tokens))) return request;
  return requestOf(port, offered);
}

async function requestOf(port: RunPort, offered: readonly Tool[]): Promise<ModelRequest> {
  const { purpose } = port.run;
  return {
    system: port.system,
    messages: await messagesOf(port.facts(), await port.wording()),
    tools: offers(offered),
    position: { agent: port.agent.id, purpose, call: port.position() },
    media: port.media,
  };
}

/** Leaves old messages out until half of the room is free again. False where nothing can be left out. */
async function compact(port: RunPort, offered: readonly Tool[], tokens: number): Promise<boolean> {
  const entries = await entriesOf(port.facts(), await port.wording());
  const whole = sizeOf(await requestOf(port, offered));
  const fixed = whole - entries.reduce((sum, entry) => sum + tokensOf(entry.message), 0);
  const dropped = dropCount(entries, Math.max(0, (tokens - fixed) / 2));
  if (dropped === 0) return false;
  port.record({ type: 'context.compacted', run: port.run.id, dropped, note: noteOf(port.facts(), await openNow(port)) });
  return true;
}

async function openNow(port: RunPort): Promise<{ path: string; text: string }[]> {
  const paths = openFiles(port.facts(), OPEN_FILES);
  if (paths.length === 0) return [];
  const { jail } = await port.context('');
  const files = await Promise.all(
    paths.map(async (path) => {
      const verdict = await jail.resolve(path, 'read');
      if (!verdict.ok) return [];
      const text = await readFile(verdict.path.absolute, 'utf8').catch(() => undefined); // It may be gone, or a folder by now.
      if (text === undefined) return [];
      return [{ path, text: text.length > OPEN_FILE_BYTES ? `${text.slice(0, OPEN_FILE_BYTES)}\n[…]` : text }];
    }),
  );
  return files.flat();
}

function sizeOf(request: ModelRequest, sizeOfOne = tokensOf): number {
  const system = sizeOfOne({ role: 'user', parts: [{ type: 'text', text: `${request.system}${JSON.stringify(request.tools)}` }] });
  return request.messages.reduce((sum, message) => sum + sizeOfOne(message), system);
}

function contextTokens({ backend }: AgentSpec): number {
  const given = backend.params.context_tokens;
  return typeof given === 'number' && given > 0 ? given : CONTEXT_TOKENS;
}

/** True where the run is over by a reply without a call: only presenting ends so. */
function idle(port: RunPort, offered: readonly Tool[], cut: boolean): boolean {
  const facts = port.facts();
  const nudges = nudgesSinceCall(facts);
  const { purpose } = port.run;
  const last = facts.findLast((fact) => fact.type === 'message.completed');
  const spoke = last?.type === 'message.completed' && last.parts.some((part) => part.type === 'text' && part.text.trim() !== '');
  if (purpose === 'present' && ((spoke && !cut) || nudges > 0)) return true;
  if (nudges >= NUDGES) throw fail('no-answer', 'It went on talking and ended with neither an answer nor a vote.', { retryable: true });
  const has = (name: string) => offered.some((tool) => tool.name === name);
  const why = nudgeText(purpose, { cut, canAnswer: has('new_answer'), canVote: has('vote') });
  port.record({ type: 'run.nudged', run: port.run.id, why });
  return false;
}

function nudgesSinceCall(facts: readonly FactEvent[]): number {
  const at = facts.findLastIndex((fact) => fact.type === 'tool.returned');
  return facts.slice(at + 1).filter((fact) => fact.type === 'run.nudged').length;
}

/** Invariant: a run that only repeats itself ends. */
function watch(port: RunPort): void {
  const repetition = repetitionIn(port.facts());
  if (repetition.is === 'none') return;
  if (repetition.is === 'nudge') port.record({ type: 'run.nudged', run: port.run.id, why: repetitionText(repetition.tool) });
  else
    throw fail('runaway', `It called ${repetition.tool} over and over with the same arguments and the same result.`, { retryable: true });
}
