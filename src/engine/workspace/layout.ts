/** Where things are: the open folder, the root of what is captured, the person's repository, and our store. */
import { realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { FailureError } from '../../protocol/failure.js';
import { gitText } from './git.js';

export interface Layout {
  folder: string;
  root: string;
  /** `folder` relative to `root`, with forward slashes; '' where they are the same. */
  prefix: string;
  home: string;
  /** The bare repository of ours. */
  gitDir: string;
  format: 'sha1' | 'sha256';
  /** The person's repository; absent where the folder is in none. */
  theirs?: { gitDir: string; commonDir: string; index: string };
}

export async function layoutOf(given: string): Promise<Layout> {
  const folder = await realpath(given);
  const home = join(folder, '.massgen');
  const own = { folder, home, gitDir: join(home, 'store.git') };
  const found = await repositoryOf(folder);
  if (found === undefined) return { ...own, root: folder, prefix: '', format: 'sha1' };
  const { root, format, ...theirs } = found;
  return { ...own, root, prefix: relative(root, folder).split(sep).join('/'), format, theirs };
}

async function repositoryOf(
  folder: string,
): Promise<(NonNullable<Layout['theirs']> & { root: string; format: Layout['format'] }) | undefined> {
  const asked = ['--show-toplevel', '--absolute-git-dir', '--git-common-dir', '--show-object-format', '--git-path', 'index'];
  try {
    const text = await gitText(['rev-parse', '--path-format=absolute', ...asked], { cwd: folder });
    const [top = '', gitDir = '', commonDir = '', format = '', index = ''] = text.split('\n');
    return { root: await realpath(top), gitDir, commonDir, index, format: format === 'sha256' ? 'sha256' : 'sha1' };
  } catch (error) {
    // Not in a repository, in a bare one, or in one that git cannot read: then the folder's files are all there is.
    if (error instanceof FailureError && error.failure.hint === undefined) return undefined;
    throw error;
  }
}
