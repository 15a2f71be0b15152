/** Reads objects that the store keeps as files of their own, as all that was written a moment ago: that takes less than starting a process. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';

/** Larger ones are git's to read. */
const MOST_BYTES = 2 ** 20;

/**
 * What an object holds. Undefined where git is to be asked: it is packed, large, of another type, not there, or damaged, of which git
 * says what there is to say.
 */
export function readLoose(gitDir: string, type: 'blob' | 'tree', id: string): Buffer | undefined {
  const file = join(gitDir, 'objects', id.slice(0, 2), id.slice(2));
  try {
    const stored = statSync(file, { throwIfNoEntry: false });
    if (stored === undefined || stored.size > MOST_BYTES) return undefined;
    const object = inflateSync(readFileSync(file), { maxOutputLength: 4 * MOST_BYTES });
    const end = object.indexOf(0);
    const bytes = object.subarray(end + 1);
    return object.toString('latin1', 0, end) === `${type} ${bytes.length}` ? bytes : undefined;
  } catch {
    return undefined;
  }
}
