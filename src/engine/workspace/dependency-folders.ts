/** Where installed dependencies lie in a folder, and of what kind they are. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { childrenOf } from './bring.js';

export interface DependencyFolder {
  /** Relative to the root, with forward slashes. */
  path: string;
  /** The folder that it is installed for, likewise. */
  home: string;
  kind: 'packages' | 'environment' | 'composer' | 'sources' | 'map' | 'paths' | 'whole' | 'copied';
}

interface Row {
  name: string;
  /** It is what its name says only where this is there too. */
  beside?: string;
  kind: DependencyFolder['kind'];
}

/**
 * The first row that fits decides. Build caches (`target`, `build`, `.next` …) are in no row: checks write to them, and what is in
 * them is made of the person's code. The parts of Yarn's Plug'n'Play know each other by their paths, so they come as copies.
 */
const ROWS: readonly Row[] = [
  { name: 'node_modules', kind: 'packages' },
  ...['.venv', 'venv', 'env'].map((name): Row => ({ name, beside: `${name}/pyvenv.cfg`, kind: 'environment' })),
  ...['.venv', 'venv'].map((name): Row => ({ name, kind: 'whole' })),
  { name: 'vendor', beside: 'vendor/autoload.php', kind: 'composer' },
  { name: 'vendor', kind: 'whole' },
  { name: 'deps', beside: 'mix.exs', kind: 'sources' },
  { name: 'vendor/bundle', kind: 'whole' },
  { name: '.bundle', kind: 'copied' },
  { name: '__pypackages__', kind: 'environment' },
  { name: '.pdm-python', kind: 'paths' },
  { name: 'Pods', kind: 'copied' },
  ...['.pnp.cjs', '.pnp.data.json'].map((name): Row => ({ name, beside: '.pnp.cjs', kind: 'map' })),
  ...['.pnp.loader.mjs', '.yarn/cache', '.yarn/unplugged'].map((name): Row => ({ name, beside: '.pnp.cjs', kind: 'copied' })),
];

/** What is in these is nobody's package. */
export const PASSED_OVER: ReadonlySet<string> = new Set(['.git', '.massgen', 'node_modules', '.venv', 'venv', '__pypackages__', 'Pods']);

/** So deep are packages looked for, below the root and below the open folder. */
const DEPTH = 4;

/** All that are there, sorted; `prefix` is the open folder. */
export async function dependencyFolders(root: string, prefix: string): Promise<DependencyFolder[]> {
  const above = prefix.split('/').map((_, at, parts) => parts.slice(0, at).join('/'));
  const lists = await Promise.all([
    search(root, '', DEPTH),
    ...above.slice(1).map((folder) => search(root, folder, 0)),
    ...(prefix === '' ? [] : [search(root, prefix, DEPTH)]),
  ]);
  const found = new Map(lists.flat().map((folder) => [folder.path, folder]));
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function search(root: string, folder: string, depth: number): Promise<DependencyFolder[]> {
  const children = await childrenOf(join(root, folder));
  const pathOf = (name: string): string => (folder === '' ? name : `${folder}/${name}`);
  const here = rowsFor(new Set(children.map(({ name }) => name)), (path) => existsSync(join(root, folder, path))).map(
    ({ name, kind }): DependencyFolder => ({ path: pathOf(name), home: folder, kind }),
  );
  if (depth === 0) return here;
  const below = children.filter(({ name, kind }) => kind === 'folder' && !PASSED_OVER.has(name) && !name.startsWith('.'));
  const deeper = await Promise.all(below.map(({ name }) => search(root, pathOf(name), depth - 1)));
  return [...here, ...deeper.flat()];
}

function rowsFor(names: ReadonlySet<string>, exists: (path: string) => boolean): Row[] {
  const isThere = (path: string) => names.has(path) || (path.includes('/') && names.has(path.split('/')[0] ?? '') && exists(path));
  const fits = ROWS.filter(({ name, beside }) => isThere(name) && (beside === undefined || isThere(beside)));
  return fits.filter(({ name }, at) => fits.findIndex((other) => other.name === name) === at);
}
