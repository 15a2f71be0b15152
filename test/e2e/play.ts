/** Plays turns of agents whose models are functions behind a server that speaks both wire formats, in a real folder. */
import { teamOf } from '../../src/engine/config/team.js';
import { createSession, type Session } from '../../src/engine/session.js';
import type { Decision, Fact, FactEvent, Team } from '../../src/protocol/events.js';
import { isFact } from '../../src/protocol/events.js';
import { type Handler, type ModelCall, type ModelReply, startModelServer } from '../fixtures/model-server.js';
import { repository, testHost } from '../fixtures/team.js';

export const KEY = 'sk-test-0123456789abcdef';
export const calls = (...list: [string, Record<string, unknown>][]): ModelReply => ({
  toolCalls: list.map(([name, args]) => ({ name, arguments: args })),
});
export const answer = (content: string): ModelReply => calls(['new_answer', { content }]);
export const vote = (agent_id: string): ModelReply => calls(['vote', { agent_id, reason: 'It is right.' }]);
export const write = (path: string, content: string): [string, Record<string, unknown>] => ['write_file', { path, content }];
export const textIn = (call: ModelCall): string => JSON.stringify(call.messages);
export const offers = (call: ModelCall, tool: string): boolean => call.tools.includes(tool);
/**
 * Agents are told apart by the name of their model, which only the server sees. `mixed`: the first, the third … speak Anthropic Messages,
 * the others Chat Completions, as all do where it is absent.
 */
export const modelsOf = (
  ids: readonly string[],
  baseUrl: string,
  more: Partial<Team['pattern']> & {
    seconds?: number;
    costUsd?: number;
    callsPerRun?: number;
    instructions?: string;
    mixed?: boolean;
  } = {},
): Team => {
  const { seconds = 20, costUsd, callsPerRun = 20, instructions, mixed = false, ...pattern } = more;
  const team = teamOf(
    ids.map((id, at) => ({
      id,
      label: `${id} the agent`,
      runner: 'native',
      ...(instructions !== undefined && { instructions }),
      backend: {
        type: mixed && at % 2 === 0 ? 'claude' : 'chatcompletion',
        model: `model-of-${id}`,
        baseUrl,
        key: { from: 'env', name: 'TEST_KEY' },
        params: { price: { input: 1, output: 1 } },
      },
    })),
  );
  return {
    agents: team.agents,
    pattern: { ...team.pattern, graceSeconds: 0.3, ...pattern },
    limits: { seconds, callsPerRun, ...(costUsd !== undefined && { costUsd }) },
    settings: { ...team.settings, checks: [] },
  };
};

/** Until a fact is there that is meant. */
export type Until = (meant: (fact: FactEvent) => boolean) => Promise<void>;

export interface Played {
  session: Session;
  decision: Decision;
  asked: ModelCall[];
  folder: string;
  of<T extends Fact['type']>(type: T): Extract<FactEvent, { type: T }>[];
}

/** `until`: waits for a fact of the session. More than one request is more than one turn. */
export async function play(
  ids: readonly string[],
  handler: (agent: string, call: ModelCall, nth: number, until: Until) => ModelReply | Promise<ModelReply>,
  more: Parameters<typeof modelsOf>[2] = {},
  requests: readonly string[] = ['Change a.txt.'],
): Promise<Played> {
  const counts = new Map<string, number>();
  const handle: Handler = (call) => {
    const agent = call.model.replace('model-of-', '');
    const nth = counts.get(agent) ?? 0;
    counts.set(agent, nth + 1);
    return handler(agent, call, nth, until);
  };
  const server = await startModelServer(handle);
  const folder = repository({ 'a.txt': 'one\n', '.gitignore': '.env\n', 'AGENTS.md': 'Be brief.\n' });
  const session = await createSession({ folder, host: testHost({ ...process.env, TEST_KEY: KEY }) });
  const until: Until = (meant) =>
    new Promise((resolve) => {
      if ([...session.facts].some(meant)) return resolve();
      const off = session.subscribe((event) => {
        if (!isFact(event) || !meant(event)) return;
        off();
        resolve();
      });
    });
  try {
    let decision: Decision | undefined;
    for (const text of requests) decision = await session.turn([{ type: 'text', text }], modelsOf(ids, server.baseUrl, more));
    if (decision === undefined) throw new Error('nothing was asked');
    return {
      session,
      decision,
      folder,
      asked: server.calls,
      of: (type) => [...session.facts].filter((event): event is Extract<FactEvent, { type: typeof type }> => event.type === type),
    };
  } finally {
    await session[Symbol.asyncDispose]();
    await server.stop();
  }
}

/** The same with a team of both wire formats. */
export const playMixed = (...[ids, handler, more, requests]: Parameters<typeof play>): Promise<Played> =>
  play(ids, handler, { ...more, mixed: true }, requests);
