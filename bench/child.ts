/** Measurements in a process of their own, with nothing else on the heap and the processor's time to themselves. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Where an entry of the benchmarks' bundle is. */
export const entry = (name: string): string => fileURLToPath(new URL(`./${name}.mjs`, import.meta.url));

/** What the entry prints, read as JSON. */
export async function measured<T>(name: string, ...args: readonly string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(process.execPath, [entry(name), ...args]);
  return JSON.parse(stdout);
}
