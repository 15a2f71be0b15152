/** The team that a configuration describes, with every default filled in. */
import type { AgentSpec, PatternSpec, Team } from '../../protocol/events.js';
import { didYouMean } from '../nearest.js';
import { coordinationNames, toolNames } from '../tools/names.js';
import { type BackendContext, toBackend } from './backend.js';
import { type ConfigPath, type Problem, pathText } from './problem.js';
import type { Report } from './report.js';
import { type Additions, additionNames, type Knobs, knobNames, SIZE, type WrittenAgent, type WrittenConfig } from './schema.js';
import type { Sends } from './sendings.js';

/** What of `.massgen/` is kept. */
export interface StorageLimits {
  maxBytes?: number;
  keepDays?: number;
}

export interface TeamConfig extends Team {
  /** Where it was read from; absent for a detected team. */
  file?: string;
  warnings: Problem[];
  /** Absent where it sends nothing that needs the person's consent. */
  sends?: Sends;
  storage: StorageLimits;
}

const DEFAULT_SECONDS = 1800;
const DEFAULT_ANSWERS = 3;

/** A team of these agents with all settings at their defaults. */
export function teamOf(agents: AgentSpec[]): TeamConfig {
  return {
    agents,
    pattern: patternOf({}, 'consensus', DEFAULT_SECONDS),
    limits: { seconds: DEFAULT_SECONDS, callsPerRun: 100 },
    settings: { policy: { allow: [], ask: [], deny: [], network: 'none' }, checks: 'detect', dependencies: 'link', planning: true },
    warnings: [],
    storage: {},
  };
}

/** Undefined where an error was reported. */
export async function toTeam(written: WrittenConfig, context: BackendContext): Promise<TeamConfig | undefined> {
  const { report } = context;
  const settings = mergeSettings(written, report);
  const agents = await toAgents(written, context);
  const seconds = secondsOf(written);
  const knobs = settings.knobs;
  checkKnobs(
    knobs,
    entriesOf(written).map(([entry]) => entry.id),
    settings.where,
    report,
  );
  const checks = checksOf(settings.top, knobs.check_seconds ?? 300, settings.where('checks'), report);
  if (report.failed()) return undefined;
  const { policy, limits } = settings.top;
  return {
    file: context.file,
    agents,
    pattern: patternOf(knobs, settings.patternId, seconds),
    limits: {
      seconds,
      callsPerRun: limits?.max_calls_per_run ?? 100,
      ...(limits?.max_calls ? { calls: limits.max_calls } : {}),
      ...(limits?.max_cost_usd ? { costUsd: limits.max_cost_usd } : {}),
    },
    settings: {
      policy: { allow: policy?.allow ?? [], ask: policy?.ask ?? [], deny: policy?.deny ?? [], network: policy?.network ?? 'none' },
      checks,
      dependencies: settings.top.dependencies ?? 'link',
      planning: written.orchestrator?.coordination?.enable_planning_mode ?? true,
    },
    warnings: report.problems,
    storage: storageOf(settings.top.storage),
  };
}

const UNITS: readonly string[] = ['kb', 'mb', 'gb', 'tb'];

function storageOf(written: Additions['storage']): StorageLimits {
  const { max_size: size, keep_days: keepDays } = written ?? {};
  const [, count, unit = ''] = SIZE.exec(size ?? '') ?? [];
  const maxBytes = count === undefined ? undefined : Number(count) * 1000 ** (UNITS.indexOf(unit.toLowerCase()) + 1);
  return { ...(maxBytes !== undefined && { maxBytes }), ...(keepDays ? { keepDays } : {}) };
}

/** Defaults per invariant 3 of the design: whatever is left out, a turn ends. */
function patternOf(knobs: Knobs, id: PatternSpec['id'], seconds: number): PatternSpec {
  return {
    id,
    rule: knobs.rule ?? 'condorcet',
    evidence: knobs.evidence ?? 'ties',
    sameFamily: knobs.same_family_weight ?? 0.5,
    ...(knobs.quorum ? { quorum: knobs.quorum } : {}),
    weights: knobs.weights ?? {},
    selfVote: knobs.self_vote ?? 'completes',
    sensitivity: knobs.voting_sensitivity ?? 'lenient',
    novelty: knobs.answer_novelty_requirement ?? 'lenient',
    answers: knobs.max_new_answers_per_agent ?? DEFAULT_ANSWERS,
    failedRuns: knobs.max_failed_runs ?? 3,
    graceSeconds: knobs.grace_seconds ?? Math.min(60, seconds / 10),
    checkSeconds: knobs.check_seconds ?? 300,
  };
}

const secondsOf = (written: WrittenConfig): number =>
  written.timeout_settings?.orchestrator_timeout_seconds ?? written.orchestrator?.timeout?.orchestrator_timeout_seconds ?? DEFAULT_SECONDS;

interface Settings {
  top: Additions;
  knobs: Knobs;
  patternId: PatternSpec['id'];
  /** Where a setting was written. */
  where(name: string): ConfigPath;
}

/** A setting may stand at the top, under `orchestrator` or under `pattern`; twice is an error, not a matter of precedence. */
function mergeSettings(written: WrittenConfig, report: Report): Settings {
  const found = new Map<string, { value: unknown; path: ConfigPath }>();
  const take = (from: object | null | undefined, names: readonly string[], base: ConfigPath): void => {
    for (const name of names) {
      const value = from === null || from === undefined ? undefined : (from as Record<string, unknown>)[name];
      if (value === undefined || value === null) continue;
      const before = found.get(name);
      if (before === undefined) found.set(name, { value, path: [...base, name] });
      else
        report.error([...base, name], `${name} is set twice: here and as ${pathText(before.path)}`, {
          part: 'key',
          hint: 'keep one of them',
        });
    }
  };
  take(written, additionNames, []);
  take(written.orchestrator, additionNames, ['orchestrator']);
  const pattern = found.get('pattern');
  const spec = pattern?.value as Additions['pattern'];
  if (pattern !== undefined && typeof spec === 'object') take(spec, knobNames, pattern.path);
  const pick = (names: readonly string[]): object =>
    Object.fromEntries(names.flatMap((name) => (found.has(name) ? [[name, found.get(name)?.value]] : [])));
  warnOfNoLimit(written, report);
  return {
    top: pick(additionNames) as Additions,
    knobs: pick(knobNames) as Knobs,
    patternId: (typeof spec === 'object' ? spec?.id : spec) ?? 'consensus',
    where: (name) => found.get(name)?.path ?? [name],
  };
}

/** MassGen's `null` means no limit; here every turn ends. */
function warnOfNoLimit(written: WrittenConfig, report: Report): void {
  if (written.orchestrator?.max_new_answers_per_agent !== null) return;
  report.warn(
    ['orchestrator', 'max_new_answers_per_agent'],
    `Answers without a limit are not possible: ${DEFAULT_ANSWERS} per agent and turn are used.`,
  );
}

function checkKnobs(knobs: Knobs, agents: readonly string[], where: Settings['where'], report: Report): void {
  const voters = [...agents, 'you'];
  for (const name of Object.keys(knobs.weights ?? {})) {
    const at = [...where('weights'), name];
    if (!voters.includes(name))
      report.error(at, `weights names "${name}", which is not an agent`, { part: 'key', hint: didYouMean(name, voters) });
  }
  if (knobs.weights && agents.every((id) => knobs.weights?.[id] === 0)) {
    report.warn(where('weights'), "No agent's ballot weighs anything: only yours can decide.");
  }
  if (knobs.quorum && knobs.quorum > agents.length) {
    report.error(
      where('quorum'),
      `quorum is ${knobs.quorum}, but there ${agents.length === 1 ? 'is 1 agent' : `are ${agents.length} agents`}`,
    );
  }
}

function checksOf(settings: Additions, seconds: number, at: ConfigPath, report: Report): TeamConfig['settings']['checks'] {
  const { checks } = settings;
  if (checks === undefined || checks === null || checks === 'detect') return 'detect';
  if (checks === 'none') return [];
  return checks.map((check, index) => {
    const cwd = check.cwd ?? '';
    if (checks.findIndex((other) => other.name === check.name) < index)
      report.error([...at, index, 'name'], `There are two checks named "${check.name}".`);
    if (/^([/\\]|[A-Za-z]:)/.test(cwd) || cwd.split(/[/\\]/).includes('..')) {
      report.error([...at, index, 'cwd'], `${pathText([...at, index, 'cwd'])} must be a folder inside the one worked on`, {
        hint: 'write it relative to that folder, without ..',
      });
    }
    return {
      name: check.name,
      command: check.command,
      cwd: cwd.replace(/^(\.[/\\])+|^\.$/, ''),
      timeoutSeconds: check.timeout_seconds ?? seconds,
    };
  });
}

function entriesOf(written: WrittenConfig): [WrittenAgent, ConfigPath][] {
  if (written.agent) return [[written.agent, ['agent']]];
  return (written.agents ?? []).map((agent, index) => [agent, ['agents', index]]);
}

async function toAgents(written: WrittenConfig, context: BackendContext): Promise<AgentSpec[]> {
  const ids = new Map<string, ConfigPath>();
  const agents: AgentSpec[] = [];
  for (const [entry, at] of entriesOf(written)) {
    checkId(entry.id, at, ids, context.report);
    checkTools(entry.tools ?? [], [...at, 'tools'], context.report);
    const backend = await toBackend(entry.backend, [...at, 'backend'], context);
    if (backend === undefined) continue;
    agents.push({
      id: entry.id,
      label: entry.label ?? entry.name ?? entry.id,
      runner: 'native',
      backend,
      ...(entry.system_message ? { instructions: entry.system_message } : {}),
      ...(entry.tools ? { tools: entry.tools } : {}),
    });
  }
  return agents;
}

/** Ids are what people type (`massgen diff latest <id>`) and what events say. */
function checkId(id: string, at: ConfigPath, ids: Map<string, ConfigPath>, report: Report): void {
  const where = [...at, 'id'];
  const before = ids.get(id);
  if (id.trim() === '') report.error(where, `${pathText(where)} must not be empty`);
  else if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(id) || id !== id.trim())
    report.error(where, `${pathText(where)} must be printable text without spaces around it`);
  else if (id === 'you') report.error(where, `"you" is what the person is called; give the agent another id`);
  // What maps from names would find without anyone having put it there.
  else if (id in {}) report.error(where, `"${id}" cannot be the id of an agent`, { hint: 'another id will do' });
  else if (before !== undefined)
    report.error(where, `Two agents have the id "${id}": this one and ${pathText(before)}.`, { hint: 'ids are unique' });
  else if (id === 'winner' || /^c\d+$/.test(id))
    report.warn(where, `"${id}" also names a candidate on the command line.`, { hint: 'another id avoids the confusion' });
  ids.set(id, before ?? at);
}

/** Answering and voting are offered to everybody, named here or not. */
function checkTools(names: readonly string[], at: ConfigPath, report: Report): void {
  const known: readonly string[] = [...toolNames, ...coordinationNames];
  for (const [index, name] of names.entries()) {
    if (known.includes(name)) continue;
    report.error([...at, index], `"${name}" is not a tool`, { hint: didYouMean(name, known, toolNames) });
  }
}
