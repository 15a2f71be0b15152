/** Brings what checks need and git ignores into a workspace: installed packages by links to the person's own, and what `.worktreeinclude` names. */
import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bringing, bring, copyTree, isOwnPlace, ownFolder, unlessOutOfReach } from './bring.js';
import { bringComposer } from './composer-packages.js';
import { type DependencyFolder, dependencyFolders, PASSED_OVER } from './dependency-folders.js';
import { copyIncluded } from './included-files.js';
import { bringPackages } from './node-packages.js';
import { dependentsOfOurs } from './own-dependents.js';
import { bringMap } from './plug-n-play.js';
import { bringEnvironment, bringPaths } from './python-environment.js';
import { bringSources } from './source-packages.js';

export interface DependencyOptions {
  /** The root of what was captured. */
  from: string;
  /** The root of the workspace. */
  to: string;
  /** Where the workspace will be in the end, if it is made elsewhere. */
  at?: string;
  /** The open folder in it. */
  prefix: string;
  mode: 'link' | 'copy' | 'none';
  /** Which of these paths git ignores in `from`. */
  ignored(paths: readonly string[]): Promise<Set<string>>;
  signal?: AbortSignal;
}

/** What is installed in a folder, whatever workspace it is brought into. */
export interface Installed {
  folders: DependencyFolder[];
  /** Packages in them that depend on packages of the folder itself. */
  dependents: ReadonlySet<string>;
}

export async function installedIn(options: Pick<DependencyOptions, 'from' | 'prefix' | 'mode' | 'ignored'>): Promise<Installed> {
  if (options.mode === 'none') return { folders: [], dependents: new Set() };
  const folders = await ignoredFolders(options);
  const modules = folders.filter(({ kind }) => kind === 'packages').map(({ path }) => join(options.from, path));
  return { folders, dependents: options.mode === 'link' ? await dependentsOfOurs(options.from, modules) : new Set() };
}

export interface Linked {
  /** Absolute real folders outside the workspace that links lead to. */
  linkedRoots: string[];
  /** Paths in the workspace, relative to its root, that are not the workspace's own. */
  links: string[];
}

/**
 * Invariant: nothing is written through what is linked, as every folder that a tool writes to is the workspace's own; what a command
 * nevertheless writes below a link is held by the sandbox.
 */
export async function linkDependencies(options: DependencyOptions, installed = installedIn(options)): Promise<Linked> {
  const { from, mode, ignored, signal } = options;
  const to = await realpath(options.to);
  await copyIncluded({ from, to, ignored, passedOver: PASSED_OVER });
  if (mode === 'none') return { linkedRoots: [], links: [] };
  const { folders, dependents } = await installed;
  const [roots, outside] = [new Set<string>(), new Set<string>()];
  for (const { path, home, kind } of folders) {
    signal?.throwIfAborted();
    const base = await unlessOutOfReach(() => realpath(join(from, path)));
    // A folder that the candidate removed, or made a link, gets no dependencies.
    if (base === undefined || !(await hasPlace(to, home, path))) continue;
    const how: Bringing = { from, to, at: options.at ?? to, base, mode, outside, ...(signal && { signal }) };
    await bringFolder(kind, join(to, path), how, dependents);
    if (mode === 'link' && !OWN.has(kind)) roots.add(base);
  }
  return { linkedRoots: [...roots, ...outside], links: folders.map(({ path }) => path) };
}

/** Of these the workspace has all itself. */
const OWN: ReadonlySet<DependencyFolder['kind']> = new Set(['copied', 'map', 'paths']);

/** What lies between the package and what it has installed (`vendor` of `vendor/bundle`) may hold nothing else, and is in no tree then. */
async function hasPlace(to: string, home: string, path: string): Promise<boolean> {
  if (!(await isOwnPlace(to, join(home, 'in it')))) return false;
  for (let at = path.indexOf('/', home.length + 1); at > 0; at = path.indexOf('/', at + 1))
    if (!(await ownFolder(join(to, path.slice(0, at))))) return false;
  return true;
}

async function bringFolder(kind: DependencyFolder['kind'], target: string, how: Bringing, own: ReadonlySet<string>): Promise<void> {
  if (kind === 'packages') return bringPackages(how.base, target, how, own);
  if (kind === 'environment') return bringEnvironment(how.base, target, how);
  if (kind === 'composer') return bringComposer(how.base, target, how);
  if (kind === 'sources') return bringSources(how.base, target, how);
  if (kind === 'map') return bringMap(how.base, target, how);
  if (kind === 'paths') return bringPaths(how.base, target, how);
  const isFolder = (await stat(how.base)).isDirectory();
  return kind === 'copied' && isFolder ? copyTree(how.base, target, how) : bring(how.base, target, isFolder ? 'folder' : 'file', how);
}

/** Ignored as a whole, or by a `.gitignore` inside, as Python and uv make one in an environment. */
async function ignoredFolders({
  from,
  prefix,
  ignored,
}: Pick<DependencyOptions, 'from' | 'prefix' | 'ignored'>): Promise<DependencyFolder[]> {
  const found = await dependencyFolders(from, prefix);
  if (found.length === 0) return [];
  const inside = (path: string): string => `${path}/pyvenv.cfg`;
  const environments = found.filter(({ kind }) => kind === 'environment').map(({ path }) => inside(path));
  const answers = await ignored([...found.map(({ path }) => path), ...environments]);
  return found.filter(({ path }) => answers.has(path) || answers.has(inside(path)));
}
