import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type CallsPort, callAll } from '../../../src/engine/agent/calls.js';
import type { PolicyConfig } from '../../../src/engine/tools/policy.js';
import type { Tool, ToolContext } from '../../../src/engine/tools/tool.js';
import type { ToolCallPart } from '../../../src/protocol/content.js';
import type { Fact, FactEvent } from '../../../src/protocol/events.js';
import { openTree, type TestTree } from '../tools/sandbox-tree.js';
import { openContext } from '../tools/tool-context.js';

let tree: TestTree;
beforeAll(async () => {
  tree = await openTree();
});
afterAll(() => tree[Symbol.asyncDispose]());

/** Tools that only say when they begin and end. `publish` acts beyond the workspace whatever it is given. */
function toolbox() {
  const order: string[] = [];
  const tool = (name: string, effect: Tool['effect'], more: Partial<Tool> = {}): Tool => ({
    name,
    description: '',
    input: z.unknown(),
    effect,
    async run(input) {
      order.push(`${name} ${JSON.stringify(input)} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} ends`);
      return { ok: true, output: 'done' };
    },
    ...more,
  });
  const offered = [tool('look', 'read'), tool('write', 'write'), tool('publish', 'network', { beyond: true }), tool('vote', 'coordinate')];
  return { order, offered };
}

const call = (tool: string, id = tool, args = '{}'): ToolCallPart => ({ type: 'tool-call', call: id, tool, args });
const returns = (facts: readonly FactEvent[]) =>
  facts.flatMap((fact) => (fact.type === 'tool.returned' ? [[fact.call, fact.ok, fact.output.split('\n')[0], fact.planned?.what]] : []));

async function played(
  calls: ToolCallPart[],
  {
    policy,
    approve = false,
    more = {},
    before = [],
  }: { policy?: PolicyConfig; approve?: boolean; more?: Partial<ToolContext>; before?: Fact[] } = {},
) {
  const { order, offered } = toolbox();
  await using agent = openContext(tree, { ...(policy && { policy }), approve, more });
  const facts: FactEvent[] = before.map((fact, at) => ({ ...fact, seq: at + 1, at: 0 }) as FactEvent);
  const port: CallsPort = {
    run: 'r1',
    signal: new AbortController().signal,
    facts: () => facts,
    record: (fact) => void facts.push({ ...fact, seq: facts.length + 1, at: 0 } as FactEvent),
    emit: () => undefined,
    now: () => 0,
    context: async () => agent.context,
    suspect: async () => undefined,
  };
  const ended = await callAll(port, calls, offered);
  return { order, facts, ended, asked: agent.asked };
}

describe('the calls of one reply', () => {
  test('that only read go side by side, others one after the other, and what ends the run last', async () => {
    const { order, ended } = await played([call('vote'), call('look', '1'), call('look', '2'), call('write'), call('look', '3')]);
    expect(order.map((line) => line.replace(' {}', ''))).toEqual([
      ...['look begins', 'look begins', 'look ends', 'look ends'],
      ...['write begins', 'write ends', 'look begins', 'look ends', 'vote begins', 'vote ends'],
    ]);
    expect(ended).toBe(true);
  });

  test('end the run once', async () => {
    const { facts } = await played([call('vote', '1'), call('vote', '2')]);
    expect(returns(facts).map(([id, ok]) => [id, ok])).toEqual([
      ['1', true],
      ['2', false],
    ]);
  });

  test('that were begun before a crash are made again only where they read or coordinate', async () => {
    const begun = ['look', 'write', 'vote'].map(
      (tool): Fact => ({ type: 'tool.called', run: 'r1', call: tool, tool, input: {}, effect: 'read' }),
    );
    const { order, facts } = await played([call('look'), call('write'), call('vote')], { before: begun });
    expect(order.filter((line) => line.endsWith('begins'))).toEqual(['look {} begins', 'vote {} begins']);
    expect(returns(facts).find(([id]) => id === 'write')).toMatchObject([
      'write',
      false,
      expect.stringContaining('outcome is not known'),
      undefined,
    ]);
    expect(facts.filter((fact) => fact.type === 'tool.called')).toHaveLength(3);
  });
});

describe('a tool that acts beyond the workspace by its nature', () => {
  const publish = call('publish', 'p', '{"to":"everybody"}');

  test('is described while agents deliberate, with all that it was given, and not done', async () => {
    const { order, facts, asked } = await played([publish], { more: { planning: true }, approve: true, policy: { network: 'open' } });
    expect([order, asked]).toEqual([[], []]);
    expect(returns(facts)).toEqual([['p', true, 'Planned, not done: publish {"to":"everybody"}', 'publish {"to":"everybody"}']]);
  });

  test('is asked for afterwards, and is done by a yes alone', async () => {
    for (const approve of [true, false]) {
      const { order, asked } = await played([publish], { approve, policy: { network: 'open' } });
      expect(asked.map(({ what }) => what)).toEqual(['publish {"to":"everybody"}']);
      expect(order.length > 0).toBe(approve);
    }
  });

  test('is never done where the policy forbids its effect', async () => {
    const { order, asked } = await played([publish], { approve: true, policy: { deny: ['effect:network'], network: 'open' } });
    expect([order, asked]).toEqual([[], []]);
  });
});
