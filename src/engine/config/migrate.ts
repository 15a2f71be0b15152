/** Brings an older MassGen's configuration into the shape that is used here: the same team, without what has no effect. */
import { Document, isAlias, isMap, isScalar, parseDocument, visit, YAMLMap, YAMLSeq } from 'yaml';
import { readSource, type Source } from './document.js';
import { foreignBackends, insteadOf, type Level, legacyKeys, unusedBackendPrefixes, unusedKeys } from './massgen.js';
import { byPlace, ConfigError, type ConfigPath, type Problem, pathText } from './problem.js';
import { type Report, reportOn } from './report.js';
import { isMapping } from './unused.js';

export interface Migration {
  text: string;
  /** What could not be carried over, with its place in the older file. */
  problems: Problem[];
}

/** Throws a ConfigError for a file that cannot be read, or is of the first MassGen, whose settings mean nothing here. */
export async function migrateConfig(file: string): Promise<Migration> {
  const source = await readSource(file);
  const report = reportOn(source);
  refuseFirst(source, report);
  const doc = documentOf(source, report);
  for (const agent of agentsIn(doc)) migrateAgent(doc, agent, report);
  moveTimeout(doc);
  if (doc.getIn(['orchestrator', 'max_new_answers_per_agent']) === null && doc.hasIn(['orchestrator', 'max_new_answers_per_agent']))
    leaveOut(doc, ['orchestrator', 'max_new_answers_per_agent'], report, 'answers have a limit here: 3 where none is set');
  for (const [level, at] of [
    ['top', []],
    ['orchestrator', ['orchestrator']],
    ['timeout', ['timeout_settings']],
  ] as const)
    leaveOutUnused(doc, level, at, report);
  for (const key of ['orchestrator', 'timeout_settings']) removeEmpty(doc, [key]);
  listAgents(doc);
  return { text: doc.toString({ lineWidth: 0 }), problems: report.problems.sort(byPlace) };
}

function refuseFirst({ value }: Source, report: Report): void {
  if (!isMapping(value)) report.error([], 'The configuration must be a mapping (agents: …).');
  else
    for (const [key, hint] of Object.entries(legacyKeys))
      if (Object.hasOwn(value, key)) report.error([key], `"${key}" is a setting of the first MassGen`, { part: 'key', hint });
  if (report.failed()) throw new ConfigError(report.problems);
}

/** Anchors are written out, since what is left out in one place may be needed in another; comments are lost by that. */
function documentOf(source: Source, report: Report): Document {
  const doc = parseDocument(source.text, { uniqueKeys: false, stringKeys: true, merge: true, logLevel: 'error' });
  let aliased = false;
  visit(doc, {
    Alias() {
      aliased = true;
      return visit.BREAK;
    },
  });
  if (!aliased) return doc;
  report.warn([], 'Anchors and aliases were written out, and comments are lost.');
  return new Document(source.value, { aliasDuplicateObjects: false });
}

function agentsIn(doc: Document): ConfigPath[] {
  const agents = doc.get('agents');
  const many = agents instanceof YAMLSeq ? agents.items.map((_, index): ConfigPath => ['agents', index]) : [];
  return isMap(doc.get('agent')) ? [...many, ['agent']] : many;
}

function migrateAgent(doc: Document, at: ConfigPath, report: Report): void {
  const backend = [...at, 'backend'];
  rename(doc, [...at, 'name'], [...at, 'label']);
  rename(doc, [...backend, 'azure_endpoint'], [...backend, 'base_url']);
  for (const from of [
    ...['system_prompt', 'append_system_prompt'].flatMap((key) => [
      [...at, key],
      [...backend, key],
    ]),
  ])
    rename(doc, from, [...at, 'system_message']);
  leaveOutUnused(doc, 'agent', at, report);
  leaveOutUnused(doc, 'backend', backend, report);
  const type = doc.getIn([...backend, 'type']);
  const hint = typeof type === 'string' ? foreignBackends[type] : undefined;
  if (hint !== undefined) report.warn([...backend, 'type'], `kept, but "${String(type)}" is not supported yet`, { hint });
}

/** Only where the new name is free: a key in the same mapping keeps its place and its comments. */
function rename(doc: Document, from: ConfigPath, to: ConfigPath): void {
  const value: unknown = doc.getIn(from, true);
  if (!isScalar(value) || typeof value.value !== 'string' || doc.hasIn(to)) return;
  const parent: unknown = doc.getIn(from.slice(0, -1), true);
  const key = parent instanceof YAMLMap ? parent.items.find((pair) => String(pair.key) === from.at(-1))?.key : undefined;
  if (isScalar(key) && pathText(from.slice(0, -1)) === pathText(to.slice(0, -1))) key.value = to.at(-1);
  else {
    doc.deleteIn(from);
    doc.setIn(to, value);
  }
}

/** MassGen's validator knew the time limit under `orchestrator` too. */
function moveTimeout(doc: Document): void {
  const from = ['orchestrator', 'timeout', 'orchestrator_timeout_seconds'];
  const to = ['timeout_settings', 'orchestrator_timeout_seconds'];
  const value: unknown = doc.getIn(from, true);
  if (value === undefined || doc.hasIn(to)) return;
  doc.deleteIn(from);
  doc.setIn(to, value);
  removeEmpty(doc, ['orchestrator', 'timeout']);
}

function leaveOutUnused(doc: Document, level: Level, at: ConfigPath, report: Report): void {
  const map: unknown = at.length === 0 ? doc.contents : doc.getIn(at, true);
  if (!(map instanceof YAMLMap)) return;
  const names: readonly string[] = unusedKeys[level];
  for (const key of map.items.map((pair) => String(pair.key))) {
    const unused = names.includes(key) || (level === 'backend' && unusedBackendPrefixes.some((prefix) => key.startsWith(prefix)));
    if (!unused) continue;
    const value: unknown = map.get(key);
    // Switched off is how it is anyway.
    if (value === false || value === null) doc.deleteIn([...at, key]);
    else leaveOut(doc, [...at, key], report, insteadOf[key]);
  }
}

function leaveOut(doc: Document, at: ConfigPath, report: Report, hint: string | undefined): void {
  report.warn(at, `left out: ${pathText(at)}`, { part: 'key', hint });
  doc.deleteIn(at);
}

function removeEmpty(doc: Document, at: ConfigPath): void {
  const value: unknown = doc.getIn(at, true);
  if (value instanceof YAMLMap && value.items.length === 0) doc.deleteIn(at);
}

/** A single agent is a list of one. */
function listAgents(doc: Document): void {
  if (!isMap(doc.contents) || doc.has('agents')) return;
  const pair = doc.contents.items.find(({ key }) => String(key) === 'agent');
  if (pair === undefined || !isScalar(pair.key) || isAlias(pair.value)) return;
  const list = new YAMLSeq();
  list.items.push(pair.value);
  pair.key.value = 'agents';
  pair.value = list;
}
