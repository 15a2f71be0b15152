/** Brings the map of Yarn's Plug'n'Play (`.pnp.cjs`) into a workspace: what it says to lie outside of the folder is found from there too. */
import { lstat, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { type Bringing, isPackage, isWithin, unlessOutOfReach, writeLike } from './bring.js';

/** A place that begins above the folder, or a virtual one, which says by a number how many folders it goes up from `__virtual__`. */
const PLACE = /("packageLocation": *")(?:((?:\.\.\/)+)|\.\/((?:[^/"]+\/)*)(__virtual__\/[^/"]+)\/(\d+)\/)([^"]*)/g;

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
  const moved = text.replace(PLACE, (whole, key: string, ups = '', base = '', virtual = '', depth = '', rest = '') => {
    const above = virtual === '' ? levels(ups) : Number(depth) - levels(base);
    if (above <= 0) return whole;
    const top = resolve(from, ...Array<string>(above).fill('..'));
    const place = placeOf(join(top, rest));
    // Code of the folder, beside or above the package: the workspace has its own, in the same place.
    if (!place.endsWith('.zip') && isWithin(resolve(place), how.from)) return whole;
    outside.add(place);
    const way = relative(at, top).split(sep);
    const down = way.filter((part) => part !== '..').map((part) => `${part}/`);
    const up = way.length - down.length;
    const start = virtual === '' ? '../'.repeat(up) : `./${base}${virtual}/${up + levels(base)}/`;
    return key + start + down.join('') + rest;
  });
  await writeLike(source, target, moved);
  for (const place of outside) await show(place, how);
}

const levels = (path: string): number => path.split('/').length - 1;

/** The archive that a package lies in, or its folder. */
const placeOf = (path: string): string => /^.*?\.zip(?=[/\\])/.exec(path)?.[0] ?? path;

/** Invariant: a folder is opened to commands only where it is a package, or a cache that holds the archive. */
async function show(place: string, { outside }: Bringing): Promise<void> {
  if (outside.has(dirname(place))) return;
  const real = await unlessOutOfReach(() => realpath(place));
  if (real === undefined) return;
  if (!real.endsWith('.zip')) {
    if (await isPackage(real)) outside.add(real);
  } else if (basename(dirname(real)) === 'cache' && (await lstat(real)).isFile()) outside.add(dirname(real));
}
