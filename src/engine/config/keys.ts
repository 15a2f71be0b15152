/** Reads the keys that a configuration points to, each time they are needed, and knows which values must never be shown. */
import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { AgentSpec, KeySource } from '../../protocol/events.js';
import { FailureError, fail } from '../../protocol/failure.js';
import { parseSource, valueAt } from './document.js';
import { pathText } from './problem.js';
import { type Env, substitute } from './substitute.js';

type ReadText = (file: string) => Promise<string>;

const readText: ReadText = (file) => readFile(file, 'utf8');

/**
 * The key itself, read now; undefined where none is needed.
 * Throws a FailureError with code `auth` that names the variable, or the file and the place in it, where the key is gone.
 */
export async function resolveKey(source: KeySource, env: Env, read: ReadText = readText): Promise<string | undefined> {
  if (source.from === 'none') return undefined;
  if (source.from === 'env') {
    const value = env[source.name]?.trim();
    if (value) return value;
    throw fail('auth', `The key is missing: ${source.name} is not set.`, {
      hint: `Set ${source.name} in the environment or in a .env file of the folder.`,
    });
  }
  const place = `${source.file}: ${pathText(source.path)}`;
  const written = await keyInFile(source.file, source.path, read);
  if (written === undefined)
    throw fail('auth', `The key is gone: there is nothing at ${place}.`, {
      hint: 'Put it there again, or point api_key to an environment variable.',
    });
  const { text, unset } = substitute(written, env);
  if (unset.length > 0)
    throw fail('auth', `The key at ${place} needs ${unset.join(', ')}, which is not set.`, {
      hint: `Set ${unset.join(', ')} in the environment.`,
    });
  if (text.trim() === '') throw fail('auth', `The key at ${place} is empty.`, { hint: 'Set the variable that it names.' });
  return text.trim();
}

/**
 * What of the person's a key is made of: names of variables that are set, or the place of a key in plain text. Nothing where it is none,
 * is not there, or lies in plain text in the folder itself.
 */
export async function keysIn(source: KeySource, env: Env, folder: string, read: ReadText = readText): Promise<string[]> {
  if (source.from === 'none') return [];
  if (source.from === 'env') return env[source.name]?.trim() ? [source.name] : [];
  const written = await keyInFile(source.file, source.path, read);
  if (written === undefined || isPlaceholder(written)) return [];
  const { used, unset } = substitute(written, env);
  if (unset.length > 0 || (await isInside(source.file, folder))) return used;
  return [...used, `${source.file}: ${pathText(source.path)}`];
}

/** Wherever links lead: a log that came along with a folder could name one. */
async function isInside(file: string, folder: string): Promise<boolean> {
  const [real, root] = await Promise.all([realpath(file), realpath(folder)]);
  return !path.relative(root, real).startsWith('..') && !path.isAbsolute(path.relative(root, real));
}

async function keyInFile(file: string, path: (string | number)[], read: ReadText): Promise<string | undefined> {
  try {
    const value = valueAt(parseSource(file, await read(file)).value, path);
    return typeof value === 'string' && value.trim() !== '' ? value : undefined;
  } catch (error) {
    // A file that is gone or no longer valid has no key: the caller says so, with its name.
    if (error instanceof FailureError || (error as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw error;
  }
}

/** Values that stand in for a key where a server wants none. */
const PLACEHOLDERS = new Set([
  'empty',
  'none',
  'not-needed',
  'not_needed',
  'no-key',
  'no-key-required',
  'sk-no-key-required',
  'lm-studio',
  'lmstudio',
  'ollama',
  'your-api-key',
  'changeme',
]);

export const isPlaceholder = (key: string): boolean => PLACEHOLDERS.has(key.trim().toLowerCase());

const SECRET_NAME =
  /(^|[_-])(api_?keys?|\w*keys?|tokens?|pats?|secrets?|passwords?|passwd|passphrase|pwd|credentials?|auth)$|apikey|access_?token|secret|password/i;
const NOT_SECRET = /(^pwd|^oldpwd)$|(_|-)(file|path|dir|url|uri|id|name|sock|type|length|limit|count|ttl|expiry|algorithm)$|max_?tokens/i;

/** Whether a variable or a setting of this name probably holds a secret. */
export const looksSecret = (name: string): boolean => SECRET_NAME.test(name) && !NOT_SECRET.test(name);

/**
 * Every secret value that is known, longest first, to be taken out of all that is recorded or shown:
 * the agents' keys, values of variables whose names look like keys, and passwords inside URLs.
 */
export async function secretsOf(env: Env, agents: readonly AgentSpec[], read: ReadText = readText): Promise<string[]> {
  const found = new Set<string>();
  for (const { backend } of agents) {
    const key = await resolveKey(backend.key, env, read).catch(goneIsNone);
    if (key !== undefined && key.length >= 6 && !isPlaceholder(key)) found.add(key);
  }
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue;
    const secret = looksSecret(name) ? value.trim() : passwordIn(value);
    if (secret !== undefined && secret.length >= 8 && !isPlaceholder(secret) && !isHarmless(secret)) found.add(secret);
  }
  return [...found].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
}

/** A key that is not there needs no hiding; anything else is a bug. */
function goneIsNone(error: unknown): undefined {
  if (error instanceof FailureError && error.failure.code === 'auth') return undefined;
  throw error;
}

function passwordIn(value: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:([^\s/@]+)@/i.exec(value)?.[1];
}

/** Plain numbers and words of settings are in every output: taking them out would only garble it. */
function isHarmless(value: string): boolean {
  return /^\d{1,9}$/.test(value) || /^(disabled|enabled|required|optional|preferred)$/i.test(value);
}
