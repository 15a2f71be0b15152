/** Where the benchmarks of the file system work: in memory where the machine has such a folder, as a disk's moods are larger than what is measured. */
import { existsSync, statfsSync } from 'node:fs';
import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
const NEEDED_BYTES = 2e9;

/** A new folder, and what to call the place. */
export async function scratch(): Promise<{ folder: string; place: string }> {
  const inMemory = existsSync(MEMORY) && free(MEMORY) > NEEDED_BYTES;
  const parent = inMemory ? MEMORY : tmpdir();
  return { folder: await realpath(await mkdtemp(join(parent, 'massgen-bench-'))), place: inMemory ? 'in memory' : `in ${parent}` };
}

function free(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
