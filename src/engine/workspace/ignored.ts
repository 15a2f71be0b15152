/** What is left out of the base: what git ignores for the person, what .massgenignore names, and what looks like a secret. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import picomatch from 'picomatch';
import { isMissing } from './disk.js';
import { gitText } from './git.js';
import type { Layout } from './layout.js';

/** Writes the store's own exclude file: one place for the rules that git would not find by itself. */
export async function writeExcludes(layout: Layout): Promise<void> {
  const { theirs, folder, prefix, gitDir } = layout;
  const parts = await Promise.all([
    excludesFile(layout),
    theirs === undefined ? '' : textOf(join(theirs.commonDir, 'info', 'exclude')),
    textOf(join(folder, '.massgenignore')).then((text) => below(text, prefix)),
  ]);
  await mkdir(join(gitDir, 'info'), { recursive: true });
  await writeFile(join(gitDir, 'info', 'exclude'), [...parts, '.massgen/', ''].join('\n'));
}

/** The person's own list (`core.excludesFile`), or where git looks by default. */
async function excludesFile(layout: Layout): Promise<string> {
  const named = await gitText(['config', '--type=path', '--get', 'core.excludesFile'], {
    cwd: layout.folder,
    ownConfig: true,
    okCodes: [0, 1, 128],
  });
  const path = named.trim() || join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'git', 'ignore');
  return textOf(isAbsolute(path) ? path : join(layout.root, path));
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return '';
    throw error;
  }
}

/** Rules of a folder, as rules of the root. */
function below(text: string, prefix: string): string {
  if (prefix === '') return text;
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines
    .map((line) => {
      const [not, rule] = line.startsWith('!') ? ['!', line.slice(1)] : ['', line];
      const anchored = rule.slice(0, -1).includes('/');
      return `${not}/${prefix}/${anchored ? rule.replace(/^\//, '') : `**/${rule}`}`;
    })
    .join('\n');
}

const SECRET =
  /(^|\/)(\.env|\.env\..+|\.netrc|\.pypirc|\.git-credentials|\.pgpass|id_(rsa|dsa|ecdsa|ed25519)|.+\.(pem|p12|pfx|jks|keystore|ppk)|credentials\.json|service[-_]account.*\.json)$/i;
const HARMLESS = /\.(example|sample|template|dist|defaults?|pub)$/i;

/** Looks like a file of secrets, by its name. */
export const looksLikeSecret = (path: string): boolean => SECRET.test(path) && !HARMLESS.test(path);

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
