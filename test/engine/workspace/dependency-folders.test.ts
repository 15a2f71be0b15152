/** Folders of packages as the tools really make them; `npm run folders` has the tools make them, and run checks with them. */
import { existsSync, lstatSync, realpathSync, statSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { openStore } from '../../../src/engine/workspace/open-store.js';
import type { Workspace } from '../../../src/engine/workspace/store.js';
import { personsRepository, stateOf } from './person.js';
import { type Files, scratchFolder } from './scratch.js';
import { put, scratchStore } from './scratch-store.js';

/** Forks a workspace of a folder in which `installed` is ignored, and holds the person's folder to what it was. */
async function inWorkspace(
  { tracked, installed }: { tracked: Files; installed: Files },
  look: (workspace: Workspace, root: string) => Promise<void>,
  root?: string,
): Promise<void> {
  const folder = root ?? (await personsRepository(tracked));
  if (root !== undefined) await put(root, tracked);
  await put(folder, installed);
  const theirs = stateOf(folder);
  await using store = await openStore(folder);
  const { tree } = await store.capture();
  await using workspace = await store.fork({ session: 's', name: 'one', tree });
  await look(workspace, folder);
  expect(await workspace.snapshot()).toBe(tree);
  expect(stateOf(folder)).toEqual(theirs);
}

const isOwn = (workspace: Workspace, path: string): boolean => realpathSync(join(workspace.root, path)) === join(workspace.root, path);

describe("Yarn's Plug'n'Play", () => {
  const ignored = { '.gitignore': '.pnp.*\n.yarn/*\n', 'packages/two/two.js': '' };
  const place = (path: string): string => `        "packageLocation": "${path}",\\\n`;
  const map = (...places: string[]) => ({
    content: `const RAW_RUNTIME_STATE =\n'{\\\n${places.map(place).join('')}}';\n`,
    mode: 'executable' as const,
  });

  /** Where the map says that packages lie, as Yarn reads it. */
  async function placesIn(workspace: Workspace, file = '.pnp.cjs'): Promise<string[]> {
    const text = await readFile(join(workspace.root, file), 'utf8');
    return [...text.matchAll(/"packageLocation": *"([^"]*)"/g)].map(([, path = '']) => {
      const [, base = '', depth = '', rest = ''] = /^(.*?)__virtual__\/[^/]+\/(\d+)\/(.*)$/.exec(path) ?? [];
      return join(workspace.root, depth === '' ? path : `${base}${'../'.repeat(Number(depth))}${rest}`);
    });
  }

  test('what is in the cache of all folders is found from the workspace, and may be read; what is in the folder is its own', async () => {
    const home = await scratchFolder();
    await put(home, {
      '.yarn/berry/cache/left-npm-1.zip': 'PK',
      'secrets/left.zip': 'PK',
      'portal/package.json': '{}',
      'other/cache/x': '',
    });
    const up = `../${basename(home)}`;
    const zip = '.yarn/berry/cache/left-npm-1.zip/node_modules/left/';
    await inWorkspace(
      {
        tracked: ignored,
        installed: {
          '.pnp.cjs': map(
            './',
            `${up}/${zip}`,
            `./.yarn/__virtual__/left-virtual-0a/2/${basename(home)}/${zip}`,
            './.yarn/__virtual__/two-virtual-0b/1/packages/two/',
            './.yarn/unplugged/right-npm-1/node_modules/right/',
            './packages/two/',
            `${up}/portal/`,
            `${up}/secrets/`,
            `${up}/secrets/left.zip/node_modules/left/`,
            `${up}/other/cache/none.zip/node_modules/none/`,
          ),
          '.pnp.data.json': `{\n  "packageLocation": "${up}/${zip}"\n}\n`,
          '.pnp.loader.mjs': 'export {};\n',
          '.yarn/unplugged/right-npm-1/node_modules/right/index.js': '',
        },
      },
      async (workspace) => {
        expect(await placesIn(workspace)).toEqual([
          join(workspace.root, '/'),
          join(home, zip),
          join(home, zip),
          join(workspace.root, 'packages/two/'),
          join(workspace.root, '.yarn/unplugged/right-npm-1/node_modules/right/'),
          join(workspace.root, 'packages/two/'),
          join(home, 'portal/'),
          join(home, 'secrets/'),
          join(home, 'secrets/left.zip/node_modules/left/'),
          join(home, 'other/cache/none.zip/node_modules/none/'),
        ]);
        expect(await placesIn(workspace, '.pnp.data.json')).toEqual([join(home, zip)]);
        expect(isOwn(workspace, '.pnp.loader.mjs')).toBe(true);
        expect(statSync(join(workspace.root, '.pnp.cjs')).mode & 0o777).toBe(0o755);
        expect([...workspace.linkedRoots].sort()).toEqual([join(home, '.yarn/berry/cache'), join(home, 'portal')]);
      },
    );
  });

  test('also where .massgen is a link to another disk', async () => {
    const [top, elsewhere] = [await scratchFolder(), await scratchFolder()];
    const root = join(top, 'deep/project');
    const zip = 'home/cache/left.zip/node_modules/left/';
    await put(top, { 'deep/package.json': '{}', 'mine/package.json': '{}' });
    await put(root, { ...ignored, '.pnp.cjs': map(`../${zip}`, `./.yarn/__virtual__/left-virtual-0a/2/${zip}`, '../', '../../mine/') });
    for (const name of ['HOME', 'USERPROFILE']) vi.stubEnv(name, join(top, 'mine/home'));
    await using store = await scratchStore({ root, home: elsewhere });
    await using workspace = await store.fork({ session: 's', name: 'one', tree: (await store.capture()).tree });
    const real = { ...workspace, root: realpathSync(workspace.root) };
    expect(real.root.startsWith(elsewhere)).toBe(true);
    vi.unstubAllEnvs();
    expect(await placesIn(real)).toEqual([join(top, 'deep', zip), join(top, 'deep', zip), join(top, 'deep/'), join(top, 'mine/')]);
    // What holds the folder, or the person's home, is shown to nobody, though it is a package.
    expect(workspace.linkedRoots).toEqual([]);
  });

  test('a package of the repository that lies beside the folder of the map is the workspace’s own', async () => {
    const tracked = { '.gitignore': '.pnp.*\n', 'front/package.json': '{}', 'shared/package.json': '{}' };
    const home = await scratchFolder();
    const zip = `${basename(home)}/cache/left.zip/node_modules/left/`;
    const places = ['./', '../shared/', './.yarn/__virtual__/shared-virtual-0a/2/shared/', `../../${zip}`];
    const installed = { 'front/.pnp.cjs': map(...places) };
    await inWorkspace({ tracked, installed }, async (workspace) => {
      const front = { ...workspace, root: join(workspace.root, 'front') };
      const shared = join(workspace.root, 'shared/');
      expect(await placesIn(front)).toEqual([join(front.root, '/'), shared, shared, join(dirname(home), zip)]);
      expect(workspace.linkedRoots).toEqual([]);
    });
  });

  test('a cache of the folder, and what is unplugged, are copies: packages are known by where they really are', async () => {
    const installed = {
      '.pnp.cjs': map('./.yarn/cache/left-npm-1.zip/node_modules/left/'),
      '.yarn/cache/left-npm-1.zip': 'PK',
      '.yarn/unplugged/right-npm-1/node_modules/right/index.js': '',
      '.yarn/install-state.gz': 'gz',
    };
    await inWorkspace({ tracked: ignored, installed }, async (workspace) => {
      expect(await placesIn(workspace)).toEqual([join(workspace.root, '.yarn/cache/left-npm-1.zip/node_modules/left/')]);
      for (const path of ['.yarn/cache/left-npm-1.zip', '.yarn/unplugged/right-npm-1/node_modules/right/index.js'])
        expect(isOwn(workspace, path)).toBe(true);
      expect(existsSync(join(workspace.root, '.yarn/install-state.gz'))).toBe(false);
      expect(workspace.linkedRoots).toEqual([]);
    });
  });

  test('a tracked map and cache are files like any other; what git ignores comes in beside them', async () => {
    const tracked = { '.gitignore': '.yarn/unplugged\n', '.pnp.cjs': map('./', '../x/cache/y.zip/'), '.yarn/cache/left-npm-1.zip': 'PK' };
    await inWorkspace({ tracked, installed: { '.yarn/unplugged/a/index.js': '' } }, async (workspace, root) => {
      expect(await readFile(join(workspace.root, '.pnp.cjs'))).toEqual(await readFile(join(root, '.pnp.cjs')));
      expect(isOwn(workspace, '.yarn/unplugged/a/index.js')).toBe(true);
    });
  });
});

describe("Bundler's vendor/bundle", () => {
  const tracked = { '.gitignore': '/.bundle\n/vendor/bundle\n', Gemfile: '' };
  const installed = { '.bundle/config': 'BUNDLE_PATH: "vendor/bundle"\n', 'vendor/bundle/ruby/3.1.0/gems/left-1/lib/left.rb': '' };

  test('is linked, though nothing else is in vendor; its settings are a copy, as Bundler writes them', async () => {
    await inWorkspace({ tracked, installed }, async (workspace, root) => {
      expect(realpathSync(join(workspace.root, 'vendor/bundle'))).toBe(join(root, 'vendor/bundle'));
      expect(isOwn(workspace, 'vendor')).toBe(true);
      expect(isOwn(workspace, '.bundle/config')).toBe(true);
      expect(workspace.linkedRoots).toEqual([join(root, 'vendor/bundle')]);
      await writeFile(join(workspace.root, '.bundle/config'), 'other');
    });
  });

  test.each(['vendor', 'app', 'app/vendor'])('is not brought where the tree has a link at %s', async (link) => {
    const root = await personsRepository({ '.gitignore': '**/vendor/bundle\n', Gemfile: '' });
    const elsewhere = await scratchFolder();
    await put(root, { [link]: { content: elsewhere, mode: 'link' } });
    await using store = await openStore(root);
    const { tree } = await store.capture();
    await rm(join(root, link));
    await put(root, { 'vendor/bundle/x': '', 'app/vendor/bundle/x': '' });
    await using workspace = await store.fork({ session: 's', name: 'one', tree });
    expect(stateOf(elsewhere)).toEqual({});
    expect(workspace.linkedRoots).not.toContain(join(root, link, link.endsWith('vendor') ? 'bundle' : 'vendor/bundle'));
  });

  test('is not brought where the tree has not the folder that it is for', async () => {
    const root = await personsRepository({ '.gitignore': '**/vendor/bundle\n' });
    await using store = await openStore(root);
    const { tree } = await store.capture();
    await put(root, { 'app/vendor/bundle/x': '' });
    await using workspace = await store.fork({ session: 's', name: 'one', tree });
    expect(existsSync(join(workspace.root, 'app'))).toBe(false);
  });
});

test("Mix's deps are linked, and those that are built where they lie are the workspace's own", async () => {
  const tracked = { '.gitignore': '/deps\n/_build\n', 'mix.exs': '', 'lib/shop.ex': '' };
  const installed = {
    'deps/left/mix.exs': '',
    'deps/made/Makefile': 'all:\n',
    'deps/nif/c_src/nif.c': '',
    '_build/test/lib/shop/.mix/compile.elixir': '',
  };
  await inWorkspace({ tracked, installed }, async (workspace, root) => {
    expect(realpathSync(join(workspace.root, 'deps/left'))).toBe(join(root, 'deps/left'));
    for (const path of ['deps', 'deps/made/Makefile', 'deps/nif/c_src/nif.c']) expect(isOwn(workspace, path)).toBe(true);
    expect(existsSync(join(workspace.root, '_build'))).toBe(false);
    expect(workspace.linkedRoots).toEqual([join(root, 'deps')]);
    await put(workspace.root, { 'deps/made/ebin/made.beam': 'built' });
  });
});

test("PDM's __pypackages__: the folder's own package is the workspace's, and so is an environment that it names", async () => {
  const root = await personsRepository();
  const lib = '__pypackages__/3.11/lib';
  await inWorkspace(
    {
      // As PDM writes it, so that all but itself is ignored.
      tracked: { '.gitignore': '.pdm-python\n', '__pypackages__/.gitignore': '*\n!.gitignore\n', 'src/two/__init__.py': '' },
      installed: {
        [`${lib}/two.pth`]: `${root}/src\n`,
        [`${lib}/two-1.dist-info/direct_url.json`]: JSON.stringify({ url: `file://${root}`, dir_info: { editable: true } }),
        [`${lib}/left/__init__.py`]: '',
        '.pdm-python': `${root}/.venv/bin/python`,
      },
    },
    async (workspace) => {
      const read = (path: string): Promise<string> => readFile(join(workspace.root, path), 'utf8');
      expect(await read(`${lib}/two.pth`)).toBe(`${workspace.root}/src\n`);
      expect(await read(`${lib}/two-1.dist-info/direct_url.json`)).toContain(`"file://${workspace.root}"`);
      expect(realpathSync(join(workspace.root, lib, 'left'))).toBe(join(root, lib, 'left'));
      expect(await read('.pdm-python')).toBe(`${workspace.root}/.venv/bin/python`);
      expect(workspace.linkedRoots).toEqual([join(root, '__pypackages__')]);
    },
    root,
  );
});

test("Pods are copies: a pod of the folder's own is the workspace's, and scripts write among them", async () => {
  const tracked = { '.gitignore': 'Pods/\n', Podfile: '', 'Own/own.h': '' };
  const installed: Files = {
    'Pods/Left/left.h': '',
    'Pods/Pods.xcodeproj/project.pbxproj': 'path = ../Own;\n',
    'Pods/Headers/Public/Own/own.h': { content: '../../../../Own/own.h', mode: 'link' },
  };
  await inWorkspace({ tracked, installed }, async (workspace) => {
    expect(realpathSync(join(workspace.root, 'Pods/Headers/Public/Own/own.h'))).toBe(join(workspace.root, 'Own/own.h'));
    expect(realpathSync(join(workspace.root, 'Pods/../Own'))).toBe(join(workspace.root, 'Own'));
    expect(lstatSync(join(workspace.root, 'Pods')).isSymbolicLink()).toBe(false);
    await writeFile(join(workspace.root, 'Pods/resources-to-copy.txt'), 'x');
  });
});
