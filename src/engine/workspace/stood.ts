/** What stands in a folder where something will be written, as far as a tree has no word for it. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stood } from '../../protocol/stood.js';
import { captureIndex } from './capture.js';
import { isClosed, lstatOrNothing } from './disk.js';
import { git } from './git.js';
import { bytesOf, fieldsOf } from './path-bytes.js';
import { isExecutable, isFile, type RawChange } from './raw.js';
import { spelledIn } from './spelling.js';
import type { Store } from './store.js';
import { foldersOf } from './trees.js';

type Place = Pick<Store, 'root' | 'gitDir'>;

/** Of what these changes will remove, replace or fill, whatever would not come back as it is by writing the old tree again. */
export async function stoodAt({ root, gitDir }: Place, changes: readonly RawChange[]): Promise<Stood> {
  const stood: Record<string, string> = {};
  const missing: string[] = [];
  const isThere = spelledIn(root);
  const standing = async (path: string) => ((await isThere(path)) ? lstatOrNothing(join(root, path)) : undefined);
  for (const { path, old, new: to } of changes) {
    const stat = await standing(path);
    if (old && !stat) missing.push(path);
    const keepsMode = isFile(old) && isFile(to) && isExecutable(old) === isExecutable(to);
    if (stat?.isFile() && !keepsMode && !isUsual(stat.mode, isExecutable(old) ? 0o777 : 0o666)) stood[path] = octal(stat.mode);
    if (stat?.isDirectory()) await addHollow(root, path, stood);
  }
  const folders = new Set(changes.flatMap(({ path, old, new: to }) => (old && to ? [] : foldersOf(path))));
  for (const folder of folders) {
    const stat = await standing(folder);
    if (stat?.isDirectory() && (!isUsual(stat.mode, 0o777) || (await isEmpty(join(root, folder))))) stood[`${folder}/`] = octal(stat.mode);
  }
  if (missing.length > 0) for (const path of await leftAway(gitDir, missing)) stood[path] = 'absent';
  return stood;
}

const octal = (mode: number): string => (mode & 0o7777).toString(8);

/** As a new file or folder would have it. */
const isUsual = (mode: number, most: number): boolean => (mode & 0o7777) === (most & ~process.umask());

/** What cannot be listed has permissions that are told anyway. */
const isEmpty = (folder: string): Promise<boolean> =>
  readdir(folder).then(
    (names) => names.length === 0,
    (error: unknown) => {
      if (isClosed(error)) return false;
      throw error;
    },
  );

/** A folder in the place of a file to be, with the folders in it: files in it are paths of their own, or in the way. */
async function addHollow(root: string, folder: string, stood: Record<string, string>): Promise<void> {
  const stat = await lstatOrNothing(join(root, folder));
  if (!stat?.isDirectory()) return;
  stood[`${folder}/`] = octal(stat.mode);
  for (const name of await readdir(join(root, folder))) await addHollow(root, `${folder}/${name}`, stood);
}

/** Which of these a sparse checkout left away, as the last capture knows. */
async function leftAway(gitDir: string, paths: readonly string[]): Promise<string[]> {
  const rows = fieldsOf(await git(['ls-files', '-v', '-z'], { gitDir, indexFile: captureIndex(gitDir), okCodes: [0, 128] }));
  const away = new Set(rows.flatMap((row) => (/^[Ss] /.test(row) ? [row.slice(2)] : [])));
  return paths.filter((path) => away.has(bytesOf(path)));
}
