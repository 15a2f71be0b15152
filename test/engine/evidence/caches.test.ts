import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type CachePlaces, cacheVariables, keepCaches, seedCaches } from '../../../src/engine/evidence/caches.js';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
function places(): CachePlaces {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'caches-')));
  folders.push(folder);
  return { home: join(folder, 'home'), own: join(folder, 'own'), kept: join(folder, 'kept') };
}
const put = (file: string, text = ''): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};

describe('what is ready for checks', () => {
  test('Go’s cache: kept from the base, seen by others; what they write does not come back to it', async () => {
    const base = places();
    put(join(base.own, '.cache/go-build/0a/x-a'), 'index');
    put(join(base.own, '.cache/go-build/0a/y-d'), 'object');
    put(join(base.own, '.cache/go-build/README'));
    await keepCaches(base);
    const other = { ...base, own: join(dirname(base.own), 'other') };
    await seedCaches(other);
    const cache = join(other.own, '.cache/go-build/0a');
    expect(readdirSync(cache)).toEqual(['x-a', 'y-d']);
    expect([lstatSync(join(cache, 'x-a')).isFile(), lstatSync(join(cache, 'y-d')).isSymbolicLink()]).toEqual([true, true]);
    writeFileSync(join(cache, 'x-a'), 'another');
    expect(readFileSync(join(base.kept, 'go-build/0a/x-a'), 'utf8')).toBe('index');
  });

  test.each(['own', 'own/.cache', 'own/.cache/go-build', 'own/.cache/go-build/0a'])(
    'nothing is kept through a link at %s that a check has made',
    async (link) => {
      const where = places();
      const top = dirname(where.own);
      const theirs = join(top, 'theirs');
      put(join(theirs, relative(link, 'own/.cache/go-build/0a'), 'x-d'), 'the person’s');
      mkdirSync(dirname(join(top, link)), { recursive: true });
      symlinkSync(theirs, join(top, link));
      await keepCaches(where);
      expect(readdirSync(theirs, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())).toHaveLength(1);
      expect(existsSync(where.kept)).toBe(false);
    },
  );

  test('a distribution of Gradle’s wrapper that is whole', async () => {
    const where = places();
    const dists = '.gradle/wrapper/dists/gradle-8.5-bin';
    put(join(where.home, dists, 'abc/gradle-8.5-bin.zip.ok'));
    put(join(where.home, dists, 'abc/gradle-8.5-bin.zip.lck'));
    put(join(where.home, dists, 'abc/gradle-8.5/bin/gradle'));
    put(join(where.home, dists, 'def/gradle-8.5-bin.zip.part'));
    await seedCaches(where);
    expect(readdirSync(join(where.own, dists, 'abc')).toSorted()).toEqual(['gradle-8.5', 'gradle-8.5-bin.zip.ok']);
    expect(existsSync(join(where.own, dists, 'def'))).toBe(false);
  });

  test('variables name only what is there, and ask nobody where there is no network', () => {
    const where = places();
    expect(cacheVariables(where, false)).toEqual({ GRADLE_USER_HOME: join(where.own, '.gradle') });
    put(join(where.home, '.gradle/caches/modules-2/x'));
    put(join(where.home, '.nuget/packages/x'));
    expect(cacheVariables(where, true)).toMatchObject({
      GRADLE_RO_DEP_CACHE: join(where.home, '.gradle/caches'),
      NUGET_FALLBACK_PACKAGES: join(where.home, '.nuget/packages'),
      GOPROXY: 'off',
      CARGO_NET_OFFLINE: 'true',
    });
  });
});
