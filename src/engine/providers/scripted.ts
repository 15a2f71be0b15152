/** A model that plays written replies: offline, free, and the same every time. The format is in docs/scripted-models.md. */
import { basename } from 'node:path';
import { estimateTokenCount } from 'tokenx';
import { textOf } from '../../protocol/content.js';
import type { Backend } from '../../protocol/events.js';
import { fail } from '../../protocol/failure.js';
import { type Asked, cutFailure, httpFailure } from './errors.js';
import type { ModelRequest, Ports, Provider, StreamPart } from './provider.js';
import { isRecording } from './recording.js';
import { connectRecording } from './replay.js';
import { parseScenario, type Reply, readScenario, type Scenario } from './scenario.js';
import { ballotFor } from './scripted-ballot.js';
import { delay } from './wrap.js';

const LABEL = 'The scripted model';
const TICKS_PER_SECOND = 20;

export async function connectScripted(backend: Backend, _key: string | undefined, { course }: Ports = {}): Promise<Provider> {
  const { scenario: file = '' } = backend;
  if (file === '')
    throw fail('config', 'A scripted backend needs a scenario.', { hint: 'Set scenario to the path of a YAML file of replies.' });
  const text = await readScenario(file);
  if (isRecording(text)) return connectRecording(backend, text, file, course);
  const scenario = parseScenario(text, file);
  /** How often a `fail` has failed already, by the place it has. In memory: after a crash it fails anew. */
  const failures = new Map<string, number>();

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<StreamPart> {
    signal.throwIfAborted();
    const { agent, purpose, call } = request.position;
    const failed = (index: number): number => failures.get(`${agent}/${purpose}/${call}/${index}`) ?? 0;
    const found = find(replies(scenario, request, file), request, failed);
    if (found?.failing !== undefined) {
      failures.set(`${agent}/${purpose}/${call}/${found.index}`, failed(found.index) + 1);
      yield* failing(found.failing, found.reply, request, signal);
      return;
    }
    yield* playing(found?.reply ?? usedUp(scenario, request, file), request, signal);
  }

  return { id: `scripted:${backend.model}`, label: `Scripted (${basename(file)})`, models: async () => [backend.model], stream };
}

/** The replies that stand at the place of this call. */
function replies(scenario: Scenario, request: ModelRequest, file: string): Reply[] {
  const { agent, purpose, call } = request.position;
  const script = scenario.agents[agent] ?? scenario.agents['*'];
  if (script === undefined)
    throw fail('config', `The scenario ${file} has nothing for agent "${agent}".`, { hint: `Add agents.${agent} or agents."*".` });
  return places(script[purpose] ?? [])[call] ?? [];
}

/**
 * A place is one reply, with what stands before it and may be passed over: replies with a guard, and failures that end.
 * Invariant: the place of a call depends on its number alone, so that after a crash the same reply is given again.
 */
function places(list: readonly Reply[]): Reply[][] {
  const all: Reply[][] = [];
  let open: Reply[] | undefined;
  for (const reply of list) {
    if (open === undefined) {
      open = [];
      all.push(open);
    }
    open.push(reply);
    const passes = reply.when !== undefined || (reply.fail !== undefined && reply.fail.times !== 'always' && !hasContent(reply));
    if (!passes) open = undefined;
  }
  return all;
}

interface Found {
  index: number;
  reply: Reply | undefined;
  failing?: NonNullable<Reply['fail']>;
}

function find(place: readonly Reply[], request: ModelRequest, failed: (index: number) => number): Found | undefined {
  for (const [index, reply] of place.entries()) {
    if (!holds(reply.when, request)) continue;
    const { fail: failing } = reply;
    const content = hasContent(reply);
    if (failing !== undefined && (failing.times === 'always' || failed(index) < (failing.times ?? 1))) {
      const cut = content ? reply : place.slice(index + 1).find((later) => hasContent(later) && holds(later.when, request));
      return { index, reply: cut, failing };
    }
    if (content || failing === undefined) return { index, reply };
  }
  return undefined;
}

const hasContent = ({ say, think, call, answer, vote }: Reply): boolean =>
  [say, think, call, answer, vote].some((one) => one !== undefined);

function holds(when: Reply['when'], request: ModelRequest): boolean {
  if (when?.tool !== undefined && !request.tools.some(({ name }) => name === when.tool)) return false;
  return when?.contains === undefined || new RegExp(when.contains, 's').test(latest(request));
}

/** What came since the model last spoke. */
function latest(request: ModelRequest): string {
  const last = request.messages.findLastIndex(({ role }) => role === 'assistant');
  const since = request.messages.slice(last + 1);
  return since.map((message) => (message.role === 'tool' ? message.output : textOf(message.parts))).join('\n');
}

function usedUp(scenario: Scenario, request: ModelRequest, file: string): Reply {
  const { agent, purpose, call } = request.position;
  if (purpose === 'present') return { say: 'This is the answer that was chosen.' };
  if (request.tools.some(({ name }) => name === 'vote')) return { vote: { for: 'best' } };
  const count = places((scenario.agents[agent] ?? scenario.agents['*'])?.work ?? []).length;
  throw fail('config', `The scenario ${file} has ${count} replies for the work of agent "${agent}", and this is model call ${call + 1}.`, {
    hint: 'Add a reply, or end the work earlier with answer or vote.',
  });
}

async function* failing(
  how: NonNullable<Reply['fail']>,
  reply: Reply | undefined,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<StreamPart> {
  if (reply?.delay !== undefined) await delay(reply.delay * 1000, signal);
  if (how.hang === true) await forever(signal);
  if (how.status !== undefined) {
    const asked: Asked = {
      label: LABEL,
      baseUrl: 'the scenario',
      model: request.position.agent,
      keyPlace: 'the scenario',
      secret: undefined,
    };
    throw httpFailure(how.status, '', how.retry_after === undefined ? undefined : how.retry_after * 1000, asked);
  }
  let left = how.cut_after ?? 0;
  for await (const part of written(reply ?? {}, signal)) {
    const text = part.text.slice(0, left);
    if (text !== '') yield { ...part, text };
    left -= text.length;
    if (left <= 0) break;
  }
  throw cutFailure(LABEL);
}

async function* playing(reply: Reply, request: ModelRequest, signal: AbortSignal): AsyncGenerator<StreamPart> {
  const calls = callsOf(reply, request);
  if (reply.delay !== undefined) await delay(reply.delay * 1000, signal);
  yield* written(reply, signal);
  for (const { call, tool, args } of calls) {
    yield { type: 'tool-delta', call, tool, text: args };
    yield { type: 'tool-call', call, tool, args };
  }
  yield { type: 'usage', ...(reply.usage === undefined ? estimate(reply, calls, request) : counted(reply.usage)) };
  yield { type: 'end', reason: calls.length > 0 ? 'tool-calls' : 'stop' };
}

interface Call {
  call: string;
  tool: string;
  args: string;
}

function callsOf(reply: Reply, request: ModelRequest): Call[] {
  const { purpose, call } = request.position;
  const plain = (reply.call ?? []).flatMap((one) => Object.entries(one)).map(([tool, args]) => ({ tool, args: args ?? {} }));
  const answer = reply.answer === undefined ? [] : [{ tool: 'new_answer', args: { content: reply.answer } }];
  const vote = reply.vote === undefined ? [] : [{ tool: 'vote', args: { ...ballotFor(reply.vote, request) } }];
  return [...plain, ...answer, ...vote].map(({ tool, args }, n) => ({ call: `${purpose}_${call}_${n}`, tool, args: JSON.stringify(args) }));
}

async function* written(reply: Reply, signal: AbortSignal): AsyncGenerator<StreamPart & { type: 'text' | 'reasoning' }> {
  yield* spoken('reasoning', reply.think ?? '', reply.rate, signal);
  yield* spoken('text', reply.say ?? '', reply.rate, signal);
}

async function* spoken(type: 'text' | 'reasoning', text: string, rate: number | undefined, signal: AbortSignal) {
  const size = rate === undefined ? Math.max(1, text.length) : Math.max(1, Math.round(rate / TICKS_PER_SECOND));
  for (let start = 0; start < text.length; start += size) {
    signal.throwIfAborted();
    if (rate !== undefined) await delay((1000 * size) / rate, signal);
    yield { type, text: text.slice(start, start + size) };
  }
}

function estimate(reply: Reply, calls: readonly Call[], request: ModelRequest): { input: number; output: number } {
  const asked = `${request.system}\n${JSON.stringify(request.messages)}\n${JSON.stringify(request.tools)}`;
  const said = [reply.think ?? '', reply.say ?? '', ...calls.map(({ tool, args }) => tool + args)].join('\n');
  return { input: estimateTokenCount(asked), output: estimateTokenCount(said) };
}

function counted({ input, output, cached }: NonNullable<Reply['usage']>): { input: number; output: number; cached?: number } {
  return cached === undefined ? { input, output } : { input, output, cached };
}

const forever = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
