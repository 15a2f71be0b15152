/** Brings objects of the person's repository into the store by hard links: nothing is copied, and their `git gc` takes nothing away. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { codeOf, isMissing } from './disk.js';
import { runGit } from './git.js';

/** Where links cannot be made (another file system), so much is copied; beyond it the files themselves are read instead. */
const MOST_COPIED = 256 * 2 ** 20;
const ALTERNATES_OF_ALTERNATES = 5;

/** The folders that a repository has its objects in, those that it borrows itself included. */
export async function objectFolders(objects: string, depth = ALTERNATES_OF_ALTERNATES): Promise<string[]> {
  const text = await readFile(join(objects, 'info', 'alternates'), 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return '';
    throw error;
  });
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('"'));
  const below = depth === 0 ? [] : await Promise.all(lines.map((line) => objectFolders(resolve(objects, line), depth - 1)));
  return [...new Set([objects, ...below.flat()])];
}

/**
 * Links all packs that the store has not got yet; the names of those that were new.
 * Object files never change, so a link is as good as a copy.
 * Invariant: a pack comes before its index, as git takes an index for the word that the pack is there.
 */
export async function borrowPacks(folders: readonly string[], gitDir: string): Promise<string[]> {
  const to = join(gitDir, 'objects', 'pack');
  const have = new Set(await namesIn(to));
  const fresh: string[] = [];
  let mayCopy = MOST_COPIED;
  for (const from of folders.map((folder) => join(folder, 'pack'))) {
    const names = new Set(await namesIn(from));
    for (const name of [...names].flatMap((file) => /^(pack-[0-9a-f]+)\.idx$/.exec(file)?.[1] ?? [])) {
      if (have.has(`${name}.idx`) || !names.has(`${name}.pack`)) continue;
      await mkdir(to, { recursive: true });
      const brought = await bring(join(from, `${name}.pack`), join(to, `${name}.pack`), mayCopy);
      if (brought === 'not') continue;
      mayCopy -= brought;
      if ((await bring(join(from, `${name}.idx`), join(to, `${name}.idx`), MOST_COPIED)) === 'not') continue;
      have.add(`${name}.idx`);
      fresh.push(name);
    }
  }
  return fresh;
}

/** Takes packs out again that turned out to be damaged. */
export async function dropPacks(gitDir: string, names: readonly string[]): Promise<void> {
  for (const name of names) for (const end of ['.idx', '.pack']) await rm(join(gitDir, 'objects', 'pack', name + end), { force: true });
}

/** Links single objects. */
export async function borrowLoose(folders: readonly string[], gitDir: string, ids: readonly string[]): Promise<void> {
  let mayCopy = MOST_COPIED;
  for (const id of ids) {
    const file = join(id.slice(0, 2), id.slice(2));
    for (const folder of folders) {
      await mkdir(join(gitDir, 'objects', dirname(file)), { recursive: true });
      const brought = await bring(join(folder, file), join(gitDir, 'objects', file), mayCopy);
      if (brought === 'not') continue;
      mayCopy -= brought;
      break;
    }
  }
}

/** Takes single objects out again that turned out to be damaged. */
export async function dropLoose(gitDir: string, ids: readonly string[]): Promise<void> {
  for (const id of ids) await rm(join(gitDir, 'objects', id.slice(0, 2), id.slice(2)), { force: true });
}

/** The sizes of those of these blobs and trees that the store can read, and whether a pack of it seems damaged. */
export async function sizesIn(gitDir: string, ids: Iterable<string>): Promise<{ sizes: Map<string, number>; damaged: boolean }> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return { sizes: new Map(), damaged: false };
  const args = ['cat-file', '--batch-check=%(objectname) %(objecttype) %(objectsize)', '--buffer'];
  const { out, err, code } = await runGit(args, { gitDir, input: `${wanted.join('\n')}\n` });
  const sizes = new Map<string, number>();
  for (const line of Buffer.from(out).toString('latin1').split('\n')) {
    const space = line.indexOf(' ');
    if (line.startsWith(' blob ', space) || line.startsWith(' tree ', space))
      sizes.set(line.slice(0, space), Number(line.slice(space + 6)));
  }
  return { sizes, damaged: sizes.size < wanted.length && (code !== 0 || /pack/.test(err)) };
}

/** Has git read objects of these folders too, for one question. */
export const alternates = (folders: readonly string[]): Record<string, string> => ({
  GIT_ALTERNATE_OBJECT_DIRECTORIES: folders.map(quoted).join(delimiter),
});

/** As git takes a path among others. */
const quoted = (path: string): string => (process.platform !== 'win32' && /[":\\\n]/.test(path) ? JSON.stringify(path) : path);

/** Bytes that were copied (0 for a link), or that it was not brought. */
async function bring(from: string, to: string, mayCopy: number): Promise<number | 'not'> {
  try {
    await link(from, to);
    return 0;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return 0;
    // Repacked away while we looked, or never there.
    if (isMissing(error)) return 'not';
  }
  return copied(from, to, mayCopy);
}

async function copied(from: string, to: string, mayCopy: number): Promise<number | 'not'> {
  const temporary = `${to}.${randomBytes(6).toString('hex')}`;
  try {
    const { size } = await stat(from);
    if (size > mayCopy) return 'not';
    await copyFile(from, temporary, constants.COPYFILE_FICLONE);
    await rename(temporary, to);
    return size;
  } catch {
    // Whatever the reason, it is not here: what is missing of it is read from the folder's files.
    await rm(temporary, { force: true });
    return 'not';
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
