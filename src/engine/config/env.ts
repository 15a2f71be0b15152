/** The environment that keys are read from: the process's own, and under it the `.env` files where MassGen looks for them. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { fail } from '../../protocol/failure.js';
import type { Env } from './substitute.js';

/**
 * The process's environment over the folder's `.env`, over `~/.massgen/.env`, over `~/.config/massgen/.env`.
 * Invariant: nothing is written to `process.env`; commands of agents never see these values, and what lies in a folder does not say where the person's
 * programs, settings and proxies are: with that, a folder could have a secret of the home shown as if it were a tool's.
 */
export async function loadEnv(folder: string, env: Env): Promise<Env> {
  const files = [path.join(configHome(env), '.env'), path.join(home(env), '.massgen', '.env')].map(readEnvFile);
  const [configured, own, folders] = await Promise.all([...files, folderEnv(folder)]);
  return Object.freeze(Object.assign({}, configured, own, folders, defined(env)) as Record<string, string | undefined>);
}

/** What the folder's own `.env` gives. */
export const folderEnv = async (folder: string): Promise<Env> => keysOf(await readEnvFile(path.join(folder, '.env')));

/** Names by which programs find each other, their settings and the network. */
const STEERS =
  /^(PATH|PATHEXT|HOME|USERPROFILE|SHELL|COMSPEC|TMPDIR|TMP|TEMP|USER|LOGNAME|GOPATH|GOMODCACHE|GOROOT|VIRTUAL_ENV|PYTHON\w*|(XDG|LD|DYLD|GIT|NODE|NPM|PIP|SSL)_\w+|\w+_(HOME|ROOT|DIR|PATH|PREFIX|INSTALL|PROXY|CA_BUNDLE|CAINFO|SOCK))$/i;

const keysOf = (env: Env): Env => Object.fromEntries(Object.entries(env).filter(([name]) => !STEERS.test(name)));

/** The user's own folder of configurations. */
export function configHome(env: Env): string {
  const base = env.XDG_CONFIG_HOME;
  return path.join(base !== undefined && path.isAbsolute(base) ? base : path.join(home(env), '.config'), 'massgen');
}

function home(env: Env): string {
  return env.HOME || env.USERPROFILE || homedir();
}

async function readEnvFile(file: string): Promise<Record<string, string | undefined>> {
  try {
    return parseEnv((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    // Most places have no such file, and a virtual environment of Python's may be a folder of that name.
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(code)) return {};
    throw fail('config', `${file} cannot be read (${code || 'unknown error'}).`, {
      hint: 'Make it readable, or move it away.',
      cause: error,
    });
  }
}

function defined(env: Env): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
