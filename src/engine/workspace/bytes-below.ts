/** What a folder takes of the disk. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from './disk.js';

/** What has another name elsewhere (the person's packs, linked) costs nothing here. Nothing is followed; what goes meanwhile is gone. */
export async function bytesBelow(folder: string): Promise<number> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const sizes = await Promise.all(
      entries.map((entry) => (entry.isDirectory() ? bytesBelow(join(folder, entry.name)) : bytesOf(join(folder, entry.name)))),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}

async function bytesOf(file: string): Promise<number> {
  const { size, nlink } = await lstat(file);
  return nlink > 1 ? 0 : size;
}
