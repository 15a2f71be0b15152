/** `massgen sessions sizes` and `prune`: what `.massgen/` takes of the disk, and making it less. */
import { loadEnv } from '../engine/config/env.js';
import type { Env } from '../engine/config/substitute.js';
import type { StorageLimits } from '../engine/config/team.js';
import { type PruneOptions, prune, sizesOf, storageLimits, storageWarning } from '../engine/storage.js';
import { failureOf } from '../protocol/failure.js';
import { folderOf, namedFile, type Options } from './args.js';
import { err, json, out } from './output.js';
import { prunedText, sizesText } from './render/storage.js';

const DAY_MS = 24 * 3600 * 1000;

export async function sizes(options: Options): Promise<number> {
  const found = await sizesOf(await folderOf(options));
  if (options.json) json(found);
  else out(sizesText(found));
  return 0;
}

export async function pruned(options: Options): Promise<number> {
  const folder = await folderOf(options);
  const result = await prune(folder, await askedFor(folder, options));
  if (options.json) json(result);
  else err(prunedText(result, options.dryRun ?? false));
  return 0;
}

/** What the configuration says holds where the command line names neither an age nor a number. */
async function askedFor(folder: string, options: Options): Promise<PruneOptions> {
  const { olderThan, keep, dryRun = false } = options;
  const isNamed = olderThan !== undefined || keep !== undefined;
  const days = isNamed ? undefined : (await limitsFor(folder, await loadEnv(folder, process.env), options)).keepDays;
  const age = olderThan ?? (days === undefined ? undefined : days * DAY_MS);
  return { ...(age !== undefined && { before: Date.now() - age }), ...(keep !== undefined && { keep }), dryRun };
}

/** Told after a turn, which stands whatever has become of the configuration meanwhile. */
export async function warnOfStorage(folder: string, env: Env, options: Options): Promise<void> {
  if (options.verbosity === 'quiet') return;
  try {
    const warning = await storageWarning(folder, await limitsFor(folder, env, options));
    if (warning !== undefined) err(warning);
  } catch (error) {
    err(`massgen: ${failureOf(error).message}`);
  }
}

const limitsFor = async (folder: string, env: Env, { config }: Options): Promise<StorageLimits> =>
  storageLimits(folder, env, config === undefined ? undefined : await namedFile(folder, config));
