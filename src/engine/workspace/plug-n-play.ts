/** Brings the map of Yarn's Plug'n'Play (`.pnp.cjs`) into a workspace: what it says to lie outside of the folder is found from there too. */
import { lstat, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { type Bringing, isWithin, showPackage, unlessOutOfReach, writeLike } from './bring.js';

const PLACE = /("packageLocation": *")([^"]*)/g;
/** A place that is not on the disk says by a number how many folders it goes up from where `__virtual__` lies. */
const VIRTUAL = /^(.*?)(__virtual__\/[^/]+)\/(\d+)\/(.*)$/;

/**
 * Places in it are relative, and a workspace lies deeper than the folder. By default packages lie in the cache that all folders
 * of the person share: what is named there is the person's, read-only.
 */
export async function bringMap(source: string, target: string, how: Bringing): Promise<void> {
  const text = await unlessOutOfReach(() => readFile(source, 'utf8'));
  if (text === undefined) return;
  const from = dirname(source);
  // A workspace is made beside where it will be, and only there its real place is known.
  const at = join(dirname(how.to), basename(how.at), relative(how.to, dirname(target)));
  const outside = new Set<string>();
  const moved = text.replace(PLACE, (whole, key: string, place: string) => {
    const [, base = '', virtual = '', depth = '', rest = place] = VIRTUAL.exec(place) ?? [];
    const real = join(from, base, '../'.repeat(Number(depth)), rest);
    const thing = /^.*?\.zip(?=[/\\])/.exec(real)?.[0] ?? real;
    // Code of the folder, beside or above the package: the workspace has its own, in the same place. Archives are no code.
    if (isWithin(real, from) || (thing === real && isWithin(real, how.from))) return whole;
    outside.add(thing);
    const way = relative(join(at, base), real).split(sep);
    const up = way.lastIndexOf('..') + 1;
    const down = `${way.slice(up).join('/')}/`;
    return key + (virtual === '' ? '../'.repeat(up) : `${base}${virtual}/${up}/`) + down;
  });
  await writeLike(source, target, moved);
  for (const thing of outside) await show(thing, how);
}

/** Invariant: a folder is opened to commands only where it is a package, or a cache that holds the archive. */
async function show(thing: string, how: Bringing): Promise<void> {
  if (how.outside.has(dirname(thing))) return;
  const real = await unlessOutOfReach(() => realpath(thing));
  if (real === undefined) return;
  if (!real.endsWith('.zip')) await showPackage(real, how);
  else if (basename(dirname(real)) === 'cache' && (await lstat(real)).isFile()) how.outside.add(dirname(real));
}
