/** A person's folder to test with: real git as they would run it, and the state of all their files. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Files, scratchFolder } from './scratch.js';
import { put } from './scratch-store.js';

/** Runs git as the person does, without what is configured on this machine. */
export function personsGit(cwd: string, ...args: string[]): string {
  const kept = Object.entries(process.env).filter(([key]) => !key.startsWith('GIT_'));
  const env = { ...Object.fromEntries(kept), GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  return execFileSync('git', ['-c', 'user.name=P', '-c', 'user.email=p@p', '-c', 'init.defaultBranch=main', ...args], {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** A repository with these files in one commit; without files there is no commit. */
export async function personsRepository(files: Files = {}, options: { format?: 'sha1' | 'sha256' } = {}): Promise<string> {
  const root = await scratchFolder();
  personsGit(root, 'init', '-q', `--object-format=${options.format ?? 'sha1'}`);
  await put(root, files);
  if (Object.keys(files).length > 0) commitAll(root);
  return root;
}

export function commitAll(root: string, ...more: string[]): void {
  personsGit(root, 'add', '-A');
  personsGit(root, 'commit', '-q', '-m', 'work', ...more);
}

/** Every file below with its content's hash, permissions and links; `but`: names that are passed over. */
export function stateOf(folder: string, but: readonly string[] = ['.massgen']): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (below: string): void => {
    for (const name of readdirSync(join(folder, below))) {
      if (but.includes(name)) continue;
      const path = join(below, name);
      const stat = lstatSync(join(folder, path));
      if (stat.isDirectory()) walk(path);
      else if (stat.isSymbolicLink()) found[path] = `-> ${readlinkSync(join(folder, path))}`;
      else
        found[path] = `${stat.mode.toString(8)} ${createHash('sha1')
          .update(readFileSync(join(folder, path)))
          .digest('hex')}`;
    }
  };
  walk('');
  return found;
}
