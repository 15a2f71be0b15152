/** Copies the ignored files that `.worktreeinclude` names into a workspace. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { childrenOf, copyOf, ownFolder } from './bring.js';
import { included } from './ignored.js';

export interface Inclusion {
  from: string;
  to: string;
  ignored(paths: readonly string[]): Promise<Set<string>>;
  /** Names of folders in which nothing is looked for. */
  passedOver: ReadonlySet<string>;
}

/** Invariant: they are copied, never linked: an agent may write them. What the tree has at such a path stays. */
export async function copyIncluded({ from, to, ignored, passedOver }: Inclusion): Promise<void> {
  if (!existsSync(join(from, '.worktreeinclude'))) return;
  const include = await included(from);
  const named = (await filesIn(from, '', passedOver)).filter(include);
  if (named.length === 0) return;
  for (const path of await ignored(named)) if (await ownFolders(to, dirname(path))) await copyOf(join(from, path), join(to, path));
}

async function filesIn(root: string, folder: string, passedOver: ReadonlySet<string>): Promise<string[]> {
  const children = (await childrenOf(join(root, folder))).filter(({ name }) => !passedOver.has(name));
  const pathOf = (name: string): string => (folder === '' ? name : `${folder}/${name}`);
  const below = await Promise.all(
    children.filter(({ kind }) => kind === 'folder').map(({ name }) => filesIn(root, pathOf(name), passedOver)),
  );
  return [...children.filter(({ kind }) => kind === 'file').map(({ name }) => pathOf(name)), ...below.flat()];
}

/** False where something on the way is no real folder: an agent may have put a link there. */
async function ownFolders(root: string, folder: string): Promise<boolean> {
  if (folder === '.') return true;
  return (await ownFolders(root, dirname(folder))) && ownFolder(join(root, folder));
}
