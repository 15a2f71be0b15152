import { mkdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isInside, openJail } from '../../../src/engine/tools/jail.js';
import { isGitName, isMassgenName, refusedForm } from '../../../src/engine/tools/path-forms.js';
import { openTree, type TestTree } from './sandbox-tree.js';

let tree: TestTree;
beforeAll(async () => {
  tree = await openTree();
});
afterAll(() => tree[Symbol.asyncDispose]());

const why = async (path: string, access: 'read' | 'write' | 'entry' = 'read') => {
  const verdict = await tree.jail.resolve(path, access);
  return verdict.ok ? 'allowed' : verdict.why;
};

/** Paths that lead out: `<top>` and the like stand for the folders of the test. */
const escapes = [
  '..',
  '../',
  '../w2',
  '../../..',
  '../../../sessions/s1/events.jsonl',
  'src/../../w2',
  'src/../../../../../src/a.ts',
  './../../x',
  'a/b/c/../../../../x',
  'inner/../../x',
  '/',
  '/etc/passwd',
  '/etc/../etc/passwd',
  '//etc/passwd',
  '/proc/self/environ',
  '/proc/self/root/etc/passwd',
  '/dev/zero',
  '/tmp',
  '<top>',
  '<outside>/secret.txt',
  '<repository>/../other/x',
  '<repository>-other/x',
  '<repository>/.massgen/sessions/s1/events.jsonl',
  '<repository>/.massgen/workspaces/s1/w2/x',
  '<root>/../w2/x',
  '<root>2/x',
  '<peer>/../p2/x',
  'peers/agent1/../../../x',
  'peers/agent1/leak',
  '<peer>/leak',
  'out-file',
  'out-dir',
  'out-dir/secret.txt',
  'out-dir/new.txt',
  'out-dir/new/deep.txt',
  'chain/secret.txt',
  'out-dangling',
  'out-dangling/x',
  'loop-a',
  'loop-b/x',
  'up',
  'up/etc',
  'up/../x/../../..',
  'proc/etc/passwd',
  'node_modules/../../../x/../../../..',
  '~',
  '~/x',
  '~root/x',
  'file:///etc/passwd',
  'FILE:///etc/passwd',
  'vscode://x',
  'http://localhost/x',
  'C:\\Windows\\x',
  'C:/Windows/x',
  '\\\\server\\share\\x',
  '..\\..\\x',
  'src\\..\\..\\x',
  'src/a.ts\0',
  '\0',
  '',
  '   ',
  `${'a/'.repeat(3000)}x`,
  'x'.repeat(300),
  'src/a.ts/x',
];

const fill = (path: string) =>
  path
    .replace('<top>', tree.top)
    .replace('<outside>', tree.outside)
    .replace('<repository>', tree.repository)
    .replace('<root>', tree.root)
    .replace('<peer>', tree.peer);

describe('paths that lead out of the workspace', () => {
  it.each(escapes)('refuses to read %j', async (path) => {
    expect(await tree.jail.resolve(fill(path), 'read')).toEqual({ ok: false, why: expect.stringMatching(/\.$/) });
  });
  it.each(escapes)('S1, what lies outside of all managed folders could be written: refuses to write %j', async (path) => {
    expect(await tree.jail.resolve(fill(path), 'write')).toEqual({ ok: false, why: expect.stringMatching(/\.$/) });
  });

  it('says what to do', async () => {
    expect(await why('/etc/passwd')).toBe('"/etc/passwd" is outside your workspace; use a path relative to it.');
    expect(await why('../x', 'write')).toBe('"../x" is outside your workspace; use a path relative to it.');
    expect(await why('out-file')).toContain('leads outside your workspace through a symbolic link');
    expect(await why('out-dangling', 'write')).toContain('which does not exist; it is not followed');
    expect(await why('src/a.ts/x', 'write')).toBe('A part of "src/a.ts/x" is a file, not a folder.');
  });

  it('links that the agent makes later are followed too', async () => {
    expect(await why('late/x', 'write')).toBe('allowed');
    await symlink(tree.outside, join(tree.cwd, 'late'));
    expect(await why('late/x', 'write')).toContain('leads outside');
    await rm(join(tree.cwd, 'late'));
  });

  it('the names of links can be removed or renamed, without following them', async () => {
    expect(await tree.jail.resolve('out-file', 'entry')).toEqual({
      ok: true,
      path: { absolute: join(tree.root, 'out-file'), shown: 'out-file', inWorkspace: 'out-file' },
    });
    for (const path of ['out-dir/secret.txt', 'up/x', 'chain/x', '..', '.', '/etc', 'node_modules/dep', 'peers/agent1/src/a.ts']) {
      expect([path, (await tree.jail.resolve(path, 'entry')).ok]).toEqual([path, false]);
    }
  });
});

describe('paths in the workspace', () => {
  const inWorkspace = async (path: string, access: 'read' | 'write' = 'read') => {
    const verdict = await tree.jail.resolve(fill(path), access);
    return verdict.ok ? verdict.path.inWorkspace : verdict.why;
  };

  it.each([
    ['src/a.ts', 'src/a.ts'],
    ['./src//a.ts', 'src/a.ts'],
    ['src/../src/a.ts', 'src/a.ts'],
    ['src/', 'src'],
    ['.', ''],
    ['inner/a.ts', 'src/a.ts'],
    ['<root>/src/a.ts', 'src/a.ts'],
    ['..foo', '..foo'],
    ['a:b', 'a:b'],
    ['src/with space/ü.ts', 'src/with space/ü.ts'],
    ['.gitignore', '.gitignore'],
    ['.github/x.yml', '.github/x.yml'],
    ['.massgenignore', '.massgenignore'],
  ])('reads %j as %j', async (path, expected) => expect(await inWorkspace(path)).toBe(expected));

  it.each([
    ['new.ts', 'new.ts'],
    ['new/deep/er.ts', 'new/deep/er.ts'],
    ['inner/new.ts', 'src/new.ts'],
    ['<repository>/src/a.ts', 'src/a.ts'],
    ['<repository>/new/x', 'new/x'],
  ])('writes %j as %j', async (path, expected) => expect(await inWorkspace(path, 'write')).toBe(expected));

  it("maps the person's folder, in any spelling, into the workspace (vscode#281653)", async () => {
    const alias = join(tree.top, 'alias');
    await symlink(tree.repository, alias);
    const jail = await openJail({ root: tree.root, cwd: tree.cwd, folder: alias, folderRoot: alias, readable: () => [] });
    for (const path of [`${alias}/src/a.ts`, `${tree.repository}/src/a.ts`]) {
      expect(await jail.resolve(path, 'write')).toMatchObject({ ok: true, path: { absolute: join(tree.root, 'src/a.ts') } });
    }
  });

  it.each([
    '.git',
    '.git/HEAD',
    '.git/hooks/pre-commit',
    '.GIT/HEAD',
    'sub/.git/config',
    'git-link/HEAD',
    '.git./x',
    '.g\u200cit/x',
    'GIT~1/x',
  ])('never writes %j', async (path) => {
    expect(await why(path, 'write')).not.toBe('allowed');
    expect(await why(path, 'entry')).not.toBe(path === 'git-link' ? '' : 'allowed');
  });

  it.each(['.massgen', '.massgen/x', '.MassGen/x'])('neither reads nor writes %j', async (path) => {
    expect(await why(path, 'write')).toContain('kept by the session itself');
    expect(await why(path)).toContain('kept by the session itself');
  });
});

describe('what is readable beside the workspace', () => {
  it("a peer's tree is read under the name it is shown by, and never written", async () => {
    for (const path of ['peers/agent1/src/a.ts', './peers/agent1//src/a.ts', 'src/../peers/agent1/src/a.ts']) {
      expect(await tree.jail.resolve(path, 'read')).toEqual({
        ok: true,
        path: { absolute: join(tree.peer, 'src/a.ts'), shown: 'peers/agent1/src/a.ts' },
      });
    }
    expect(await why(`${tree.peer}/src/a.ts`)).toBe('allowed');
    expect(await why('peers/agent1/src/a.ts', 'write')).toContain('is read-only: it is not part of your workspace');
    expect(await why('peers/agent1/new', 'write')).toContain('is read-only');
    expect(await why(`${tree.peer}/src/a.ts`, 'write')).toContain('is read-only');
    expect(await why('peers/agent10/src/a.ts', 'write')).toBe('allowed');
  });

  it('what dependency links lead to is read, and never written', async () => {
    expect(await tree.jail.resolve('node_modules/dep/index.js', 'read')).toEqual({
      ok: true,
      path: { absolute: join(tree.folder, 'node_modules/dep/index.js'), shown: 'node_modules/dep/index.js' },
    });
    expect(await why(`${tree.folder}/node_modules/dep/index.js`)).toBe('allowed');
    for (const path of ['node_modules/dep/index.js', 'node_modules/new/x', `${tree.folder}/node_modules/dep/index.js`]) {
      expect(await why(path, 'write')).toContain('is read-only: it is linked from the installed dependencies');
    }
  });

  it('a tree that is gone is not readable any more, and one that comes is', async () => {
    const late = join(tree.top, 'late-peer');
    tree.readable.push({ path: late, shownAs: 'peers/agent2' });
    expect(await why('peers/agent2/x')).toContain('outside');
    await mkdir(late);
    await writeFile(join(late, 'x'), 'x');
    expect(await why('peers/agent2/x')).toBe('allowed');
    tree.readable.pop();
  });
});

describe('an open folder inside a repository', () => {
  it('relative paths start in the copy of the folder, and the rest of the repository can be reached', async () => {
    await using nested = await openTree({ nested: true });
    const resolved = async (path: string) => {
      const verdict = await nested.jail.resolve(path, 'write');
      return verdict.ok ? [verdict.path.inWorkspace, verdict.path.shown] : verdict.why;
    };
    expect(await resolved('src/a.ts')).toEqual(['app/src/a.ts', 'src/a.ts']);
    expect(await resolved('../lib/b.ts')).toEqual(['lib/b.ts', '../lib/b.ts']);
    expect(await resolved(join(nested.folder, 'src/a.ts'))).toEqual(['app/src/a.ts', 'src/a.ts']);
    expect(await resolved(join(nested.repository, 'lib/b.ts'))).toEqual(['lib/b.ts', '../lib/b.ts']);
    expect(await resolved('../../x')).toContain('outside');
    expect(await resolved('../.git/config')).toContain('".git"');
    expect(await resolved('.massgen/x')).toContain('kept by the session');
    expect(await resolved('../app/.massgen/x')).toContain('kept by the session');
  });

  it('cannot be opened with a start outside of the workspace', async () => {
    await expect(
      openJail({ root: tree.root, cwd: tree.outside, folder: tree.folder, folderRoot: tree.folder, readable: () => [] }),
    ).rejects.toThrow('not inside');
  });
});

it('property: whatever path is composed, what is allowed lies inside', async () => {
  const piece = fc.constantFrom(
    '..',
    '.',
    '',
    'src',
    'a.ts',
    'new',
    'inner',
    'out-dir',
    'out-file',
    'out-dangling',
    'up',
    'chain',
    'proc',
    'etc',
    'node_modules',
    'dep',
    'peers',
    'agent1',
    'leak',
    '.massgen',
    's1',
    'w1',
    'loop-a',
  );
  const start = fc.constantFrom('', '/', '<root>/', '<repository>/', '<peer>/', '<outside>/', './', '../', 'peers/agent1/');
  const peer = await realpath(tree.peer);
  const linked = await realpath(join(tree.folder, 'node_modules'));
  await fc.assert(
    fc.asyncProperty(
      start,
      fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 8 }),
      fc.constantFrom('read' as const, 'write' as const, 'entry' as const),
      async (first, pieces, access) => {
        const verdict = await tree.jail.resolve(fill(first) + pieces.join('/'), access);
        if (!verdict.ok) return;
        const { absolute, inWorkspace } = verdict.path;
        const real =
          access === 'entry'
            ? join(await realOrParent(join(absolute, '..')), absolute.split('/').pop() ?? '')
            : await realOrParent(absolute);
        if (inWorkspace === undefined) expect(access === 'read' && (isInside(peer, real) || isInside(linked, real))).toBe(true);
        else expect(isInside(tree.root, real)).toBe(true);
        if (access !== 'read') expect(real.split('/')).not.toContain('.git');
      },
    ),
    { numRuns: 1500 },
  );
});

/** The real path of the nearest parent that exists. */
async function realOrParent(path: string): Promise<string> {
  for (let current = path; ; current = join(current, '..')) {
    const real = await realpath(current).catch(() => undefined);
    if (real !== undefined) return real;
  }
}

describe('refusedForm', () => {
  it.each([
    'C:x',
    'C:',
    '\\\\?\\C:\\x',
    '//server/x',
    'a.txt:stream',
    'a::$DATA',
    'CON',
    'src/nul.txt',
    'com1',
    'a./x',
    'a /x',
    'file:///x',
    '~/x',
    '',
  ])('on Windows refuses %j', (path) => {
    expect(refusedForm(path, 'win32')).toBeTypeOf('string');
  });
  it.each(['src\\a.ts', 'C:\\repo\\a.ts', 'src/a.ts', '..\\x', 'console.ts', '.'])('on Windows looks at %j', (path) =>
    expect(refusedForm(path, 'win32')).toBeUndefined(),
  );
  it('on other systems a colon or one backslash is a letter', () => {
    expect(refusedForm('a:b', 'linux')).toBeUndefined();
    expect(refusedForm('a\\b', 'linux')).toBeUndefined();
  });
});

it('names are compared as file systems may fold them', () => {
  expect(['.git', '.GIT', '.git ', '.git.', 'git~1', '.g\u200cit'].map(isGitName)).toEqual([true, true, true, true, true, true]);
  expect(['.github', '.gitignore', 'git', 'x.git'].map(isGitName)).toEqual([false, false, false, false]);
  expect(['.massgen', '.MASSGEN', '.massgenignore', 'massgen'].map(isMassgenName)).toEqual([true, true, false, false]);
});
