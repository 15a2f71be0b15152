/** What is left out of the base: what git ignores for the person, what .massgenignore names, and what looks like a secret. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import picomatch from 'picomatch';
import { isMissing } from './disk.js';
import { gitText } from './git.js';
import type { PathBytes } from './path-bytes.js';

/** The person's own list for all repositories (`core.excludesFile`), or where git looks by default. */
export async function excludesFileOf(folder: string): Promise<string> {
  const asked = ['config', '--type=path', '--get', 'core.excludesFile'];
  const named = await gitText(asked, { cwd: folder, ownConfig: true, okCodes: [0, 1, 128] });
  return excludesPath(folder, named.replace(/\n$/, ''));
}

/** `named`: as it is configured; '' where it is not. */
export function excludesPath(folder: string, named: string): string {
  const path = named || join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'git', 'ignore');
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : isAbsolute(path) ? path : join(folder, path);
}

/**
 * All rules that git does not find in the folder itself, as the store's `info/exclude`; what comes later wins.
 * `massgen`: those of `.massgenignore` alone, which hold for tracked files too.
 */
export async function rulesFor(options: {
  root: string;
  prefix: string;
  excludesFile: string;
  /** The person's `info/exclude`; absent where there is no repository, and so nobody said what is to be ignored. */
  exclude?: string;
}): Promise<{ all: string; massgen: string }> {
  const { root, prefix, excludesFile, exclude } = options;
  const [everywhere, here, atRoot, inFolder] = await Promise.all([
    textOf(excludesFile),
    exclude === undefined ? INSTALLED : textOf(exclude),
    textOf(join(root, '.massgenignore')),
    prefix === '' ? '' : textOf(join(root, prefix, '.massgenignore')),
  ]);
  const massgen = [atRoot, below(inFolder, prefix)].filter(Boolean).join('\n');
  return { all: [everywhere, here, massgen, '.massgen', ''].join('\n'), massgen };
}

/** What package managers and tools put into a folder. */
const INSTALLED = ['node_modules/', '.venv/', 'venv/', '__pycache__/', '.mypy_cache/', '.pytest_cache/', '.tox/', '.DS_Store'].join('\n');

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error) || (error as NodeJS.ErrnoException).code === 'EISDIR') return '';
    throw error;
  }
}

/** Rules of a folder, as rules of the root. */
function below(text: string, prefix: string): string {
  const folder = prefix.replace(/[\\*?[]/g, '\\$&');
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines
    .map((line) => {
      const [not, rule] = line.startsWith('!') ? ['!', line.slice(1)] : ['', line];
      const anchored = rule.trimEnd().slice(0, -1).includes('/');
      return `${not}/${folder}/${anchored ? rule.replace(/^\//, '') : `**/${rule}`}`;
    })
    .join('\n');
}

/** Names of files that mostly hold secrets: keys, tokens, passwords. */
const SECRET =
  /(^|\/)(\.env(\..+|rc)?|.+\.env|\.netrc|_netrc|\.npmrc|\.pypirc|\.git-credentials|\.pgpass|\.my\.cnf|\.htpasswd|\.dockercfg|\.vault-token|id_(rsa|dsa|ecdsa|ed25519)(_sk)?|.+\.(pem|key|p12|pfx|p8|jks|keystore|ppk|kdbx|tfvars|tfstate|ovpn|agekey)|(aws|gcloud)?[-_.]?credentials(\.json|\.csv)?|client_secret.*\.json|service[-_]account.*\.json|secrets?\.(json|ya?ml|toml|env))$/i;
const HARMLESS = /(\.(example|sample|template|tmpl|dist|defaults?|pub)|(^|[._-])(example|sample|template)\.[a-z]+)$/i;

/** Looks like a file of secrets, by its name. What is tracked is the person's own decision and is not asked about. */
export const looksLikeSecret = (path: PathBytes): boolean => SECRET.test(path) && !HARMLESS.test(path);

/** Tells which paths `.worktreeinclude` names: the person wants them in workspaces. */
export async function included(root: string): Promise<(path: string) => boolean> {
  const lines = (await textOf(join(root, '.worktreeinclude'))).split('\n').map((line) => line.trim());
  const rules = lines.filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('!'));
  const globs = rules.flatMap((rule) => {
    const plain = rule.replace(/^\//, '').replace(/\/$/, '');
    return plain.includes('/') || rule.startsWith('/') ? [plain, `${plain}/**`] : [plain, `**/${plain}`, `**/${plain}/**`];
  });
  return globs.length === 0 ? () => false : picomatch(globs, { dot: true });
}
