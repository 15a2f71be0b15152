/** What this machine lacks for some rows, in words. */
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import type { Need } from './row.js';

const program =
  (name: string, ...args: string[]) =>
  () =>
    works(name, args.length > 0 ? args : ['--version']) ? undefined : `${name} is not there`;
const isRoot = () => process.getuid?.() === 0;

const LACKS: Readonly<Record<Need, () => string | undefined>> = {
  root: () => (isRoot() ? undefined : 'only root can do that'),
  mount: () => (canMount() ? undefined : 'nothing may be mounted here'),
  loop: () => (canLoop() ? undefined : 'no image of a disk may be mounted here'),
  modes: () => (process.platform === 'win32' ? 'permissions mean nothing on Windows' : undefined),
  linux: () => (process.platform === 'linux' ? undefined : 'it is made by means of Linux'),
  cargo: program('cargo'),
  'git-crypt': program('git-crypt'),
  btrfs: program('mkfs.btrfs'),
  xfs: program('mkfs.xfs', '-V'),
  exfat: program('mount.exfat-fuse', '-V'),
  'git-lfs': program('git-lfs'),
  npm: program('npm'),
  pnpm: program('pnpm'),
  yarn: () => (said('yarn', ['--version'])?.startsWith('1.') ? undefined : 'Yarn 1 is not there'),
  uv: program('uv'),
  'yarn-berry': program('yarn-berry'),
  bundle: program('bundle'),
  mix: program('mix'),
  pdm: program('pdm'),
};

const known = new Map<Need, string | undefined>();

/** The first of these needs that is not met. */
export function lacking(needs: readonly Need[]): string | undefined {
  for (const need of needs) if (!known.has(need)) known.set(need, LACKS[need]());
  return needs.map((need) => known.get(need)).find((why) => why !== undefined);
}

const works = (program: string, args: readonly string[]): boolean => said(program, args) !== undefined;

/** What a program prints; undefined where it cannot be used, whatever the reason. */
function said(program: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(program, args, { stdio: ['ignore', 'pipe', 'ignore'], shell: process.platform === 'win32', encoding: 'utf8' });
  } catch {
    return undefined;
  }
}

/** What a program that mounts is started by. Who is not root is so to itself alone, which is enough for what has no device. */
export const namespace = (): [string, string] => ['unshare', isRoot() ? '-m' : '-Urm'];

function canMount(): boolean {
  const [program, how] = namespace();
  return process.platform === 'linux' && works(program, [how, 'mount', '-t', 'tmpfs', 'none', tmpdir()]);
}

/** In a namespace too, as the mount is gone with it, and the device with the mount. */
function canLoop(): boolean {
  if (process.platform !== 'linux' || !isRoot()) return false;
  const script = 'i=$(mktemp) && truncate -s 16M $i && mkfs.ext4 -q $i && mount -o loop $i /mnt; e=$?; rm $i; exit $e';
  return works('unshare', ['-m', 'sh', '-c', script]);
}
