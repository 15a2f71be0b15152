/** Which files hold edits of the person's own: since the base was taken, or since the last commit. */
import type { TreeId } from '../../protocol/events.js';
import { FailureError } from '../../protocol/failure.js';
import { runGit } from './git.js';
import { type Entry, rawChanges, sameEntry } from './raw.js';
import { listTree } from './trees.js';

/** Of `paths` those that are in `now` and differ there from the base, or from the last commit of the repository at `root`. */
export async function ownEdits(
  store: { gitDir: string; root: string },
  { base, now, paths }: { base: TreeId; now: TreeId; paths: readonly string[] },
): Promise<string[]> {
  if (paths.length === 0) return [];
  const { gitDir, root } = store;
  const [since, commit, entries] = await Promise.all([
    rawChanges(gitDir, base, now, { renames: false }),
    committed(root, paths),
    listTree(gitDir, now, paths),
  ]);
  const edited = new Set(since.map((change) => change.path));
  return paths.filter((path) => {
    const entry = entries.get(path);
    return entry !== undefined && (edited.has(path) || (commit !== undefined && !sameEntry(entry, commit.get(path))));
  });
}

/** Read where it is; undefined where there is no commit, it cannot be read, or the folder is no repository of its own. */
async function committed(root: string, paths: readonly string[]): Promise<Map<string, Entry> | undefined> {
  const { code, out } = await runGit(['rev-parse', '--show-prefix', '--absolute-git-dir', '--verify', '--quiet', 'HEAD^{tree}'], {
    cwd: root,
  });
  const [prefix, gitDir, tree] = Buffer.from(out).toString('utf8').split('\n');
  if (code !== 0 || prefix !== '' || !gitDir || !tree) return undefined;
  try {
    return await listTree(gitDir, tree, paths);
  } catch (error) {
    // A partial or damaged clone: what the commit had is not known.
    if (error instanceof FailureError) return undefined;
    throw error;
  }
}
