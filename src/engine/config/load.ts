/** Finds, reads and checks a configuration: MassGen's schema and our additions, in YAML or JSON. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { consentProblem, lacking } from './consents.js';
import { readSource, type Source } from './document.js';
import { configHome } from './env.js';
import { reportIssues } from './issues.js';
import { looksSecret } from './keys.js';
import { legacyKeys } from './massgen.js';
import { byPlace, ConfigError, type ConfigPath, type Problem, pathText } from './problem.js';
import { type Report, reportOn } from './report.js';
import { configSchema } from './schema.js';
import { keysSent, type Reference, type Sends, textSent } from './sendings.js';
import { type Env, substituteAll } from './substitute.js';
import { type TeamConfig, toTeam } from './team.js';
import { isMapping, type Mapping, withoutUnused } from './unused.js';

export interface LoadOptions {
  env: Env;
  /** The folder worked on. */
  folder: string;
  /** The person named this file; else one that lies where the folder's configurations are looked for is not theirs. */
  chosen?: boolean;
}

/** The names that are looked for in the folder, in this order. */
const NAMES = ['massgen.yaml', 'massgen.yml', 'massgen.json', path.join('.massgen', 'config.yaml')];

/** The folder's configuration, else the user's own; undefined where there is none. */
export async function findConfig(folder: string, env: Env): Promise<string | undefined> {
  const [first] = await findConfigs(folder, env);
  return first;
}

/** Where one may be: the folder's, then the user's own. */
export const configPlaces = (folder: string, env: Env): string[] => [
  ...NAMES.map((name) => path.resolve(folder, name)),
  path.join(configHome(env), 'config.yaml'),
];

/** All that there are, in that order. */
export async function findConfigs(folder: string, env: Env): Promise<string[]> {
  const places = configPlaces(folder, env);
  const there = await Promise.all(places.map(isThere));
  return places.filter((_, at) => there[at]);
}

/** One that cannot be read is found, and reading it says why. */
const isThere = (place: string): Promise<boolean> =>
  access(place).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );

/** Throws a ConfigError with every problem that was found. */
export async function loadConfig(file: string, options: LoadOptions): Promise<TeamConfig> {
  const { team, problems } = await inspect(file, options);
  if (team === undefined) throw new ConfigError(problems);
  return team;
}

/** All that is wrong or doubtful, keys that are not set included; never throws for what is in the file. */
export async function validateConfig(file: string, options: LoadOptions): Promise<Problem[]> {
  try {
    const { team, problems, source } = await inspect(file, options);
    if (team === undefined) return problems;
    const open = team.sends === undefined ? [] : await lacking(team.sends, options.env);
    return [...open.map(consentProblem), ...problems, ...missingKeys(team, options.env, source)];
  } catch (error) {
    if (error instanceof ConfigError) return [...error.problems];
    throw error;
  }
}

interface Inspection {
  team?: TeamConfig;
  problems: Problem[];
  source: Source;
}

async function inspect(file: string, options: LoadOptions): Promise<Inspection> {
  const source = await readSource(path.resolve(file));
  const report = reportOn(source);
  const raw = rootOf(source.value, report);
  const team = raw === undefined ? undefined : await build(raw, source, options, report);
  // A team with errors is none: nothing is started on half of a configuration.
  return { ...(team === undefined || report.failed() ? {} : { team }), problems: report.problems.sort(byPlace), source };
}

function rootOf(value: unknown, report: Report): Mapping | undefined {
  if (value === null || value === undefined) report.error([], 'The configuration is empty.', { hint: 'massgen config init writes one' });
  else if (!isMapping(value))
    report.error([], `The configuration must be a mapping (agents: …), not ${Array.isArray(value) ? 'a list' : 'a single value'}.`);
  else {
    for (const [key, help] of Object.entries(legacyKeys)) {
      if (Object.hasOwn(value, key))
        report.error([key], `"${key}" is a setting of the first MassGen, whose files are no longer read`, { part: 'key', hint: help });
    }
    if (report.failed()) return undefined;
    const many = present(value.agents);
    const one = present(value.agent);
    if (many && one) report.error(['agent'], 'Both agents and agent are given.', { part: 'key', hint: 'put all of them under agents' });
    if (!many && !one)
      report.error(Object.hasOwn(value, 'agents') ? ['agents'] : [], 'There are no agents.', {
        hint: 'agents: [{id: …, backend: {type: …, model: …}}]',
      });
    return value;
  }
  return undefined;
}

const present = (value: unknown): boolean => value !== undefined && value !== null;

async function build(raw: Mapping, source: Source, options: LoadOptions, report: Report): Promise<TeamConfig | undefined> {
  const used = withoutUnused(raw, report);
  refuseLiteralSecrets(used, report);
  const { env } = options;
  const references: Reference[] = [];
  const seen = (at: ConfigPath, found: { used: string[]; unset: string[] }): void => {
    reportReferences(at, found, report);
    references.push(...found.used.map((name) => ({ at, name })));
  };
  const resolved = substituteAll(used, env, seen, isKeyPath);
  const parsed = configSchema.safeParse(resolved);
  if (!parsed.success) {
    reportIssues(parsed.error.issues, report);
    return undefined;
  }
  const team = await toTeam(parsed.data, { file: source.file, env, report });
  if (team === undefined) return undefined;
  const sends = await sendsOf(team, references, source, options);
  return sends.all.length === 0 ? team : { ...team, sends };
}

async function sendsOf(team: TeamConfig, references: readonly Reference[], source: Source, options: LoadOptions): Promise<Sends> {
  const { folder, chosen = !NAMES.some((name) => path.resolve(folder, name) === source.file) } = options;
  const placeOf = (index: number) => {
    const at = source.at(backendPath(source, index, 'api_key'), 'key');
    return at && { file: source.file, ...at };
  };
  return { chosen, all: [...(await keysSent(team.agents, options, placeOf)), ...(await textSent(references, team, options, source))] };
}

function backendPath({ value }: Source, index: number, key: string): ConfigPath {
  const single = isMapping(value) && present(value.agent);
  return [...(single ? ['agent'] : ['agents', index]), 'backend', key];
}

/** Keys are read when they are needed (see `resolveKey`), so that no value of one is ever part of a team. */
const isKeyPath = (at: ConfigPath): boolean => at.at(-1) === 'api_key' && at.at(-2) === 'backend';

function reportReferences(at: ConfigPath, { used, unset }: { used: string[]; unset: string[] }, report: Report): void {
  for (const name of unset) {
    report.error(at, `${pathText(at)} needs ${name}, which is not set in the environment`, {
      hint: `set it, or write \${${name}:-a default}, or $\${${name}} for the text itself`,
    });
  }
  for (const name of used.filter(looksSecret)) {
    report.warn(at, `${name} looks like a secret: it is taken out of all that is recorded, so a resumed session may not have it`, {
      hint: 'a key belongs in api_key',
    });
  }
}

const SECRET_KEY = /api[_-]?key|^authorization$|bearer|secret|password|(access|auth)[_-]?token|^x-.*-(key|token)$/i;

/** Invariant: no secret is in an event. A literal one among a backend's parameters would be in the first. */
function refuseLiteralSecrets(raw: Mapping, report: Report): void {
  const walk = (value: unknown, at: ConfigPath): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      const path = [...at, Array.isArray(value) ? Number(name) : name];
      if (isKeyPath(path)) continue;
      if (typeof inner === 'string' && inner.trim() !== '' && SECRET_KEY.test(name) && !inner.includes('${')) {
        report.error(path, `${pathText(path)} looks like a secret in plain text, which would be recorded`, {
          part: 'key',
          hint: `the key goes into api_key: \${NAME_OF_VARIABLE}`,
        });
      } else walk(inner, path);
    }
  };
  const agents: [unknown, ConfigPath][] = Array.isArray(raw.agents)
    ? raw.agents.map((each: unknown, index) => [each, ['agents', index]])
    : [[raw.agent, ['agent']]];
  for (const [agent, at] of agents) if (isMapping(agent)) walk(agent.backend, [...at, 'backend']);
}

function missingKeys(team: TeamConfig, env: Env, source: Source): Problem[] {
  return team.agents.flatMap(({ id, backend: { key } }, index): Problem[] => {
    if (key.from !== 'env' || env[key.name]?.trim()) return [];
    const at = backendPath(source, index, 'api_key');
    const message = `${key.name} is not set: "${id}" will have no key`;
    const hint = 'set it in the environment or in a .env file of the folder';
    return [{ file: source.file, ...(source.at(at) ?? {}), path: pathText(at), message, hint, severity: 'warning' }];
  });
}
