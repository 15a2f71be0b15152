/** Where things are: the open folder, the root of what is captured, the person's repository, and our store. */
import { existsSync } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { fail } from '../../protocol/failure.js';
import { isMissing } from './disk.js';
import { gitPaths, runGit } from './git.js';
import { excludesFileOf, excludesPath } from './ignored.js';
import type { Format } from './objects.js';

/** The person's repository; only ever read. */
export interface Theirs {
  /** Of this working tree. */
  gitDir: string;
  /** What all working trees share; the same where there is only one. */
  commonDir: string;
  index: string;
  format: Format;
}

/** What the file system of a folder can do. */
interface FileSystem {
  /** Whether executable bits mean anything in the folder. */
  modes: boolean;
  /** Whether links are links there; else they are small files, as git has them on Windows. */
  links: boolean;
  /** How git is to look at the folder's files: `-c` arguments. */
  lookConfig: readonly string[];
}

export interface Layout extends FileSystem {
  folder: string;
  root: string;
  /** `folder` relative to `root`, with forward slashes; '' where they are the same. */
  prefix: string;
  home: string;
  /** The bare repository of ours. */
  gitDir: string;
  format: Format;
  /** What the person's repository says of the file system. */
  settings: ReadonlyMap<string, string>;
  /** Their own list of what is ignored everywhere, and when it was asked for. */
  excludes: { file: string; at: number };
  /** Absent where the folder is in no repository. */
  theirs?: Theirs;
}

/** What a store was made for: its trees' paths are relative to that root, whatever repository the folder has come to be in since. */
export interface MadeFor {
  prefix: string;
  format: Format;
}

export const madeForFile = (gitDir: string): string => join(gitDir, 'massgen.json');

export async function layoutOf(given: string): Promise<Layout> {
  const folder = await folderAt(given);
  const home = join(folder, '.massgen');
  const gitDir = join(home, 'store.git');
  const [found, made] = await Promise.all([repositoryOf(folder), madeFor(gitDir)]);
  const root = (made && rootAbove(folder, made.prefix)) ?? found?.root ?? folder;
  const theirs = found?.root === root ? found.theirs : undefined;
  const format = made?.format ?? theirs?.format ?? 'sha1';
  const { settings, excludesFile } = await theirSettings(root, theirs);
  const excludes = { file: excludesFile, at: performance.now() };
  return {
    folder,
    home,
    gitDir,
    root,
    prefix: pathBetween(root, folder),
    format,
    settings,
    ...(await fileSystemOf({ gitDir, settings })),
    excludes,
    ...(theirs && { theirs }),
  };
}

/** What the person's git knows of this file system: without it, all files seem changed on some. */
async function theirSettings(root: string, theirs: Theirs | undefined): Promise<{ settings: Map<string, string>; excludesFile: string }> {
  const asked = [
    'config',
    '-z',
    '--get-regexp',
    '^core\\.(filemode|symlinks|ignorecase|precomposeunicode|checkstat|trustctime|excludesfile)$',
  ];
  const rows = await gitPaths(asked, { cwd: root, ownConfig: true, okCodes: [0, 1, 128] });
  const all = new Map(rows.map((row) => [row.slice(0, row.indexOf('\n')), row.slice(row.indexOf('\n') + 1)]));
  const named = all.get('core.excludesfile') ?? '';
  all.delete('core.excludesfile');
  // Of other people's homes and the like only git knows where they are.
  const excludesFile = /^(~(?!\/)|%\()/.test(named) ? await excludesFileOf(root) : excludesPath(root, named);
  return { settings: theirs ? all : new Map(), excludesFile };
}

/** What git found out by making our store, but for what the person's repository has otherwise: without one it is all that is known. */
export async function fileSystemOf({ gitDir, settings }: Pick<Layout, 'gitDir' | 'settings'>): Promise<FileSystem> {
  const look = new Map([...(await foundByStore(gitDir)), ...settings]);
  const links = look.get('core.symlinks') ?? String(process.platform !== 'win32');
  return {
    modes: process.platform !== 'win32' && look.get('core.filemode') !== 'false',
    links: links !== 'false',
    lookConfig: [...look].flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  };
}

async function foundByStore(gitDir: string): Promise<Map<string, string>> {
  try {
    const text = await readFile(join(gitDir, 'config'), 'utf8');
    const rows = text.matchAll(/^\s*(filemode|symlinks|ignorecase|precomposeunicode) = (true|false)$/gim);
    return new Map([...rows].map(([, key = '', value = '']) => [`core.${key.toLowerCase()}`, value]));
  } catch (error) {
    // It is not made yet.
    if (isMissing(error)) return new Map();
    throw error;
  }
}

/** The person's repository of this root as it is now: one may have been made, or removed, since the store was opened. */
export async function theirsNow(layout: Layout): Promise<Theirs | undefined> {
  if (layout.theirs && existsSync(layout.theirs.gitDir)) return layout.theirs;
  if (!existsSync(join(layout.root, '.git'))) return undefined;
  const found = await repositoryOf(layout.root);
  return found?.root === layout.root ? found.theirs : undefined;
}

async function folderAt(given: string): Promise<string> {
  try {
    const folder = await realpath(given);
    if (!(await stat(folder)).isDirectory()) throw fail('workspace', `${given} is not a folder.`);
    if (folder.includes('\n')) throw fail('workspace', `${JSON.stringify(folder)} cannot be worked in: there is a line break in its path.`);
    return folder;
  } catch (error) {
    if (isMissing(error)) throw fail('workspace', `${given} is not there.`, { cause: error });
    throw error;
  }
}

const pathBetween = (root: string, folder: string): string => relative(root, folder).split(sep).join('/');

async function madeFor(gitDir: string): Promise<MadeFor | undefined> {
  try {
    const { prefix, format }: Partial<Record<keyof MadeFor, unknown>> = JSON.parse(await readFile(madeForFile(gitDir), 'utf8'));
    return typeof prefix === 'string' && (format === 'sha1' || format === 'sha256') ? { prefix, format } : undefined;
  } catch (error) {
    // Not made yet, or not to the end: it is made anew.
    if (isMissing(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Undefined where the folder does not lie as it did when the store was made. */
function rootAbove(folder: string, prefix: string): string | undefined {
  const root = resolve(folder, ...prefix.split('/').filter(Boolean).fill('..'));
  return pathBetween(root, folder) === prefix ? root : undefined;
}

/** The repository that has the folder as part of what it keeps. */
async function repositoryOf(folder: string): Promise<{ root: string; theirs: Theirs } | undefined> {
  const asked = ['--show-toplevel', '--absolute-git-dir', '--git-common-dir', '--git-path', 'index', '--show-object-format'];
  const result = await runGit(['rev-parse', '--path-format=absolute', ...asked], { cwd: folder });
  // In no repository, in a bare one, or in one that git cannot read: then the folder's files are all there is.
  if (result.code !== 0) return undefined;
  const [top = '', gitDir = '', commonDir = '', index = '', format] = Buffer.from(result.out).toString('utf8').split('\n');
  const root = await realpath(top);
  const prefix = pathBetween(root, folder);
  if (prefix.startsWith('..') || resolve(root, prefix) !== folder) return undefined;
  const theirs: Theirs = {
    gitDir: resolve(gitDir),
    commonDir: resolve(commonDir),
    index: resolve(index),
    format: format === 'sha256' ? 'sha256' : 'sha1',
  };
  if (prefix !== '' && (await standsAlone(folder, root, theirs))) return undefined;
  return { root, theirs };
}

/**
 * Whether a folder in a repository is nothing of that repository: nothing in it is tracked, and it is ignored. A home folder that is a
 * repository (of dotfiles) is never captured whole because a folder in it is open.
 */
async function standsAlone(folder: string, root: string, { gitDir, index }: Theirs): Promise<boolean> {
  if (!relative(root, homedir()).startsWith('..')) return true;
  const at = { gitDir, workTree: root, indexFile: index };
  const path = pathBetween(root, folder);
  const tracked = await gitPaths(['--literal-pathspecs', 'ls-files', '-z', '--', path], { ...at, okCodes: [0, 128] });
  if (tracked.length > 0) return false;
  const excludes = await excludesFileOf(folder);
  return (await runGit(['-c', `core.excludesFile=${excludes}`, 'check-ignore', '-q', '--', path], at)).code === 0;
}
