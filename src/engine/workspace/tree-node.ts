/** A git tree in memory: what a few changed files make of it is worked out without a process. */
import type { TreeId } from '../../protocol/events.js';
import { damagedStore, git } from './git.js';
import { readLoose } from './loose.js';
import { type Format, idOf, writeObject } from './objects.js';
import { fieldsOf, isUnsafeName, type PathBytes, readable } from './path-bytes.js';
import type { Entry } from './raw.js';

/** Never changed: a changed tree is a new node that shares what stayed. */
export interface TreeNode {
  id: TreeId;
  children: ReadonlyMap<PathBytes, Entry | TreeNode>;
}

export const isFolder = (child: Entry | TreeNode | undefined): child is TreeNode => child !== undefined && 'children' in child;

interface Growing {
  id: TreeId;
  children: Map<PathBytes, Entry | TreeNode>;
}

/**
 * `near`: a tree that has most of it; what both have is shared. Throws where git cannot read it.
 * Invariant: its paths are safe to be joined to a folder, whoever made the tree: a store may have come along with a folder.
 */
export async function loadTree(gitDir: string, tree: TreeId, near?: TreeNode, signal?: AbortSignal): Promise<TreeNode> {
  return fromFiles(gitDir, tree, near) ?? (await fromGit(gitDir, tree, signal));
}

/** Undefined where some of it is in a pack, or is none that git makes. */
function fromFiles(gitDir: string, id: TreeId, near: TreeNode | undefined): TreeNode | undefined {
  if (near?.id === id) return near;
  const bytes = readLoose(gitDir, 'tree', id);
  if (bytes === undefined) return undefined;
  const children = new Map<PathBytes, Entry | TreeNode>();
  for (const [name, entry] of entriesIn(bytes, id.length / 2)) {
    if (isUnsafeName(name)) return undefined;
    const other = near?.children.get(name);
    const child = entry.mode === '40000' ? fromFiles(gitDir, entry.id, isFolder(other) ? other : undefined) : entry;
    if (child === undefined) return undefined;
    children.set(name, child);
  }
  return { id, children };
}

/** The rows of a tree object: `mode name`, a zero, and the id in bytes. What is none has a row without a name. */
function* entriesIn(tree: Buffer, idBytes: number): Generator<[PathBytes, Entry]> {
  for (let at = 0; at < tree.length; ) {
    const [space, zero] = [tree.indexOf(0x20, at), tree.indexOf(0, at)];
    const end = zero + 1 + idBytes;
    if (space < at || zero < space || end > tree.length) return yield ['', { mode: '', id: '' }];
    yield [tree.toString('latin1', space + 1, zero), { mode: tree.toString('latin1', at, space), id: tree.toString('hex', zero + 1, end) }];
    at = end;
  }
}

async function fromGit(gitDir: string, tree: TreeId, signal: AbortSignal | undefined): Promise<TreeNode> {
  const top: Growing = { id: tree, children: new Map() };
  const folders = new Map<PathBytes, Growing>([['', top]]);
  for (const row of fieldsOf(await git(['ls-tree', '-r', '-t', '-z', '--full-tree', tree], { gitDir, ...(signal && { signal }) }))) {
    const tab = row.indexOf('\t');
    const [mode = '', , id = ''] = row.slice(0, tab).split(' ');
    const path = row.slice(tab + 1);
    const slash = path.lastIndexOf('/');
    const parent = slash === 0 ? undefined : folders.get(path.slice(0, Math.max(0, slash)));
    const name = path.slice(slash + 1);
    // Its folder did not come before it where a name has a slash in it.
    if (!parent || isUnsafeName(name)) throw damagedStore(gitDir, `a tree of it has the name ${JSON.stringify(readable(path))}`);
    const node: Growing = { id, children: new Map() };
    if (mode === '040000') folders.set(path, node);
    parent.children.set(name, mode === '040000' ? node : { mode, id });
  }
  return top;
}

/** The tree of these files, which come in the order that an index has them; nothing is written. */
export function treeOf(format: Format, files: Iterable<readonly [PathBytes, Entry]>): TreeNode {
  const top: Growing = { id: '', children: new Map() };
  /** The folders from the top to where the last file is, with their paths. */
  let open: { path: PathBytes; node: Growing }[] = [{ path: '', node: top }];
  const close = (left: number): void => {
    for (const { node } of open.slice(left).reverse()) node.id = idOf(format, 'tree', serialized([...node.children]));
    open = open.slice(0, left);
  };
  for (const [path, entry] of files) {
    while (!path.startsWith(open.at(-1)?.path ?? '')) close(open.length - 1);
    let { path: folder, node } = open.at(-1) ?? { path: '', node: top };
    for (let slash = path.indexOf('/', folder.length); slash >= 0; slash = path.indexOf('/', folder.length)) {
      const child: Growing = { id: '', children: new Map() };
      node.children.set(path.slice(folder.length, slash), child);
      [folder, node] = [path.slice(0, slash + 1), child];
      open.push({ path: folder, node });
    }
    node.children.set(path.slice(folder.length), entry);
  }
  close(0);
  return top;
}

/** Every folder of it, itself included. */
export function* foldersIn(node: TreeNode): Generator<TreeNode> {
  yield node;
  for (const child of node.children.values()) if (isFolder(child)) yield* foldersIn(child);
}

/** Writes the folder's own object, not those in it. */
export const writeFolderObject = (gitDir: string, format: Format, { children }: TreeNode): string =>
  writeObject(gitDir, format, 'tree', serialized(inOrder(children)));

/** What is at `path`. */
export function entryAt(top: TreeNode, path: PathBytes): Entry | TreeNode | undefined {
  let at: Entry | TreeNode | undefined = top;
  for (const part of path.split('/')) at = isFolder(at) ? at.children.get(part) : undefined;
  return at;
}

/** The file that is at `path`. */
export function fileAt(top: TreeNode, path: PathBytes): Entry | undefined {
  const found = entryAt(top, path);
  return isFolder(found) ? undefined : found;
}

/** Every file with its path, in the order that an index has them. */
export function* filesOf(node: TreeNode, folder: PathBytes = ''): Generator<[PathBytes, Entry]> {
  for (const [name, child] of inOrder(node.children)) {
    if (isFolder(child)) yield* filesOf(child, `${folder}${name}/`);
    else yield [folder + name, child];
  }
}

type Edits = ReadonlyMap<PathBytes, Entry | undefined>;

/** `top` with `edits` made to it (undefined removes a file), its new trees written into the store. What is added takes the place of what is in its way. */
export function editNode(gitDir: string, format: Format, top: TreeNode, edits: Edits): TreeNode {
  return edited(gitDir, format, top, edits) ?? { id: writeObject(gitDir, format, 'tree', new Uint8Array()), children: new Map() };
}

/** Undefined where nothing is left in the folder: git has no empty ones. */
function edited(gitDir: string, format: Format, node: TreeNode | undefined, edits: Edits): TreeNode | undefined {
  const children = new Map(node?.children);
  for (const [name, { own, below }] of byName(edits)) {
    const child = children.get(name);
    const folder = isFolder(child) ? child : undefined;
    const left = below ? edited(gitDir, format, folder, below) : folder;
    const file = isFolder(child) || own === 'removed' ? undefined : child;
    const next = own !== undefined && own !== 'removed' ? own : (left ?? file);
    if (next === undefined) children.delete(name);
    else children.set(name, next);
  }
  if (children.size === 0) return undefined;
  return { id: writeObject(gitDir, format, 'tree', serialized(inOrder(children))), children };
}

interface OfName {
  own?: Entry | 'removed';
  below?: Map<PathBytes, Entry | undefined>;
}

/** Edits by the first part of their path. */
function byName(edits: Edits): Map<PathBytes, OfName> {
  const names = new Map<PathBytes, OfName>();
  for (const [path, entry] of edits) {
    const slash = path.indexOf('/');
    const name = slash < 0 ? path : path.slice(0, slash);
    const of = names.get(name) ?? {};
    names.set(name, of);
    if (slash < 0) of.own = entry ?? 'removed';
    else {
      of.below ??= new Map();
      of.below.set(path.slice(slash + 1), entry);
    }
  }
  return names;
}

/** Git's order: by bytes, a folder as if its name ended in a slash. */
function inOrder(children: TreeNode['children']): [PathBytes, Entry | TreeNode][] {
  const key = ([name, child]: [PathBytes, Entry | TreeNode]) => (isFolder(child) ? `${name}/` : name);
  const rows = [...children];
  const keys = rows.map(key);
  // They mostly are.
  if (keys.every((key, at) => at === 0 || (keys[at - 1] ?? '') < key)) return rows;
  return rows.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function serialized(inOrder: readonly (readonly [PathBytes, Entry | TreeNode])[]): Uint8Array {
  const idBytes = (inOrder[0]?.[1].id.length ?? 0) / 2;
  const ids = Buffer.from(inOrder.map(([, { id }]) => id).join(''), 'hex').toString('latin1');
  const rows = inOrder.map(
    ([name, child], at) => `${isFolder(child) ? '40000' : child.mode} ${name}\0${ids.slice(at * idBytes, (at + 1) * idBytes)}`,
  );
  return Buffer.from(rows.join(''), 'latin1');
}
