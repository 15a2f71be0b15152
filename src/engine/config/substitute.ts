/** `${NAME}` and `${NAME:-default}` in the strings of a configuration. */
import { valueAt } from './document.js';
import type { ConfigPath } from './problem.js';

export type Env = Readonly<Record<string, string | undefined>>;

/** `$${…}` stands for a literal `${…}`; what is not a name (`${a.b}`) is left as it is. */
const REFERENCE = /(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/** Where a text is nothing but one reference without a default: the name. */
export function soleReference(text: string): string | undefined {
  return /^\s*\$\{([A-Za-z_][A-Za-z0-9_]*)\}\s*$/.exec(text)?.[1];
}

/** Whether the text at a path is nothing but one reference, with or without a default. */
export function hasOneReference(value: unknown, at: ConfigPath): boolean {
  return /^\s*\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}\s*$/.test(String(valueAt(value, at)));
}

export function substitute(text: string, env: Env): { text: string; used: string[]; unset: string[] } {
  const used: string[] = [];
  const unset: string[] = [];
  const result = text.replace(REFERENCE, (whole, doubled: string, name: string, fallback: string | undefined) => {
    if (doubled !== '') return whole.slice(1);
    const value = lookUp(name, fallback, env);
    if (value === undefined) unset.push(name);
    else if (env[name] !== undefined) used.push(name);
    return value ?? whole;
  });
  return { text: result, used, unset };
}

/** As in a shell: with a default, an empty variable counts as unset. */
function lookUp(name: string, fallback: string | undefined, env: Env): string | undefined {
  const value = env[name];
  return fallback !== undefined && (value === undefined || value === '') ? fallback : value;
}

/** A copy with all strings substituted, save those at paths that `skip` names; `seen` is told of each text that had references. */
export function substituteAll(
  value: unknown,
  env: Env,
  seen: (path: ConfigPath, found: { used: string[]; unset: string[] }) => void,
  skip: (path: ConfigPath) => boolean = () => false,
): unknown {
  const walk = (at: unknown, path: ConfigPath): unknown => {
    if (skip(path)) return at;
    if (typeof at === 'string') {
      const { text, used, unset } = substitute(at, env);
      if (used.length + unset.length > 0) seen(path, { used, unset });
      return text === at || unset.length > 0 ? text : typed(at, text, path);
    }
    if (Array.isArray(at)) return at.map((item, index) => walk(item, [...path, index]));
    if (typeof at !== 'object' || at === null) return at;
    return Object.fromEntries(Object.entries(at).map(([key, inner]) => [key, walk(inner, [...path, key])]));
  };
  return walk(value, []);
}

/** Keys that hold text even where it looks like a number. */
const TEXT = new Set([
  'id',
  'label',
  'name',
  'type',
  'model',
  'base_url',
  'azure_endpoint',
  'api_version',
  'system_message',
  'scenario',
  'command',
  'user',
  'stop',
]);

/** `max_cost_usd: ${BUDGET}` is a number where BUDGET is one. */
function typed(written: string, text: string, path: ConfigPath): unknown {
  if (!/^\s*\$\{[^}]*\}\s*$/.test(written) || TEXT.has(String(path.at(-1)))) return text;
  if (/^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(text)) return Number(text);
  return text === 'true' ? true : text === 'false' ? false : text;
}
