import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Captured, capturer } from '../../../src/engine/workspace/capture.js';
import { git, gitText } from '../../../src/engine/workspace/git.js';
import { layoutOf } from '../../../src/engine/workspace/layout.js';
import { openStore } from '../../../src/engine/workspace/open-store.js';
import { commitAll, personsGit, personsRepository } from './person.js';
import { contentsOf, scratchFolder } from './scratch.js';
import { put } from './scratch-store.js';

/** A capture by a store that is new. */
async function firstCapture(root: string): Promise<Captured> {
  await rm(join(root, '.massgen'), { recursive: true, force: true });
  await using store = await openStore(root);
  const captured = await capturer(await layoutOf(root))();
  expect(await store.has(captured.tree)).toBe(true);
  return captured;
}

/** What git itself makes of the same files with the same rules. */
async function treeByGit(root: string): Promise<string> {
  const gitDir = join(await scratchFolder(), 'other.git');
  await git(['init', '-q', '--bare', gitDir]);
  await mkdir(join(gitDir, 'info'), { recursive: true });
  await writeFile(join(gitDir, 'info/attributes'), '* -text -filter -ident -working-tree-encoding\n');
  await writeFile(join(gitDir, 'info/exclude'), '.massgen\n.env\n!.env/\n');
  const tracked = personsGit(root, 'ls-files', '-z');
  const at = { gitDir, workTree: root };
  // What is tracked is not ignored.
  const blob = (await gitText(['hash-object', '-w', '--stdin'], { ...at, input: 'none' })).trim();
  const input = tracked
    .split('\0')
    .filter(Boolean)
    .map((path) => `100644 ${blob}\t${path}\0`)
    .join('');
  await git(['update-index', '-z', '--index-info'], { ...at, input });
  await git(['add', '-A'], at);
  return (await gitText(['write-tree'], at)).trim();
}

const names = ['a', 'b', 'c.txt', 'a.b', 'a-b', 'ü', 'x.log', '.env', 'A'];
const path = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const content = fc.constantFrom('', 'one\n', 'two\n', 'a\r\nb\r\n', 'a\nb\n', '\0\r\n', 'long\n'.repeat(20_000));
const change = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('write' as const), path, content }) },
  fc.record({ do: fc.constant('remove' as const), path }),
  fc.record({ do: fc.constant('link' as const), path, to: fc.constantFrom('a', 'nowhere', '../..') }),
  fc.record({ do: fc.constant('executable' as const), path }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** Whatever is in its way goes; what cannot be is not done. */
async function make(root: string, change: Change): Promise<void> {
  const file = join(root, change.path);
  const isIn = async () => {
    await mkdir(dirname(file), { recursive: true });
    if (change.do !== 'executable') await rm(file, { recursive: true, force: true });
  };
  if (change.do === 'remove') return rm(file, { recursive: true, force: true }).catch(() => undefined);
  await (async () => {
    await isIn();
    if (change.do === 'write') await writeFile(file, change.content);
    if (change.do === 'link') await symlink(change.to, file);
    if (change.do === 'executable') await chmod(file, 0o755);
  })().catch((error: NodeJS.ErrnoException) => {
    if (!['EEXIST', 'ENOTDIR', 'ENOENT', 'ELOOP', 'EISDIR'].includes(error.code ?? '')) throw error;
  });
}

const rules = fc.record({
  '.gitattributes': fc.constantFrom('', '* text=auto\n', '*.txt text eol=crlf\n', 'a* filter=none\n'),
  '.gitignore': fc.constantFrom('', '*.log\n', 'b/\n!b/a\n'),
});

describe('the first look at a folder', () => {
  test('is what git makes of it, and counts what git counts, whatever was committed, staged and changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        rules,
        fc.array(change, { maxLength: 12 }),
        fc.array(change, { maxLength: 6 }),
        fc.array(change, { maxLength: 12 }),
        fc.boolean(),
        async (files, committed, staged, changed, packed) => {
          const root = await personsRepository(files);
          for (const each of committed) await make(root, each);
          personsGit(root, 'add', '-A', '--force');
          commitAll(root, '--allow-empty');
          if (packed) personsGit(root, 'gc', '-q');
          for (const each of staged) await make(root, each);
          personsGit(root, 'add', '-A');
          for (const each of changed) await make(root, each);
          const first = await firstCapture(root);
          expect(first.seen).toBeDefined();
          expect(first.tree).toBe(await treeByGit(root));
          // Of this version of an index nothing is known here: git is asked for everything.
          personsGit(root, 'update-index', '--index-version', '4');
          const byGit = await firstCapture(root);
          expect(byGit.seen).toBeUndefined();
          expect(first).toMatchObject({ tree: byGit.tree, summary: byGit.summary });
        },
      ),
      { numRuns: Number(process.env.MASSGEN_LOOKS ?? 12) },
    );
  });

  test('is followed by looks that see every change, of the same size and moment too', async () => {
    const root = await personsRepository({ 'a.txt': 'a\n', 'b/c.txt': 'c\n' });
    await put(root, { 'new.txt': 'n\n', 'b/c.txt': 'C\n' });
    await openStore(root).then((store) => store[Symbol.asyncDispose]());
    const capture = capturer(await layoutOf(root));
    const { gitDir } = await layoutOf(root);
    for (const letter of 'xyz') {
      const before = await capture();
      await put(root, { 'new.txt': `${letter}\n`, 'a.txt': `${letter}\n` });
      const after = await capture();
      expect(after.tree).not.toBe(before.tree);
      expect(await contentsOf(gitDir, after.tree)).toEqual({ 'a.txt': `${letter}\n`, 'b/c.txt': 'C\n', 'new.txt': `${letter}\n` });
    }
  });

  test.each([
    ['a file that git is told not to look at', (root: string) => personsGit(root, 'update-index', '--assume-unchanged', 'a.txt')],
    ['a file that is only intended to be added', (root: string) => personsGit(root, 'add', '-N', 'new.txt')],
    ['a split index', (root: string) => personsGit(root, 'update-index', '--split-index')],
    ['times that mean nothing', (root: string) => personsGit(root, 'config', 'core.checkStat', 'minimal')],
    ['a repository in the repository', (root: string) => personsGit(root, 'init', '-q', 'inner')],
  ])('is left to git where there is %s', async (_, make) => {
    const root = await personsRepository({ 'a.txt': 'a\n' });
    await put(root, { 'new.txt': 'n\n', 'inner/i.txt': 'i\n' });
    make(root);
    const { seen, tree } = await firstCapture(root);
    expect(seen).toBeUndefined();
    expect(await contentsOf(join(root, '.massgen/store.git'), tree)).toEqual({ 'a.txt': 'a\n', 'new.txt': 'n\n', 'inner/i.txt': 'i\n' });
  });
});
