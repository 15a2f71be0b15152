import { chmod, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { git } from '../../../src/engine/workspace/git.js';
import { fieldsOf } from '../../../src/engine/workspace/path-bytes.js';
import { diffSmall } from '../../../src/engine/workspace/small-index.js';
import { scratchFolder } from './scratch.js';
import { put } from './scratch-store.js';

const OLD = new Date('2020-01-01');

/** A folder and an index of it, as git makes it; all files are older than the index. */
async function followed(config: string[] = []) {
  const root = await scratchFolder();
  const gitDir = join(await scratchFolder(), 'store.git');
  await git(['init', '-q', '--bare', gitDir]);
  await put(root, { 'a.txt': 'a\n', 'b.txt': 'b\n', 'd/c.txt': 'c\n', 'd/e/f.txt': 'f\n' });
  for (const path of ['a.txt', 'b.txt', 'd/c.txt', 'd/e/f.txt']) await utimes(join(root, path), OLD, OLD);
  const at = { gitDir, workTree: root, indexFile: join(gitDir, 'our.index'), format: 'sha1' as const, modes: true, config };
  await git(['add', '-A'], at);
  return { root, at };
}

async function byGit({ config, ...at }: Awaited<ReturnType<typeof followed>>['at']) {
  const fields = fieldsOf(await git([...config, 'diff-files', '-z', '--raw'], at));
  const rows = fields.flatMap((head, place) => (place % 2 === 0 ? [{ head, path: fields[place + 1] ?? '' }] : []));
  const those = (gone: boolean) => rows.filter(({ head }) => head.endsWith(' D') === gone).map(({ path }) => path);
  return { changed: those(false).sort(), gone: those(true).sort() };
}

const MINIMAL = ['-c', 'core.checkStat=minimal', '-c', 'core.trustctime=false'];

describe('what differs from a small index', () => {
  test.each([
    ['nothing', async () => undefined],
    ['another size', (root: string) => writeFile(join(root, 'a.txt'), 'longer\n')],
    ['another content of the same size', (root: string) => writeFile(join(root, 'a.txt'), 'A\n')],
    ['a file that is executable', (root: string) => chmod(join(root, 'a.txt'), 0o755)],
    ['a file that is gone', (root: string) => rm(join(root, 'd/c.txt'))],
    ['a folder that is gone', (root: string) => rm(join(root, 'd'), { recursive: true })],
    ['a link in place of a file', (root: string) => rm(join(root, 'a.txt')).then(() => symlink('b.txt', join(root, 'a.txt')))],
    ['a folder in place of a file', (root: string) => rm(join(root, 'a.txt')).then(() => mkdir(join(root, 'a.txt')))],
    ['a file in place of a folder', (root: string) => rm(join(root, 'd'), { recursive: true }).then(() => writeFile(join(root, 'd'), 'd'))],
    ['a link in place of a folder', (root: string) => rename(join(root, 'd'), join(root, 'x')).then(() => symlink('x', join(root, 'd')))],
  ])('is what git says: %s', async (_, change) => {
    for (const config of [[], MINIMAL]) {
      const { root, at } = await followed(config);
      await change(root);
      expect(diffSmall(at)).toEqual(await byGit(at));
    }
  });

  test('of a file as young as its index, it is not known', async () => {
    const { at } = await followed();
    await utimes(at.indexFile, OLD, OLD);
    expect(diffSmall(at)?.changed).toEqual(['a.txt', 'b.txt', 'd/c.txt', 'd/e/f.txt']);
  });

  test('is left to git where the index is large, or is none', async () => {
    const { root, at } = await followed();
    expect(diffSmall({ ...at, indexFile: join(root, 'none') })).toBeUndefined();
    await put(root, Object.fromEntries(Array.from({ length: 700 }, (_, number) => [`many/file-${number}.txt`, 'm'])));
    await git(['add', '-A'], at);
    expect(diffSmall(at)).toBeUndefined();
  });
});
