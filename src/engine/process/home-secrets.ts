/** What of the person's home no command may read: everything hidden that is no tool, and known places of secrets. */
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { type Environment, toolchains } from './environment.js';

/** Not hidden, yet full of secrets: browsers' profiles, keychains, wallets. */
const VISIBLE_SECRETS = ['snap', 'Library', 'AppData'];

/** Secrets inside folders where tools live. */
const SECRETS_OF_TOOLS = [
  '.cargo/credentials',
  '.cargo/credentials.toml',
  '.sdkman/etc',
  '.bun/install/global/.npmrc',
  '.m2/settings.xml',
  '.m2/settings-security.xml',
];

/** Read by tools that ask the system, not HOME, where home is, or that are reached through links in `bin`. */
const TOOL_PLACES = [
  '.local/share/pipx',
  '.local/share/uv',
  '.local/pipx',
  '.cache/pre-commit',
  '.m2/repository',
  '.m2/wrapper',
  '.gradle/caches',
  '.gradle/wrapper',
  '.nuget/packages',
  '.ghcup',
  '.opam',
  '.elan',
  '.juliaup',
  '.nix-profile',
];

/** What belongs to the programs of a `bin` folder. */
const BESIDE_BIN = ['lib', 'lib64', 'libexec', 'include', 'versions', 'node_modules'];

/** `inner` is `outer` or lies below it. */
export function isWithin(inner: string, outer: string): boolean {
  const path = relative(outer, inner);
  return path === '' || (path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path));
}

/**
 * `hidden`: what cannot be read; `tools`: what below it can. Denied by default, because no list of secret places is ever
 * complete: every hidden entry of the home (`.ssh`, `.aws`, `.netrc`, `.config`, histories …) but for the places of tools.
 * Commands have another HOME, so nothing looks for its settings here.
 */
export function homeSecrets(env: Environment, home: string): { hidden: string[]; tools: string[] } {
  const entries = entriesOf(home).filter((entry) => entry.startsWith('.') || VISIBLE_SECRETS.includes(entry));
  const tools = toolPlaces(env, home);
  const whole = entries.map((entry) => join(home, entry)).filter((path) => !tools.includes(path));
  const inside = SECRETS_OF_TOOLS.map((path) => join(home, path)).filter((path) => existsSync(path));
  return { hidden: [...whole, ...inside], tools: tools.filter((tool) => whole.some((path) => isWithin(tool, path))) };
}

function entriesOf(home: string): string[] {
  try {
    return readdirSync(home);
  } catch {
    // No home to read: nothing in it to hide.
    return [];
  }
}

/** Existing folders below home that tools need: toolchains, what is on PATH and what belongs to it. */
function toolPlaces(env: Environment, home: string): string[] {
  const chains = Object.values(toolchains(env, home)).filter((path) => path !== join(home, '.local'));
  const onPath = [...(env.PATH ?? env.Path ?? '').split(delimiter), join(home, '.local/bin')].filter((entry) => isAbsolute(entry));
  const belongings = onPath.flatMap((entry) => [entry, ...beside(entry, home)]);
  const usual = TOOL_PLACES.map((path) => join(home, path));
  const all = [...chains, ...belongings, ...usual].filter((path) => path !== home && isWithin(path, home) && existsSync(path));
  return [...new Set(all)];
}

/** `~/.foo/1.2/bin` has its parts in `~/.foo/1.2`; in a folder right below home only the parts that are known to be parts are. */
function beside(entry: string, home: string): string[] {
  const above = dirname(entry);
  if (!isWithin(above, home) || above === home) return [];
  return dirname(above) === home ? BESIDE_BIN.map((name) => join(above, name)) : [above];
}
