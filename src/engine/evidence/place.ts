/** A folder that checks are looked for in, and what can be read there. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathOf } from './spec.js';

export interface Place {
  /** Relative to the captured root, '' for the root itself. */
  path: string;
  entries: ReadonlySet<string>;
  /** Text of a file here; undefined where there is none. */
  text(name: string): Promise<string | undefined>;
  /** Names in a folder here; none where there is no such folder. */
  list(name: string): Promise<string[]>;
}

/** The open folder first, then the root of what is captured, where that is another. */
export async function placesOf(root: string, prefix: string): Promise<Place[]> {
  const paths = prefix === '' ? [''] : [prefix, ''];
  return Promise.all(paths.map((path) => openPlace(root, path)));
}

async function openPlace(root: string, path: string): Promise<Place> {
  const list = async (name: string): Promise<string[]> => {
    try {
      return await readdir(join(root, path, name));
    } catch {
      // No such folder, or not one that can be read: nothing is found in it.
      return [];
    }
  };
  return {
    path,
    entries: new Set(await list('')),
    list,
    async text(name) {
      try {
        return await readFile(join(root, path, name), 'utf8');
      } catch {
        // No such file, or not one that can be read: it defines no check.
        return undefined;
      }
    },
  };
}

/** The first place that has one of `names`, and which. */
export function firstWith(places: readonly Place[], names: readonly string[]): { place: Place; name: string } | undefined {
  for (const place of places) {
    const name = names.find((one) => place.entries.has(one));
    if (name !== undefined) return { place, name };
  }
  return undefined;
}

export const fileAt = (place: Place, name: string): string => pathOf(place.path, name);
