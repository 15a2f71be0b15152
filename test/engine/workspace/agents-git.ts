/** Git as an agent runs it in its workspace: with the workspace's environment and nothing inherited of git's. */
import { execFileSync } from 'node:child_process';
import type { Workspace } from '../../../src/engine/workspace/store.js';

export function agentsGit({ cwd, env }: Pick<Workspace, 'cwd' | 'env'>, ...args: string[]): string {
  const kept = Object.entries(process.env).filter(([key]) => !key.startsWith('GIT_'));
  return execFileSync('git', args, {
    cwd,
    env: { ...Object.fromEntries(kept), GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
