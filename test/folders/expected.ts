/** What must come of a row, worked out from what is on the disk and what is done, without the engine. */
import type { Tree } from './acts.js';
import { asIs, type Item, type Listing, untouched } from './listing.js';

/** Everything below a folder, by paths relative to it. */
export const below = (listing: Listing, folder: string): Map<string, Item> =>
  folder === ''
    ? new Map(listing)
    : new Map(
        [...listing].flatMap(([path, item]) => (path.startsWith(`${folder}/`) ? [[path.slice(folder.length + 1), item] as const] : [])),
      );

/** A folder as a tree of git, but for what is left out. */
export function treeOf(listing: Listing, left: (path: string) => boolean): Map<string, string> {
  const tree = new Map<string, string>();
  for (const [path, item] of listing) {
    const isFile = item.kind === 'file' && item.id !== '?';
    if (left(path) || path.split('/').includes('.git') || (!isFile && item.kind !== 'link')) continue;
    const executable = (Number.parseInt(item.mode, 8) & 0o100) !== 0;
    tree.set(path, `${item.kind === 'link' ? '120000' : executable ? '100755' : '100644'} ${item.id}`);
  }
  return tree;
}

export function changedPaths(from: Tree, to: Tree): Set<string> {
  return new Set([...from.keys(), ...to.keys()].filter((path) => from.get(path) !== to.get(path)));
}

export interface Moved {
  /** How the folder was, and is. */
  before: Listing;
  now: Listing;
  base: Tree;
  candidate: Tree;
  modeless: boolean;
  /** Links that are plain files here. */
  asLinks: readonly string[];
  /** The open folder: it never goes, as ours is in it. */
  stays: string;
}

/** What must be there after an apply, and what is: both in words, by path. */
export function applied({
  before,
  now,
  base,
  candidate,
  modeless,
  asLinks,
  stays,
}: Moved): [is: Map<string, string>, should: Map<string, string>] {
  const changed = changedPaths(base, candidate);
  const is = new Map([...now].map(([path, item]) => [path, changed.has(path) ? entryOf(item, modeless) : wordsFor(item, path)]));
  const should = new Map<string, string>();
  for (const [path, item] of before) if (item.kind !== 'folder' && !changed.has(path)) should.set(path, wordsFor(item, path));
  for (const path of changed) {
    const entry = candidate.get(path);
    if (entry === undefined) continue;
    const plain = asLinks.includes(path) ? entry.replace('120000', '100644') : entry;
    should.set(path, modeless ? plain.replace('100755', '100644') : plain);
  }
  addFolders(should, before, changed);
  for (const path of stays === '' ? [] : [stays, ...foldersOf(stays)]) should.set(path, 'folder');
  for (const [path, words] of is) if (words === 'folder' && before.get(path)?.kind !== 'folder') is.set(path, 'new folder');
  return [is, should];
}

const wordsFor = (item: Item, path: string): string => (item.kind === 'folder' ? 'folder' : untouched(item, path));

function entryOf(item: Item, modeless: boolean): string {
  if (item.kind !== 'file' && item.kind !== 'link') return item.kind;
  const executable = !modeless && (Number.parseInt(item.mode, 8) & 0o100) !== 0;
  return `${item.kind === 'link' ? '120000' : executable ? '100755' : '100644'} ${item.id}`;
}

/** A folder goes when its last file was removed; an empty one that was there before stays. */
function addFolders(should: Map<string, string>, before: Listing, changed: ReadonlySet<string>): void {
  for (const path of [...should.keys()])
    for (const folder of foldersOf(path)) should.set(folder, before.get(folder)?.kind === 'folder' ? 'folder' : 'new folder');
  const folders = [...before].filter(([path, { kind }]) => kind === 'folder' && !should.has(path)).map(([path]) => path);
  const emptied = (folder: string) => [...changed].some((path) => path.startsWith(`${folder}/`));
  for (const folder of folders.filter((path) => !emptied(path) && !changed.has(path))) {
    should.set(folder, 'folder');
    for (const above of foldersOf(folder)) should.set(above, 'folder');
  }
}

function foldersOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** After an undo: what was not in the apply was not written either. */
export function undone({ before, now, base, candidate }: Moved): [is: Map<string, string>, should: Map<string, string>] {
  const changed = changedPaths(base, candidate);
  const words = (listing: Listing) =>
    new Map([...listing].map(([path, item]) => [path, changed.has(path) ? asIs(item) : untouched(item, path)]));
  return [words(now), words(before)];
}
