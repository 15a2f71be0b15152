/** Leaves out what has no effect here, and says so once for each key. */
import { insteadOf, type Level, unusedBackendPrefixes, unusedKeys } from './massgen.js';
import { type ConfigPath, pathText } from './problem.js';
import type { Report } from './report.js';

export type Mapping = Record<string, unknown>;

export const isMapping = (value: unknown): value is Mapping => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is left out is not looked at any further: its variables need not be set. */
export function withoutUnused(raw: Mapping, report: Report): Mapping {
  const seen = new Map<string, { level: Level; key: string; path: ConfigPath; agents: number }>();
  const strip = (value: unknown, level: Level, at: ConfigPath): unknown => {
    if (!isMapping(value)) return value;
    const names: readonly string[] = unusedKeys[level];
    const kept = Object.entries(value).filter(([key, inner]) => {
      if (!names.includes(key) && !(level === 'backend' && unusedBackendPrefixes.some((prefix) => key.startsWith(prefix)))) return true;
      // Switched off is how it is anyway.
      if (inner === false || inner === null) return false;
      const name = `${level}.${key}`;
      const before = seen.get(name);
      seen.set(name, before === undefined ? { level, key, path: [...at, key], agents: 1 } : { ...before, agents: before.agents + 1 });
      return false;
    });
    return Object.fromEntries(kept);
  };
  const agent = (value: unknown, at: ConfigPath): unknown => {
    const kept = strip(value, 'agent', at);
    return isMapping(kept) && 'backend' in kept ? { ...kept, backend: strip(kept.backend, 'backend', [...at, 'backend']) } : kept;
  };
  const orchestrator = (value: unknown): unknown => {
    const kept = strip(value, 'orchestrator', ['orchestrator']);
    if (!isMapping(kept) || !('coordination' in kept)) return kept;
    return { ...kept, coordination: strip(kept.coordination, 'coordination', ['orchestrator', 'coordination']) };
  };
  const top = strip(raw, 'top', []) as Mapping;
  const result: Mapping = { ...top };
  if ('agents' in top && Array.isArray(top.agents)) result.agents = top.agents.map((each, index) => agent(each, ['agents', index]));
  if ('agent' in top) result.agent = agent(top.agent, ['agent']);
  if ('timeout_settings' in top) result.timeout_settings = strip(top.timeout_settings, 'timeout', ['timeout_settings']);
  if ('orchestrator' in top) result.orchestrator = orchestrator(top.orchestrator);
  for (const { key, path: at, agents } of seen.values()) {
    report.warn(at, `not used yet: ${pathText(at)}${agents > 1 ? ` (and of ${agents - 1} more)` : ''}`, {
      part: 'key',
      hint: insteadOf[key],
    });
  }
  return result;
}
