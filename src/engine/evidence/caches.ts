/** What package managers and compilers have ready, for checks that have no network and a HOME of their own: theirs to read, never to write. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, realpath, rename, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

export interface CachePlaces {
  /** The person's home. */
  home: string;
  /** HOME of the checks of one checkout. */
  own: string;
  /** What the base's own checks built and left for later ones: a folder of ours. */
  kept: string;
}

/** Variables by which tools find downloads of the person's, where they can be told to only read them; and to ask nobody. */
export function cacheVariables({ home, own }: CachePlaces, isOffline: boolean): Record<string, string> {
  const there = (path: string, variables: Record<string, string>) => (existsSync(join(home, path)) ? variables : {});
  return {
    // Java asks the system where home is, not HOME: it would write to the person's.
    GRADLE_USER_HOME: join(own, '.gradle'),
    ...there('.gradle/caches/modules-2', { GRADLE_RO_DEP_CACHE: join(home, '.gradle/caches') }),
    ...there('.nuget/packages', { NUGET_FALLBACK_PACKAGES: join(home, '.nuget/packages') }),
    ...(isOffline && {
      GOPROXY: 'off',
      GOTOOLCHAIN: 'local',
      CARGO_NET_OFFLINE: 'true',
      UV_OFFLINE: '1',
      DOTNET_CLI_TELEMETRY_OPTOUT: '1',
      DOTNET_NOLOGO: '1',
    }),
  };
}

const GO = join('.cache', 'go-build');
/** More is not worth its links. */
const MOST_FILES = 60_000;

/** Invariant: all that a check may write to is its own; what is kept, and what is the person's, it sees by links, in a sandbox that holds them read-only. */
export async function seedCaches(places: CachePlaces): Promise<void> {
  await seedGo(places);
  await seedWrappers(places);
}

/** Of Go's cache: small indexes as copies, as it writes them anew, and what they point to as links. */
async function seedGo({ own, kept }: CachePlaces): Promise<void> {
  const from = join(kept, 'go-build');
  let count = 0;
  for (const folder of await namesIn(from)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    const names = await namesIn(join(from, folder));
    count += names.length;
    if (count > MOST_FILES) return;
    await mkdir(join(own, GO, folder), { recursive: true });
    for (const name of names) {
      const [source, target] = [join(from, folder, name), join(own, GO, folder, name)];
      await (name.endsWith('-a') ? copyFile(source, target) : symlink(source, target));
    }
  }
}

/** Distributions that Gradle's wrapper has downloaded: it locks a file beside them. */
async function seedWrappers({ home, own }: CachePlaces): Promise<void> {
  const at = join('.gradle', 'wrapper', 'dists');
  for (const name of await namesIn(join(home, at))) {
    for (const hash of await namesIn(join(home, at, name))) {
      const [from, to] = [join(home, at, name, hash), join(own, at, name, hash)];
      const entries = await namesIn(from);
      if (!entries.some((entry) => entry.endsWith('.ok'))) continue;
      await mkdir(to, { recursive: true });
      for (const entry of entries) {
        if (entry.endsWith('.ok')) await copyFile(join(from, entry), join(to, entry));
        else if (!entry.endsWith('.lck')) await symlink(join(from, entry), join(to, entry));
      }
    }
  }
}

/**
 * Invariant: only what checks of the base built is kept, of the person's own files by the person's own checks; nothing that an agent wrote
 * had a part in it.
 */
export async function keepCaches({ own, kept }: CachePlaces): Promise<void> {
  for (const folder of await namesIn(join(own, GO))) {
    const [from, to] = [join(own, GO, folder), join(kept, 'go-build', folder)];
    if (!/^[0-9a-f]{2}$/.test(folder) || !(await isOwnFolder(own, from))) continue;
    await mkdir(to, { recursive: true });
    const entries = await readdir(from, { withFileTypes: true });
    for (const entry of entries)
      if (entry.isFile() && /-[ad]$/.test(entry.name)) await rename(join(from, entry.name), join(to, entry.name));
  }
}

/** Whether no link is on the way to it: a check may have put one there, and what that leads to is the person's. */
async function isOwnFolder(own: string, folder: string): Promise<boolean> {
  const real = await realpath(folder).catch(() => undefined); // It leads nowhere.
  return real === join(await realpath(dirname(own)), relative(dirname(own), folder));
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    // Nothing is there: nothing is ready.
    return [];
  }
}
