/** Brings a virtual environment of Python into a workspace, so that what is installed "editable" in it is the workspace's code. */
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Bringing, bring, childrenOf, ownFolder, unlessOutOfReach, writeLike } from './bring.js';

const FOLDERS = /^(bin|Scripts|lib|Lib|lib64|(python)?\d[\d.]*t?|site-packages)$/;
/**
 * By these a package is found somewhere else: paths, as `pip install -e` writes them, and modules that backends write (setuptools'
 * `__editable___x_finder.py`, hatchling's `_editable_impl_x.py`, meson-python's `_x_editable_loader.py`).
 */
const POINTERS = /(\.pth|\.egg-link|^_.*editable.*\.py|^direct_url\.json)$/;
const PROGRAMS = /^(bin|Scripts)$/;
const MOST = 256 * 1024;

/** Invariant: no path in it leads to the person's code, and its programs run the Python of the workspace. */
export async function bringEnvironment(source: string, target: string, how: Bringing): Promise<void> {
  if (!(await ownFolder(target))) return;
  const isPrograms = PROGRAMS.test(basename(source));
  const children = (await childrenOf(source)).filter(({ name }) => name !== '__pycache__');
  await Promise.all(
    children.map(async ({ name, kind }) => {
      const [one, other] = [join(source, name), join(target, name)];
      if (kind === 'folder' && (FOLDERS.test(name) || (await isOfOurs(one, how)))) return bringEnvironment(one, other, how);
      return kind === 'file' && (isPrograms || POINTERS.test(name)) ? bringPaths(one, other, how) : bring(one, other, kind, how);
    }),
  );
}

/** A file that may name places in the folder: it names those in the workspace. */
export async function bringPaths(source: string, target: string, how: Bringing): Promise<void> {
  const text = await textOf(source);
  await (text === undefined ? bring(source, target, 'file', how) : writeLike(source, target, startable(moved(text, how.from, how.at))));
}

/** What says of a package that it was installed from the folder: tools that find another folder there install it again. */
async function isOfOurs(folder: string, { from }: Bringing): Promise<boolean> {
  return folder.endsWith('.dist-info') && ((await textOf(join(folder, 'direct_url.json')))?.includes(from) ?? false);
}

/** Undefined for what is no text, as a program in machine code. */
async function textOf(file: string): Promise<string | undefined> {
  const size = (await unlessOutOfReach(() => stat(file)))?.size;
  if (size === undefined || size > MOST) return undefined;
  const bytes = await unlessOutOfReach(() => readFile(file));
  return bytes === undefined || bytes.includes(0) ? undefined : bytes.toString('utf8');
}

/** Paths in the folder become paths in the workspace. */
function moved(text: string, from: string, at: string): string {
  const [first = '', ...rest] = text.split(from);
  return rest.reduce((done, part) => done + (/^[/\\'"\s:;]|^$/.test(part) ? at : from) + part, first);
}

/** A first line that the system would cut off, or take for two words, is written as pip writes it then. */
function startable(text: string): string {
  const [, python] = /^#!(\/.*\/(?:python|pypy)[\d.]*)\r?\n/.exec(text) ?? [];
  if (python === undefined || (python.length < 125 && !python.includes(' '))) return text;
  return `#!/bin/sh\n'''exec' "${python}" "$0" "$@"\n' '''\n${text.slice(text.indexOf('\n') + 1)}`;
}
