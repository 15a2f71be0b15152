/** Brings the objects of the person's repository into the store by hard links, so that nothing is copied and their `git gc` takes nothing away. */
import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir, readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { codeOf, isMissing } from './disk.js';

/**
 * Object files never change, so a link is as good as a copy; across file systems it is a copy.
 * Invariant: a pack comes before its index, as git takes an index for the word that the pack is there.
 */
export async function borrowObjects(objects: string, into: string): Promise<void> {
  for (const folder of [objects, ...(await alternatesOf(objects))]) {
    await borrowPacks(join(folder, 'pack'), join(into, 'pack'));
    const names = (await entries(folder)).filter((name) => /^[0-9a-f]{2}$/.test(name));
    for (const name of names) await borrowAll(join(folder, name), join(into, name));
  }
}

async function alternatesOf(objects: string): Promise<string[]> {
  try {
    const text = await readFile(join(objects, 'info', 'alternates'), 'utf8');
    const paths = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return paths.map((path) => (isAbsolute(path) ? path : join(objects, path)));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function borrowPacks(from: string, to: string): Promise<void> {
  const there = await entries(from);
  const have = new Set(await entries(to));
  const whole = there.filter((name) => name.endsWith('.pack') && there.includes(name.replace(/\.pack$/, '.idx')));
  const wanted = whole.flatMap((pack) => [pack, pack.replace(/\.pack$/, '.rev'), pack.replace(/\.pack$/, '.idx')]);
  await mkdir(to, { recursive: true });
  for (const name of wanted) if (there.includes(name) && !have.has(name)) await bring(join(from, name), join(to, name));
}

async function borrowAll(from: string, to: string): Promise<void> {
  const have = new Set(await entries(to));
  const missing = (await entries(from)).filter((name) => !have.has(name) && /^[0-9a-f]+$/.test(name));
  if (missing.length === 0) return;
  await mkdir(to, { recursive: true });
  for (const name of missing) await bring(join(from, name), join(to, name));
}

async function entries(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function bring(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const code = codeOf(error);
    // There already, or repacked away while we looked: what is needed of it is in the new pack.
    if (code === 'EEXIST' || code === 'ENOENT') return;
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  }
}
