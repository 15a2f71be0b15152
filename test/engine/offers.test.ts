import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { estimateOf, FOUND, offeredTeams } from '../../src/engine/offers.js';
import type { AgentSpec } from '../../src/protocol/events.js';
import { removeFolders, repository, writeFiles } from '../fixtures/team.js';

afterAll(removeFolders);

const agentOf = (backend: Partial<AgentSpec['backend']>): AgentSpec => ({
  id: 'a',
  label: 'a',
  runner: 'native',
  backend: { type: 'openai', model: 'gpt-4o', key: { from: 'none' }, params: {}, ...backend },
});
const limits = { seconds: 60, callsPerRun: 10 };
const probes = { models: () => Promise.reject(new Error('no server is there')) };

test('teams of the folder, then the person’s own, then what is found; one that cannot be started says why', async () => {
  const home = repository({ 'x.txt': 'x\n' });
  const folder = repository({
    'massgen.yaml':
      'agents:\n  - id: maya\n    backend: { type: openai, model: gpt-4o }\norchestrator: { timeout: { orchestrator_timeout_seconds: 90 } }\n',
    '.massgen/config.yaml': 'agents: nobody\n',
  });
  writeFiles(home, { '.config/massgen/config.yaml': 'agents:\n  - id: otto\n    backend: { type: openai, model: gpt-4o }\n' });
  const offersWith = async (env: Record<string, string>) =>
    (await offeredTeams({ folder, env: { HOME: home, XDG_CONFIG_HOME: join(home, '.config'), ...env }, probes })).map(
      (offer) => offer.choice,
    );

  const without = await offersWith({});
  expect(without).toMatchObject([
    { from: 'massgen.yaml', agents: [{ id: 'maya', model: 'gpt-4o' }], limits: { seconds: 90 }, failure: { code: 'auth' } },
    { from: '.massgen/config.yaml', agents: [], failure: { code: 'config' } },
    { from: join(home, '.config/massgen/config.yaml'), agents: [{ id: 'otto' }], failure: { code: 'auth' } },
  ]);
  const withKey = await offersWith({ OPENAI_API_KEY: 'sk-test-1234567890' });
  expect(withKey.map(({ id, failure }) => [id, failure?.code])).toEqual([
    [join(folder, 'massgen.yaml'), undefined],
    [join(folder, '.massgen/config.yaml'), 'config'],
    [join(home, '.config/massgen/config.yaml'), undefined],
    [FOUND, undefined],
  ]);
});

test('what the person says comes over every configuration, and the one that is named comes first', async () => {
  const folder = repository({
    'massgen.yaml': 'agents:\n  - id: maya\n    backend: { type: openai, model: gpt-4o }\n',
    'teams/two.yaml': 'agents:\n  - id: otto\n    backend: { type: openai, model: gpt-4o }\nlimits: { max_cost_usd: 5 }\n',
  });
  const env = { HOME: folder, XDG_CONFIG_HOME: join(folder, '.config'), OPENAI_API_KEY: 'sk-test-1234567890' };
  const over = { seconds: 30, costUsd: 0.25, dependencies: 'none' } as const;
  const offered = await offeredTeams({ folder, env, probes, config: join(folder, 'teams/two.yaml'), over });
  expect(offered.map(({ choice }) => [choice.from, choice.limits])).toEqual([
    ['teams/two.yaml', { seconds: 30, costUsd: 0.25 }],
    ['massgen.yaml', { seconds: 30, costUsd: 0.25 }],
    ['What was found', { seconds: 30, costUsd: 0.25 }],
  ]);
  expect(offered[0]?.choice.estimate?.to).toBeLessThanOrEqual(0.25);
  expect(offered[0]?.team).toMatchObject({ settings: { dependencies: 'none' }, pattern: { graceSeconds: 3 } });
  const [gone] = await offeredTeams({ folder, env, probes, config: join(folder, 'gone.yaml') });
  expect(gone?.choice).toMatchObject({ from: 'gone.yaml', failure: { code: 'config' } });
});

test('an estimate is there where every price is known, and no more than the limit', async () => {
  const known = await estimateOf({ agents: [agentOf({}), agentOf({})], limits });
  expect(known?.from).toBeGreaterThan(0);
  expect(known?.to).toBeGreaterThan(known?.from ?? Number.POSITIVE_INFINITY);
  expect(await estimateOf({ agents: [agentOf({}), agentOf({ model: 'nobody-knows-this' })], limits })).toBeUndefined();
  expect(await estimateOf({ agents: [agentOf({ type: 'scripted' })], limits })).toEqual({ from: 0, to: 0 });
  expect((await estimateOf({ agents: [agentOf({})], limits: { ...limits, costUsd: 0.1 } }))?.to).toBe(0.1);
});
