/** Takes out of the store what no session names any more. */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { captureIndex } from './capture.js';
import { isMissing } from './disk.js';
import { git, gitText, runGit } from './git.js';
import type { CollectOptions } from './store.js';
import { lockWhenFree } from './turn-taking.js';

const KEPT = 'refs/massgen/kept';

/**
 * Keeps what `ids` name (trees, files, whatever else is no object of the store), the folder as it was captured last and what workspaces
 * that are there began with; all else goes. Packs that are shared with the person's repository cost nothing and stay as they are.
 * Invariant: nothing is captured meanwhile, and where git cannot read all that is kept, nothing goes.
 */
export async function collect(
  { gitDir, home }: { gitDir: string; home: string },
  ids: Iterable<string>,
  { youngerThan = '1.hour.ago' }: CollectOptions = {},
): Promise<void> {
  await using _lock = await lockWhenFree(join(gitDir, 'capture.lock'), 'clearing the store');
  const own = [...(await indexTrees(gitDir)), ...(await beginnings(home))];
  await nameOnly(gitDir, await known(gitDir, [...ids, ...own]));
  const shared = (await sharedPacks(gitDir)).map((pack) => `--keep-pack=${pack}`);
  await git(['-c', 'repack.writeBitmaps=false', 'repack', '-a', '-d', '-q', ...shared], { gitDir });
  await git(['prune', `--expire=${youngerThan}`], { gitDir });
}

/** Those of these ids that the store has. */
async function known(gitDir: string, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const input = `${[...new Set(ids)].join('\n')}\n`;
  const out = await gitText(['cat-file', '--batch-check=%(objectname) %(objecttype)', '--buffer'], { gitDir, input, okCodes: [0, 128] });
  return new Set(out.split('\n').flatMap((line) => /^([0-9a-f]+) (?:blob|tree|commit)$/.exec(line)?.[1] ?? []));
}

/** The trees that our indexes stand for. An index whose contents are gone is made anew by the next capture. */
async function indexTrees(gitDir: string): Promise<string[]> {
  const capture = captureIndex(gitDir);
  const workspaces = (await filesBelow(join(gitDir, 'workspaces'))).filter((file) => file.endsWith('.index'));
  const trees: string[] = [];
  for (const indexFile of [capture, ...workspaces]) {
    const { code, out } = await runGit(['write-tree'], { gitDir, indexFile });
    if (code === 0) trees.push(Buffer.from(out).toString('latin1').trim());
    else if (indexFile === capture) await rm(capture, { force: true });
  }
  return trees;
}

/** The commits that workspaces began with. */
async function beginnings(home: string): Promise<string[]> {
  const names = (await filesBelow(join(home, 'workspaces'), 1)).map((place) => join(place, '.git', 'refs', 'heads', 'main'));
  const texts = await Promise.all(names.map((file) => readFile(file, 'latin1').catch(() => ''))); // Its agent moved it away.
  return texts.map((text) => text.trim()).filter((text) => text !== '');
}

/** What is in the folders of a folder, `deep` folders down. */
async function filesBelow(folder: string, deep = 1): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  if (deep === 0) return entries.map((entry) => join(folder, entry.name));
  return (
    await Promise.all(entries.filter((entry) => entry.isDirectory()).map((one) => filesBelow(join(folder, one.name), deep - 1)))
  ).flat();
}

/** Invariant: afterwards these have a name of ours, and nothing else has. */
async function nameOnly(gitDir: string, ids: ReadonlySet<string>): Promise<void> {
  const rows = (await gitText(['for-each-ref', '--format=%(refname) %(objectname)', 'refs/massgen'], { gitDir })).split('\n');
  const refs = rows.map((row) => row.split(' ')).filter((row): row is [string, string] => row.length === 2);
  const named = new Set(refs.map(([, id]) => id));
  const gone = refs.filter(([, id]) => !ids.has(id)).map(([name, id]) => `delete ${name} ${id}\n`);
  const fresh = [...ids].filter((id) => !named.has(id)).map((id) => `create ${KEPT}/${id} ${id}\n`);
  await git(['update-ref', '--stdin'], { gitDir, input: [...fresh, ...gone].join('') });
  await git(['pack-refs', '--all'], { gitDir });
}

/** Hard links of the person's packs, and packs that have just been made. */
async function sharedPacks(gitDir: string): Promise<string[]> {
  const folder = join(gitDir, 'objects', 'pack');
  const packs = (await filesBelow(folder, 0)).filter((file) => file.endsWith('.pack'));
  const stats = await Promise.all(packs.map((pack) => stat(pack)));
  return packs.flatMap((pack, at) => ((stats[at]?.nlink ?? 0) > 1 ? [pack.slice(folder.length + 1)] : []));
}
