/** What this machine lacks for some rows, in words. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Need } from './row.js';

const program = (name: string) => () => (works(name, ['--version']) ? undefined : `${name} is not there`);

const LACKS: Readonly<Record<Need, () => string | undefined>> = {
  root: () => (process.getuid?.() === 0 ? undefined : 'only root can do that'),
  mount: () => (canMount() ? undefined : 'nothing may be mounted here'),
  modes: () => (process.platform === 'win32' ? 'permissions mean nothing on Windows' : undefined),
  linux: () => (process.platform === 'linux' ? undefined : 'it is made by means of Linux'),
  cargo: program('cargo'),
  'git-lfs': program('git-lfs'),
  npm: program('npm'),
  pnpm: program('pnpm'),
  yarn: program('yarn'),
  uv: program('uv'),
};

const known = new Map<Need, string | undefined>();

/** The first of these needs that is not met. */
export function lacking(needs: readonly Need[]): string | undefined {
  for (const need of needs) if (!known.has(need)) known.set(need, LACKS[need]());
  return needs.map((need) => known.get(need)).find((why) => why !== undefined);
}

function works(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore', shell: process.platform === 'win32' });
    return true;
  } catch {
    // Whatever the reason, it cannot be used.
    return false;
  }
}

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const at = join(mkdtempSync(join(tmpdir(), 'massgen-mount-')), 'm');
  mkdirSync(at);
  try {
    return works('mount', ['-t', 'tmpfs', 'none', at]) && works('umount', [at]);
  } finally {
    rmSync(join(at, '..'), { recursive: true, force: true });
  }
}
