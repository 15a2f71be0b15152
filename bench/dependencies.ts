/** How long installed packages take to be in a workspace beside a copy of them, and what an agent's install does to the person's own: nothing. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installedIn, linkDependencies } from '../src/engine/workspace/dependencies.js';
import { git } from '../src/engine/workspace/git.js';
import { replaceLinks } from '../src/engine/workspace/own-dependencies.js';
import { median, randomFrom, timed } from './numbers.js';
import type { Row } from './row.js';
import { scratch } from './scratch.js';

const run = promisify(execFile);

const PACKAGES = 900;
const FILES = 30;
const MEAN_BYTES = 13_800;
const AGENTS = 5;
const ROUNDS = 5;

export async function bench(): Promise<Row[]> {
  const { folder, place } = await scratch();
  try {
    const root = join(folder, 'repository');
    await makePackages(root);
    const pairs: { ours: number; peer: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const workspaces = Array.from({ length: AGENTS }, (_, agent) => join(folder, `workspace-${agent}`));
      for (const to of workspaces) mkdirSync(to);
      const ours = (await timed(() => bringAll(root, workspaces))) / AGENTS;
      for (const to of workspaces) await rm(to, { recursive: true, force: true });
      const copy = join(folder, 'copy');
      const peer = await timed(() => run('cp', ['-a', join(root, 'node_modules'), copy]));
      await rm(copy, { recursive: true, force: true });
      pairs.push({ ours, peer });
    }
    const ratio = median(pairs.map(({ ours, peer }) => ours / peer));
    const changed = await changedByInstall(root, join(folder, 'installing'));
    const files = PACKAGES * FILES;
    return [
      {
        name: 'dependencies: ms an agent until they are there',
        ours: median(pairs.map(({ ours }) => ours)),
        peer: `${median(pairs.map(({ peer }) => peer)).toFixed(0)}: cp -a of them`,
        ratio,
        target: '<= 0.01',
        ok: ratio <= 0.01,
        note: `${files} files of ${PACKAGES} packages, ${AGENTS} agents at once; median of ${ROUNDS} pairs, ${place}`,
      },
      {
        name: "dependencies: the person's files that an install changed",
        ours: changed,
        peer: `${files}: theirs`,
        ratio: changed / files,
        target: '0',
        ok: changed === 0,
        note: 'one that writes into every package, in place and anew',
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As when five workspaces are made at once: what is installed is looked for once. */
async function bringAll(root: string, workspaces: readonly string[]): Promise<void> {
  const options = { from: root, prefix: '', mode: 'link' as const, ignored: async (paths: readonly string[]) => new Set(paths) };
  const installed = installedIn(options);
  await Promise.all(workspaces.map((to) => linkDependencies({ ...options, to }, installed)));
}

/** How many files of the person's are other than before, once an agent has installed in its workspace. */
async function changedByInstall(root: string, to: string): Promise<number> {
  const before = contentsOf(join(root, 'node_modules'));
  mkdirSync(to);
  const ignored = async (paths: readonly string[]) => new Set(paths);
  const { linkedRoots } = await linkDependencies({ from: root, to, prefix: '', mode: 'link', ignored });
  await replaceLinks({ from: root, root: to, prefix: '', linkedRoots });
  for (const name of packageNames()) {
    const at = join(to, 'node_modules', name);
    appendFileSync(join(at, 'package.json'), '\n');
    rmSync(join(at, 'lib/file-1.js'));
    writeFileSync(join(at, 'lib/new.js'), 'new\n');
  }
  const after = contentsOf(join(root, 'node_modules'));
  return [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path)).length;
}

async function makePackages(root: string): Promise<void> {
  const random = randomFrom(3);
  const text = Buffer.alloc(4 * MEAN_BYTES, 'module.exports = (a, b) => a + b; // some code\n');
  mkdirSync(join(root, 'node_modules/.bin'), { recursive: true });
  for (const name of packageNames()) {
    const at = join(root, 'node_modules', name);
    mkdirSync(join(at, 'lib/deep'), { recursive: true });
    writeFileSync(join(at, 'package.json'), JSON.stringify({ name, version: '1.0.0', main: 'lib/file-1.js' }));
    for (let file = 1; file < FILES; file++)
      writeFileSync(join(at, file % 2 ? 'lib' : 'lib/deep', `file-${file}.js`), text.subarray(0, 500 + random(2 * (MEAN_BYTES - 500))));
  }
  for (let tool = 0; tool < PACKAGES / 10; tool++)
    symlinkSync(`../package-${tool}/lib/file-1.js`, join(root, 'node_modules/.bin', `tool-${tool}`));
  writeFileSync(join(root, 'package.json'), '{}');
  await git(['init', '-q', root], { cwd: root });
}

/** A tenth of them in scopes. */
const packageNames = (): string[] =>
  Array.from({ length: PACKAGES }, (_, number) => (number % 10 === 9 ? `@scope-${number % 7}/package-${number}` : `package-${number}`));

/** By path: kind, permissions, time and content. */
function contentsOf(folder: string, path = '', found = new Map<string, string>()): Map<string, string> {
  for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
    const at = join(path, entry.name);
    const stat = lstatSync(join(folder, at));
    if (entry.isDirectory()) contentsOf(folder, at, found);
    const content = entry.isSymbolicLink() ? readlinkSync(join(folder, at)) : entry.isFile() ? hashOf(join(folder, at)) : '';
    found.set(at, `${stat.mode} ${stat.mtimeMs} ${content}`);
  }
  return found;
}

const hashOf = (file: string): string => createHash('sha1').update(readFileSync(file)).digest('hex');
