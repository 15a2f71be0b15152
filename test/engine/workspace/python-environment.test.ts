import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStore } from '../../../src/engine/workspace/open-store.js';
import { personsRepository, stateOf } from './person.js';
import type { Files } from './scratch.js';
import { put } from './scratch-store.js';

const WHO =
  'import sys, app, tool, hatched, built, outside\nprint(*(one.WHO for one in (app, tool, hatched, built, outside)), sys.prefix, sep="|")\n';
const OURS = ['src/app', 'lib/tool/tool', 'lib/hatched/hatched', 'lib/built/built'];
/** What a backend writes for a package that cannot be found by a path alone. */
const FINDER = (path: string) => `import sys\ndef install(): sys.path.append('${path}')\n`;
/** Each as its backend calls it: setuptools, hatchling, meson-python. */
const FINDERS = { tool: '__editable___tool_1_finder', hatched: '_editable_impl_hatched', built: '_built_editable_loader' };

const says = (who: string): Files => Object.fromEntries(OURS.map((path) => [`${path}/__init__.py`, `WHO = "${who}"\n`]));
const all = (who: string) => [...OURS.map(() => who), 'outside'];

const hasPython = (() => {
  if (process.platform === 'win32') return false;
  try {
    execFileSync('python3', ['-c', 'import venv'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('Tests of virtual environments are skipped: python3 with venv is not there.');
    return false;
  }
})();

/** Packages of the folder that are installed "editable", in the ways that there are, and one of another folder beside it. */
async function project(): Promise<{ root: string; site: string }> {
  const root = await personsRepository({
    '.gitignore': '.venv/\n__pycache__/\n',
    ...says('theirs'),
  });
  execFileSync('python3', ['-m', 'venv', '--without-pip', '.venv'], { cwd: root });
  const [python = ''] = globSync('.venv/lib/python*', { cwd: root });
  const site = `${python}/site-packages`;
  const outside = `${root}-outside`;
  await put(outside, { 'outside.py': 'WHO = "outside"\n' });
  await put(root, {
    [`${site}/app.pth`]: `${root}/src\n`,
    ...Object.fromEntries(
      Object.entries(FINDERS).flatMap(([name, finder]) => [
        [`${site}/${finder}.py`, FINDER(`${root}/lib/${name}`)],
        [`${site}/_${name}.pth`, `import ${finder}; ${finder}.install()\n`],
      ]),
    ),
    [`${site}/outside.pth`]: `${outside}\n`,
    [`${site}/app-1.dist-info/direct_url.json`]: JSON.stringify({ url: `file://${root}`, dir_info: { editable: true } }),
    '.venv/bin/who': { content: `#!${root}/.venv/bin/python\n${WHO}`, mode: 'executable' },
  });
  return { root, site };
}

describe.skipIf(!hasPython)('a virtual environment in a workspace', () => {
  const said = (root: string) => execFileSync(join(root, '.venv/bin/who'), { encoding: 'utf8' }).trim().split('|');

  test.each(['link', 'copy'] as const)('has the code of the workspace, and its programs run there (%s)', async (dependencies) => {
    const { root, site } = await project();
    const theirs = stateOf(join(root, '.venv'), ['__pycache__']);
    await using store = await openStore(root);
    const { tree } = await store.capture();
    await using workspace = await store.fork({ session: 's', name: 'one', tree, dependencies });
    await put(workspace.root, says("the agent's"));
    expect(said(workspace.root)).toEqual([...all("the agent's"), join(workspace.root, '.venv')]);
    // Tools that ask where it was installed from are told the workspace.
    expect(await readFile(join(workspace.root, site, 'app-1.dist-info/direct_url.json'), 'utf8')).toContain(`file://${workspace.root}"`);
    // What is written to it is the workspace's own.
    await writeFile(join(workspace.root, '.venv/bin/who'), 'broken');
    await writeFile(join(workspace.root, site, 'app.pth'), 'broken');
    await writeFile(join(workspace.root, site, 'app-1.dist-info', 'RECORD'), '');
    expect(stateOf(join(root, '.venv'), ['__pycache__'])).toEqual(theirs);
    expect(said(root)).toEqual([...all('theirs'), join(root, '.venv')]);
  });

  test('is the checkout’s in a check', async () => {
    const { root } = await project();
    await using store = await openStore(root);
    const { tree } = await store.capture();
    await using checkout = await store.checkout(tree, join(store.home, 'checks/1'), { dependencies: 'link' });
    await put(checkout.root, says('checked'));
    expect(said(checkout.root)).toEqual([...all('checked'), join(checkout.root, '.venv')]);
  });

  test('starts its programs where the path to its Python is longer than a first line may be, or has a space', async () => {
    const { root } = await project();
    await using store = await openStore(root);
    const { tree } = await store.capture();
    for (const name of ['with a space', 'x'.repeat(240)]) {
      await using checkout = await store.checkout(tree, join(store.home, 'checks', name), { dependencies: 'link' });
      expect(said(checkout.root)[0]).toBe('theirs');
    }
  });
});
