/** How a captured folder differs from the person's last commit, in numbers. */
import { join } from 'node:path';
import type { BaseSummary, TreeId } from '../../protocol/events.js';
import { alternates, objectFolders } from './borrow.js';
import { git, runGit } from './git.js';
import type { Layout, Theirs } from './layout.js';
import { fieldsOf, type PathBytes } from './path-bytes.js';

interface Captured {
  layout: Layout;
  theirs: Theirs | undefined;
  /** The tree of the last commit; '' or undefined where there is none. */
  head: string | undefined;
  tree: TreeId;
  tracked: ReadonlySet<PathBytes>;
  /** What is not captured whatever it is. */
  isLeftOut(path: PathBytes): boolean;
}

type Counts = Pick<BaseSummary, 'changed' | 'untracked'>;

/** Without a commit everything that is tracked is a change. */
export async function summaryOf(captured: Captured): Promise<Counts> {
  const { layout, head, tree, tracked } = captured;
  const compared = head ? await sinceCommit(captured, head) : undefined;
  if (compared) return compared;
  const paths = fieldsOf(await git(['ls-tree', '-r', '-z', '--full-tree', '--name-only', tree], { gitDir: layout.gitDir }));
  const changed = paths.filter((path) => tracked.has(path)).length;
  return { changed, untracked: paths.length - changed };
}

const GITLINK = /^:160000 /;

/** Undefined where the commit cannot be read, as in a damaged clone. */
async function sinceCommit({ layout, theirs, tree, tracked, isLeftOut }: Captured, head: string): Promise<Counts | undefined> {
  if (head === tree) return { changed: 0, untracked: 0 };
  // The commit's trees are not ours; they are read where they are, for this one question.
  const folders = theirs ? await objectFolders(join(theirs.commonDir, 'objects')) : [];
  const env = alternates(folders);
  const args = ['diff-tree', '-r', '-z', '--raw', '--no-renames', head, tree];
  const { code, out } = await runGit(args, { gitDir: layout.gitDir, env });
  if (code !== 0) return undefined;
  const fields = fieldsOf(out);
  const rows = fields.flatMap((head, at) => (at % 2 === 0 ? [{ head, path: fields[at + 1] ?? '' }] : []));
  // A submodule is captured as its files; they are no changes.
  const modules = rows.filter((row) => GITLINK.test(row.head)).map((row) => `${row.path}/`);
  const real = rows.filter(
    ({ head, path }) => !GITLINK.test(head) && !isLeftOut(path) && !modules.some((folder) => path.startsWith(folder)),
  );
  const untracked = real.filter(({ head, path }) => head.endsWith(' A') && !tracked.has(path)).length;
  return { changed: real.length - untracked, untracked };
}
