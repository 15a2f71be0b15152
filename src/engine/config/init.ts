/** Writes a first configuration: short, commented, with what was found on this machine, and without a key in it. */
import { access, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Document } from 'yaml';
import type { Backend } from '../../protocol/events.js';
import { fail } from '../../protocol/failure.js';
import { vendorOf } from '../providers/vendors.js';
import type { Finding } from './finding.js';
import type { Env } from './substitute.js';
import { type TeamConfig, teamOf } from './team.js';

export interface InitOptions {
  env: Env;
  detected: { found: Finding[]; team?: TeamConfig };
}

/** Never writes over a file. */
export async function initConfig(folder: string, { detected }: InitOptions): Promise<{ file: string; text: string }> {
  const file = path.resolve(folder, 'massgen.yaml');
  const older = path.resolve(folder, '.massgen', 'config.yaml');
  // `wx` refuses massgen.yaml itself; a second file would silently hide the one that MassGen wrote.
  if (await exists(older)) throw alreadyThere(older);
  const text = configText(detected.team);
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') throw alreadyThere(file);
    throw fail('config', `${file} cannot be written (${code ?? 'unknown error'}).`, { cause: error });
  }
  return { file, text };
}

/** Two agents to fill in, where nothing was found. */
const EXAMPLE: Backend[] = ['openai', 'claude'].map((type) => {
  const vendor = vendorOf(type);
  return { type, model: vendor?.defaultModel ?? '', key: { from: 'env', name: vendor?.keyEnv?.[0] ?? '' }, params: {} };
});

function configText(team: TeamConfig | undefined): string {
  const agents = (team ?? teamOf(EXAMPLE.map((backend) => ({ id: backend.type, label: backend.type, runner: 'native', backend })))).agents;
  const doc = new Document({ agents: agents.map(({ id, backend }) => ({ id, backend: written(backend) })) });
  doc.commentBefore = [
    " A MassGen team: these agents solve each task side by side, see each other's answers, and vote.",
    team === undefined
      ? ' Nothing was found on this machine: set these keys in the environment or in .env, or name other backends.'
      : ' Keys stay in the environment or in .env; this file only names them.',
    ' `massgen config validate` checks this file, `massgen config schema` prints all that it may hold.',
  ].join('\n');
  return `${doc.toString({ lineWidth: 0 })}${SETTINGS}`;
}

function written(backend: Backend): Record<string, unknown> {
  return {
    type: backend.type,
    model: backend.model,
    ...(backend.baseUrl === undefined ? {} : { base_url: backend.baseUrl }),
    ...(backend.key.from === 'env' ? { api_key: `\${${backend.key.name}}` } : {}),
    ...backend.params,
  };
}

const SETTINGS = `
orchestrator:
  max_new_answers_per_agent: 3
  voting_sensitivity: lenient # lenient, balanced or strict

timeout_settings:
  orchestrator_timeout_seconds: 1800

# Further settings, with their defaults:
# checks: detect            # or none, or [{name: test, command: npm test}]
# limits:
#   max_calls_per_run: 100
#   max_cost_usd: 5         # no limit where absent
# policy:
#   allow: []               # commands that run without asking: [npm test, make]
#   network: none           # none, open or {domains: [packages.example.org]}
`;

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false, // What cannot be reached is not there to be hidden.
  );

const alreadyThere = (file: string) =>
  fail('config', `${file} exists already and is left as it is.`, { hint: 'Edit it, or move it away first.' });
