/** Stores and trees to test with: real git, in folders that are gone afterwards. */
import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { removeTree } from '../../../src/engine/process/remove-tree.js';
import { git, gitText } from '../../../src/engine/workspace/git.js';

/** A file of a tree: its content, or more than that. `link`: the content is where it leads. */
export type FileSpec = string | Uint8Array | { content: string | Uint8Array; mode: 'file' | 'executable' | 'link' | 'repository' };
export type Files = Record<string, FileSpec>;

const folders: string[] = [];
// Asked for here: what is asked for in a test comes to nothing.
afterAll(async () => {
  for (const folder of folders) await removeTree(folder);
});

/** A folder that is removed once the file's tests are done. */
export async function scratchFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'massgen-test-')));
  folders.push(folder);
  return folder;
}

/** A bare repository as the store's is. */
export async function scratchGitDir(format: 'sha1' | 'sha256' = 'sha1'): Promise<string> {
  const gitDir = join(await scratchFolder(), 'store.git');
  await git(['init', '-q', '--bare', `--object-format=${format}`, gitDir], {});
  return gitDir;
}

/** The ids of trees with these files, all made by one process. */
export async function treesOf(gitDir: string, all: readonly Files[]): Promise<string[]> {
  const parts: Buffer[] = [];
  const say = (text: string) => parts.push(Buffer.from(text));
  for (const [index, files] of all.entries()) {
    say(`commit refs/scratch/${index}\ncommitter t <t@t> 1 +0000\ndata 0\ndeleteall\n`);
    for (const [path, spec] of Object.entries(files)) {
      const { content, mode } = typeof spec === 'string' || spec instanceof Uint8Array ? { content: spec, mode: 'file' as const } : spec;
      const bytes = Buffer.from(content as Uint8Array);
      const name = `"${path.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`;
      if (mode === 'repository') {
        say(`M 160000 ${bytes.toString()} ${name}\n`);
        continue;
      }
      say(`M ${{ file: '100644', executable: '100755', link: '120000' }[mode]} inline ${name}\ndata ${bytes.length}\n`);
      parts.push(bytes, Buffer.from('\n'));
    }
  }
  await git(['fast-import', '--quiet', '--force'], { gitDir, input: Buffer.concat(parts) });
  const ids = await gitText(['rev-parse', ...all.map((_, index) => `refs/scratch/${index}^{tree}`)], { gitDir });
  return ids.trim().split('\n');
}

/** Two trees, for destructuring without doubt. */
export async function twoTrees(gitDir: string, a: Files, b: Files): Promise<[string, string]> {
  const [one, two] = await treesOf(gitDir, [a, b]);
  if (one === undefined || two === undefined) throw new Error('no trees were made');
  return [one, two];
}

export async function threeTrees(gitDir: string, a: Files, b: Files, c: Files): Promise<[string, string, string]> {
  const [one, two, three] = await treesOf(gitDir, [a, b, c]);
  if (one === undefined || two === undefined || three === undefined) throw new Error('no trees were made');
  return [one, two, three];
}

/** All files of a tree, contents as latin1 so that any bytes compare; the mode is said where it is not a plain file. */
export async function contentsOf(gitDir: string, tree: string): Promise<Record<string, string>> {
  const listing = await gitText(['ls-tree', '-r', '-z', '--full-tree', tree], { gitDir });
  const contents: Record<string, string> = {};
  for (const line of listing.split('\0').filter(Boolean)) {
    const tab = line.indexOf('\t');
    const [head, path] = [line.slice(0, tab), line.slice(tab + 1)];
    const [mode, , id = ''] = head.split(' ');
    const content = mode === '160000' ? id : Buffer.from(await git(['cat-file', 'blob', id], { gitDir })).toString('latin1');
    contents[path] = mode === '100644' ? content : `${mode}:${content}`;
  }
  return contents;
}
