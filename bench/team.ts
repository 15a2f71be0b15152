/** Agents whose models are behind a server that a benchmark has started, and a host that asks nobody. */
import { teamOf } from '../src/engine/config/team.js';
import type { Host } from '../src/engine/host.js';
import type { AgentSpec, Team } from '../src/protocol/events.js';

export function teamFor(count: number, baseUrl: string): Team {
  const agents = Array.from({ length: count }, (_, at): AgentSpec => {
    const id = `agent-${at}`;
    return { id, label: id, runner: 'native', backend: { type: 'chatcompletion', model: id, baseUrl, key: { from: 'none' }, params: {} } };
  });
  const team = teamOf(agents);
  // No checks: what is measured is what the engine adds to the models' time.
  return { ...team, settings: { ...team.settings, checks: [] } };
}

export const host: Host = {
  now: Date.now,
  env: { PATH: process.env.PATH, HOME: process.env.HOME },
  approve: async () => ({ answer: 'denied', by: 'policy', why: 'nobody is asked in a benchmark' }),
  seed: () => 1,
  log: (level, message) => process.stderr.write(`${level}: ${message}\n`),
};
