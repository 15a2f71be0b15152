/** Which of a candidate's changes touch tests or the definition of a check, and so what the evidence is worth. */
import type { FileChange } from '../workspace/store.js';
import { touchedIn } from './manifests.js';
import type { CheckSpec } from './spec.js';
import { isSettingPath, isTestPath } from './test-paths.js';

/** Reads a file of the base or of the candidate as text; undefined where there is none. */
export type ReadText = (version: 'base' | 'candidate', path: string) => Promise<string | undefined>;

export interface ChangedChecks {
  /** All paths of tests and definitions that the candidate changed. */
  paths: string[];
  /** Those of them that the base's version of the checks needs as the base has them. */
  overlay: string[];
  /** Files that both versions have, and that hold the product as well: only their part about tests is put back. */
  manifests: string[];
}

export async function changedChecks(changes: readonly FileChange[], specs: readonly CheckSpec[], read: ReadText): Promise<ChangedChecks> {
  const definitions = new Set(specs.flatMap((spec) => spec.definedIn));
  const found: ChangedChecks = { paths: [], overlay: [], manifests: [] };
  for (const change of changes) {
    // A renamed test is gone under its old name.
    for (const path of change.from === undefined ? [change.path] : [change.from, change.path]) {
      const kind = await kindOf(path, definitions, read);
      if (kind === 'other') continue;
      found.paths.push(path);
      if (kind === 'part') found.manifests.push(path);
      else if (kind === 'whole') found.overlay.push(path);
    }
  }
  return found;
}

/** `mixed`: it is told, and stays as the candidate has it, since what the product needs may be in it. */
async function kindOf(path: string, definitions: ReadonlySet<string>, read: ReadText): Promise<'whole' | 'part' | 'mixed' | 'other'> {
  if (isTestPath(path) || isSettingPath(path)) return 'whole';
  const [before, after] = await Promise.all([read('base', path), read('candidate', path)]);
  const touched = touchedIn(path, before, after);
  if (touched === undefined) return isDefinition(path, definitions) ? 'whole' : 'other';
  if (touched === 'whole') return before !== undefined || definitions.has(path) ? 'whole' : 'other';
  return touched === 'none' ? 'other' : touched;
}

/** What go.mod and its like say is what the product is made of, not what is tested. */
const isDefinition = (path: string, definitions: ReadonlySet<string>): boolean =>
  definitions.has(path) && !/(^|\/)(go\.mod|Gemfile)$/.test(path);
