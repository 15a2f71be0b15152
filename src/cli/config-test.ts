/** `massgen config test`: whether each agent's model can be reached with its key. Lists models, so it costs nothing. */
import { resolveKey } from '../engine/config/keys.js';
import { loadConfig } from '../engine/config/load.js';
import type { Env } from '../engine/config/substitute.js';
import { requireConsent } from '../engine/consenting.js';
import { nearest } from '../engine/nearest.js';
import { connect } from '../engine/providers/index.js';
import type { AgentSpec } from '../protocol/events.js';
import { failureOf } from '../protocol/failure.js';
import type { Options } from './args.js';
import { configOf } from './config.js';
import { cliHost } from './host.js';
import { json, out } from './output.js';

const SECONDS = 20;

interface Answer {
  agent: string;
  model: string;
  ok: boolean;
  detail: string;
}

export async function test(name: string | undefined, options: Options): Promise<number> {
  const { file, env, folder } = await configOf(name, options);
  const team = await loadConfig(file, { env, folder, ...(name !== undefined && { chosen: true }) });
  await requireConsent(team, folder, cliHost(env), new AbortController().signal);
  const { agents } = team;
  const answers = await Promise.all(agents.map((agent) => ask(agent, env)));
  if (options.json) json(answers);
  else for (const { agent, model, ok, detail } of answers) out(`${ok ? '✓' : '✗'} ${agent}  ${model}  ${detail}`);
  return answers.every(({ ok }) => ok) ? 0 : 1;
}

async function ask({ id: agent, backend }: AgentSpec, env: Env): Promise<Answer> {
  const { model } = backend;
  try {
    const provider = await connect(backend, await resolveKey(backend.key, env));
    const models = await provider.models(AbortSignal.timeout(SECONDS * 1000));
    // Not every server lists all that it serves (dated names, names of deployments), so this alone is no failure.
    const near = nearest(model, models);
    const unlisted = near === undefined ? 'is not in its list of models' : `is not in its list of models; did you mean ${near}?`;
    return { agent, model, ok: true, detail: models.includes(model) ? 'answers' : `the server answers, ${model} ${unlisted}` };
  } catch (error) {
    const { message, hint } = failureOf(error);
    return { agent, model, ok: false, detail: hint === undefined ? message : `${message} ${hint}` };
  }
}
