/** Finds installed packages that depend on packages of the folder itself: they must be the workspace's own, or they would load the person's code. */
import { readFile, readlink } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { childrenOf, isWithin, unlessOutOfReach } from './bring.js';

/** A package, or an entry of a store of packages, by its folder. */
interface Installed {
  folder: string;
  /** What names it for those that depend on it. */
  name: string;
  needs: ReadonlySet<string>;
}

/** `folders`: every `node_modules` of the folder. Costs next to nothing where none of them links to a package of the folder. */
export async function dependentsOfOurs(root: string, folders: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  const packages = (await Promise.all(folders.map(packagesIn))).flat();
  const ours = (await Promise.all(packages.map((one) => isOurs(one, root).then((is) => (is ? [one.name] : []))))).flat();
  if (ours.length === 0) return found;
  const real = packages.filter(({ kind }) => kind === 'folder');
  const installed = await Promise.all(real.map(async ({ path, name }) => ({ folder: path, name, needs: await needsOf(path) })));
  for (const folder of needing(installed, new Set(ours))) found.add(folder);
  for (const folder of folders) for (const entry of await dependentsInStore(join(folder, '.pnpm'), root)) found.add(entry);
  return found;
}

interface Package {
  path: string;
  /** As it is imported: `@scope/name`. */
  name: string;
  kind: 'folder' | 'link';
}

async function packagesIn(folder: string): Promise<Package[]> {
  const children = await childrenOf(folder);
  const lists = await Promise.all(
    children.map(async ({ name, kind }): Promise<Package[]> => {
      const path = join(folder, name);
      if (kind === 'file' || name.startsWith('.')) return [];
      if (!name.startsWith('@')) return [{ path, name, kind }];
      return kind === 'folder' ? (await packagesIn(path)).map((one) => ({ ...one, name: `${name}/${one.name}` })) : [];
    }),
  );
  return lists.flat();
}

const isOurs = async ({ path, kind }: Package, root: string): Promise<boolean> => kind === 'link' && leadsToOurs(path, root);

async function leadsToOurs(link: string, root: string): Promise<boolean> {
  const to = resolve(dirname(link), (await unlessOutOfReach(() => readlink(link))) ?? '.');
  return isWithin(to, root) && !relative(root, to).split(sep).includes('node_modules');
}

/** Those that need one of `names`, and those that need one of them in turn. */
function needing(installed: readonly Installed[], names: Set<string>): Set<string> {
  const found = new Set<string>();
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const { folder, name, needs } of installed) {
      if (found.has(folder) || ![...needs].some((need) => names.has(need))) continue;
      found.add(folder);
      names.add(name);
    }
  }
  return found;
}

/** What a package says that it needs, and the packages inside of it with it. */
async function needsOf(folder: string): Promise<Set<string>> {
  const inside = await packagesIn(join(folder, 'node_modules'));
  const lists = await Promise.all([manifestNeeds(folder), ...inside.map(({ path }) => needsOf(path))]);
  return new Set(lists.flatMap((list) => [...list]));
}

async function manifestNeeds(folder: string): Promise<string[]> {
  const text = await unlessOutOfReach(() => readFile(join(folder, 'package.json'), 'utf8'));
  if (text === undefined) return [];
  try {
    const manifest: Record<string, unknown> = JSON.parse(text) ?? {};
    const lists = ['dependencies', 'peerDependencies', 'optionalDependencies'].map((key) => manifest[key]);
    return lists.flatMap((list) => (typeof list === 'object' && list !== null ? Object.keys(list) : []));
  } catch (error) {
    // A package whose manifest cannot be read is found by nobody.
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** In pnpm's store an entry is a folder that holds a package and links to what that needs. */
async function dependentsInStore(store: string, root: string): Promise<Set<string>> {
  const lock = await unlessOutOfReach(() => readFile(join(store, 'lock.yaml'), 'utf8'));
  // Only a package that depends on one of the folder's own is locked with a link.
  if (lock !== undefined && !/^ +\S+: link:/m.test(lock.slice(lock.search(/^packages:/m)))) return new Set();
  const entries = (await childrenOf(store)).filter(({ name, kind }) => kind === 'folder' && name !== 'node_modules');
  const installed = await Promise.all(
    entries.map(async ({ name }): Promise<Installed> => {
      const folder = join(store, name);
      const links = (await packagesIn(join(folder, 'node_modules'))).filter(({ kind }) => kind === 'link');
      const needs = await Promise.all(links.map(({ path }) => entryOf(path, store, root)));
      return { folder, name, needs: new Set(needs) };
    }),
  );
  return needing(installed, new Set([OURS]));
}

const OURS = '';

/** The entry of the store that a link leads to, or that it leads to a package of the folder. */
async function entryOf(link: string, store: string, root: string): Promise<string> {
  if (await leadsToOurs(link, root)) return OURS;
  const to = resolve(dirname(link), (await unlessOutOfReach(() => readlink(link))) ?? '.');
  return relative(store, to).split(sep)[0] || basename(to);
}
