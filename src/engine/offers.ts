/** The teams that can be started in a folder: what configurations say, and what is found on this machine. */
import { relative, sep } from 'node:path';
import type { AgentSpec, Team } from '../protocol/events.js';
import { failureOf } from '../protocol/failure.js';
import type { TeamChoice } from '../protocol/wire.js';
import { detectTeam } from './config/detect.js';
import { resolveKey } from './config/keys.js';
import { findConfigs, loadConfig } from './config/load.js';
import type { Probes } from './config/local.js';
import type { Env } from './config/substitute.js';
import type { StartedTeam } from './consenting.js';
import { type Overrule, overruled } from './overrule.js';
import { costOf } from './providers/wrap.js';

export interface Offer {
  choice: TeamChoice;
  /** Absent where it cannot be read. */
  team?: StartedTeam;
}

export interface OfferOptions {
  folder: string;
  env: Env;
  probes?: Probes;
  /** A configuration that comes before those that are found. */
  config?: string | undefined;
  /** The person named it, and nothing that lies in the folder did. */
  chosen?: boolean;
  /** Said over all of them. */
  over?: Overrule;
}

/** The id of the team of what is found: its keys were merely there, so it is never started without being named. */
export const FOUND = 'found';

/** The one that was named first, then those of the folder, then the person's own, then what is found. Nothing is spent, and no key leaves the machine. */
export async function offeredTeams({ folder, env, probes, config, chosen, over = {} }: OfferOptions): Promise<Offer[]> {
  const found = await findConfigs(folder, env);
  const files = config === undefined ? found : [config, ...found.filter((file) => file !== config)];
  const configured = await Promise.all(
    files.map((file) => fromFile(file, { folder, env, over, chosen: file === config ? chosen : undefined })),
  );
  const { team } = await detectTeam(env, probes);
  return team === undefined ? configured : [...configured, await offerOf(FOUND, 'What was found', overruled(team, over), env)];
}

interface From {
  folder: string;
  env: Env;
  over: Overrule;
  chosen: boolean | undefined;
}

async function fromFile(file: string, { folder, env, over, chosen }: From): Promise<Offer> {
  const inside = relative(folder, file);
  const from = inside.startsWith('..') ? file : inside.split(sep).join('/');
  try {
    return await offerOf(
      file,
      from,
      overruled(await loadConfig(file, { folder, env, ...(chosen !== undefined && { chosen }) }), over),
      env,
    );
  } catch (error) {
    return { choice: { id: file, from, agents: [], pattern: '', limits: { seconds: 0 }, failure: failureOf(error) } };
  }
}

async function offerOf(id: string, from: string, team: StartedTeam, env: Env): Promise<Offer> {
  const { agents, pattern, limits } = team;
  const [estimate, keys] = await Promise.all([
    estimateOf(team),
    Promise.allSettled(agents.map((agent) => resolveKey(agent.backend.key, env))),
  ]);
  const gone = keys.find((key) => key.status === 'rejected');
  const choice: TeamChoice = {
    id,
    from,
    agents: agents.map((agent) => ({ id: agent.id, label: agent.label, model: agent.backend.model })),
    pattern: pattern.id,
    limits: { seconds: limits.seconds, ...(limits.costUsd !== undefined && { costUsd: limits.costUsd }) },
    ...(estimate && { estimate }),
    // Without its key an agent is set aside; the others can do without it.
    ...(gone !== undefined && keys.every((key) => key.status === 'rejected') && { failure: failureOf(gone.reason) }),
  };
  return { choice, team };
}

/** What one agent may use up in a turn: a small task answered and voted on, and a large one with many calls over a long transcript. */
const SMALL = { input: 20_000, output: 2_000 };
const LARGE = { input: 600_000, cached: 400_000, output: 30_000 };

/** Undefined as soon as one price is not known: a sum that leaves something out would be no estimate. */
export async function estimateOf({ agents, limits }: Pick<Team, 'agents' | 'limits'>): Promise<{ from: number; to: number } | undefined> {
  const [from, to] = await Promise.all([sumOf(agents, SMALL), sumOf(agents, LARGE)]);
  if (from === undefined || to === undefined) return undefined;
  const most = limits.costUsd ?? Number.POSITIVE_INFINITY;
  return { from: Math.min(from, most), to: Math.min(to, most) };
}

async function sumOf(agents: readonly AgentSpec[], usage: { input: number; cached?: number; output: number }): Promise<number | undefined> {
  const costs = await Promise.all(agents.map((agent) => costOf(agent.backend, usage)));
  return costs.reduce((sum, cost) => (sum === undefined || cost === undefined ? undefined : sum + cost), 0);
}
