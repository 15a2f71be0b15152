/** Who works on a turn: the configuration that was named or found, or what is there on this machine. */
import { createInterface } from 'node:readline/promises';
import type { Env } from '../engine/config/substitute.js';
import type { TeamConfig } from '../engine/config/team.js';
import type { StartedTeam } from '../engine/consenting.js';
import { overruled } from '../engine/overrule.js';
import type { Team } from '../protocol/events.js';
import { fail } from '../protocol/failure.js';
import { namedFile, type Options } from './args.js';
import { canAsk, err } from './output.js';

/** `before`: the team of the session's last turn, which goes on where no configuration is found. Throws `config` where there is no team. */
export async function teamFor(folder: string, env: Env, options: Options, before?: Team): Promise<StartedTeam> {
  const { timeout, maxCost } = options;
  const team = await found(folder, env, options, before);
  return overruled(team, { ...(timeout !== undefined && { seconds: timeout }), ...(maxCost !== undefined && { costUsd: maxCost }) });
}

async function found(folder: string, env: Env, options: Options, before: Team | undefined): Promise<StartedTeam> {
  if (options.detect) return detected(env);
  const { findConfig, loadConfig } = await import('../engine/config/load.js');
  const file = options.config === undefined ? await findConfig(folder, env) : await namedFile(folder, options.config);
  if (file !== undefined)
    return said(await loadConfig(file, { env, folder, ...(options.config !== undefined && { chosen: true }) }), options);
  if (before !== undefined) return before;
  if (!canAsk() || options.json) throw noConfig();
  return askFor(env);
}

async function said(team: TeamConfig, options: Options): Promise<TeamConfig> {
  const { formatProblem } = await import('../engine/config/problem.js');
  if (options.verbosity !== 'quiet') for (const warning of team.warnings) err(formatProblem(warning));
  return team;
}

async function detected(env: Env): Promise<TeamConfig> {
  const { detectTeam } = await import('../engine/config/detect.js');
  const { team } = await detectTeam(env);
  if (team !== undefined) return team;
  throw fail('config', 'No key and no local model server was found.', {
    hint: 'massgen doctor says where was looked; massgen config init writes a configuration; massgen demo needs none.',
  });
}

/** Invariant: without a yes nothing is spent on a key that merely was there. */
async function askFor(env: Env): Promise<TeamConfig> {
  const { detectTeam } = await import('../engine/config/detect.js');
  const { team } = await detectTeam(env);
  if (team === undefined) throw noConfig();
  err('There is no configuration here. What was found on this machine makes a team:');
  for (const { id, backend } of team.agents)
    err(`  ${id}  ${backend.model}  ${backend.key.from === 'env' ? `with the key in ${backend.key.name}` : (backend.baseUrl ?? '')}`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question('Work with it? [y/N] ');
    if (/^y(es)?$/i.test(answer.trim())) return team;
  } finally {
    lines.close();
  }
  throw noConfig();
}

const noConfig = () =>
  fail('config', 'There is no configuration here.', {
    hint: 'massgen config init writes one; --detect makes a team of what is found here (keys, local servers); massgen demo needs neither.',
  });
