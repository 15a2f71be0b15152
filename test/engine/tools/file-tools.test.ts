import { chmod, link, lstat, mkdir, readdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTree, type TestTree } from './sandbox-tree.js';
import { openContext, type TestContext } from './tool-context.js';

let tree: TestTree;
let agent: TestContext;
beforeEach(async () => {
  tree = await openTree();
  agent = openContext(tree);
});
afterEach(async () => {
  await agent[Symbol.asyncDispose]();
  await tree[Symbol.asyncDispose]();
});

const content = (path: string) => readFile(join(tree.cwd, path), 'utf8');
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join('');

describe('read_file', () => {
  const read = async (path: string, more: object = {}) => (await agent.call('read_file', { path, ...more })).output;

  it.each([
    ['whole', {}, 'f.txt: lines 1-5 of 5\nline 1\nline 2\nline 3\nline 4\nline 5'],
    ['from a line', { offset: 4 }, 'f.txt: lines 4-5 of 5\nline 4\nline 5'],
    ['some lines', { offset: 2, limit: 2 }, 'f.txt: lines 2-3 of 5; go on with offset 4\nline 2\nline 3'],
    ['past the end', { offset: 6 }, '"f.txt" has 5 lines; there is no line 6.'],
  ])('reads %s', async (_, more, expected) => {
    await tree.put('f.txt', numbered(5));
    expect(await read('f.txt', more)).toBe(expected);
  });

  it.each([
    ['no end of line', 'a\nb', 'f: lines 1-2 of 2\na\nb'],
    ['CRLF', 'a\r\nb\r\n', 'f: lines 1-2 of 2\na\nb'],
    ['a byte order mark', '\ufeffa\n', 'f: lines 1-1 of 1\na'],
    ['UTF-16', Buffer.from('\ufeffhé\n', 'utf16le'), 'f: lines 1-1 of 1\nhé'],
    ['UTF-16, big-endian', Buffer.from('\ufeffhé\n', 'utf16le').swap16(), 'f: lines 1-1 of 1\nhé'],
    [
      'Latin-1',
      Buffer.from('h\xe9\n', 'latin1'),
      'f: lines 1-1 of 1, not valid UTF-8: bytes that are no text are shown as \ufffd\nh\ufffd',
    ],
    ['nothing', '', 'f: empty file'],
    ['a PNG image', Buffer.from('\x89PNG\r\n\x1a\n\0\0', 'latin1'), '"f" is not text: PNG image, 10 bytes.'],
    ['other bytes', Buffer.from([1, 0, 2]), '"f" is not text: binary file, 3 bytes.'],
    ['a very long line', 'x'.repeat(5000), `f: lines 1-1 of 1\n${'x'.repeat(2000)}… (3000 more characters)`],
  ])('reads a file with %s', async (_, bytes, expected) => {
    await tree.put('f', bytes);
    expect(await read('f')).toBe(expected);
  });

  it('stops at whole lines where there is too much, and says where to go on', async () => {
    await tree.put('f', `${'y'.repeat(1000)}\n`.repeat(500));
    const output = await read('f');
    expect(output.length).toBeLessThan(66_000);
    expect(output).toMatch(/^f: lines 1-63 of 500; go on with offset 64\n/);
  });

  it('finds lines of a large file without reading it whole', async () => {
    const lines = 1_200_000;
    await tree.put('big.log', Array.from({ length: lines }, (_, index) => `n ${index + 1}`).join('\n'));
    expect((await stat(join(tree.cwd, 'big.log'))).size).toBeGreaterThan(8 * 1024 * 1024);
    expect(await read('big.log', { offset: 777_777, limit: 2 })).toBe(
      `big.log: lines 777777-777778 of ${lines}; go on with offset 777779\nn 777777\nn 777778`,
    );
    expect(await read('big.log', { offset: lines })).toBe(`big.log: lines ${lines}-${lines} of ${lines}\nn ${lines}`);
    expect(await read('big.log', { limit: 1 })).toContain('\nn 1');
    expect(await read('big.log', { offset: lines + 1 })).toBe(`"big.log" has ${lines} lines; there is no line ${lines + 1}.`);
  });

  it('says what it is where it is no file', async () => {
    expect(await read('src')).toBe('"src" is a folder; list_files shows what is in it.');
    expect(await read('none.txt')).toBe('"none.txt" does not exist.');
    expect((await agent.call('read_file', { path: 'none.txt' })).ok).toBe(false);
  });

  it('reads a peer and a dependency', async () => {
    expect(await read('peers/agent1/src/a.ts')).toBe('peers/agent1/src/a.ts: lines 1-1 of 1\npeer');
    expect(await read('node_modules/dep/index.js')).toBe('node_modules/dep/index.js: lines 1-1 of 1\ndep');
  });
});

describe('list_files', () => {
  const list = async (args: object = {}) => (await agent.call('list_files', args)).output.split('\n');
  beforeEach(async () => {
    await tree.put('.gitignore', 'dist/\n*.log\n/node_modules\n');
    await tree.put('dist/out.js', '');
    await tree.put('x.log', '');
    await tree.put('src/deep/b.test.ts', '');
    await tree.put('.github/ci.yml', '');
    await mkdir(join(tree.cwd, 'void'));
  });

  it('lists what is directly in the folder, without what is ignored, linked or not its own', async () => {
    expect(await list()).toEqual(['.github/', '.gitignore', 'inner@', 'package.json', 'src/', 'void/ (empty)']);
    expect(await list({ path: 'src' })).toEqual(['src/a.ts', 'src/deep/']);
    expect(await list({ path: 'void' })).toEqual(['void holds no files.']);
  });

  it('lists all files below', async () => {
    expect(await list({ recursive: true })).toEqual(['.github/ci.yml', '.gitignore', 'package.json', 'src/a.ts', 'src/deep/b.test.ts']);
  });

  it.each([
    [{ pattern: '*.ts' }, ['src/a.ts', 'src/deep/b.test.ts']],
    [{ pattern: 'src/*.ts' }, ['src/a.ts']],
    [{ pattern: '**/*.test.ts' }, ['src/deep/b.test.ts']],
    [{ pattern: '{a,b}.ts' }, ['src/a.ts']],
    [{ pattern: 'deep/*', path: 'src' }, ['src/deep/b.test.ts']],
    [{ pattern: '*.{yml,json}' }, ['.github/ci.yml', 'package.json']],
    [{ pattern: '*.rs' }, ['No file in your folder matches *.rs.']],
  ])('matches %j', async (args, expected) => expect(await list(args)).toEqual(expected));

  it('an ignored folder, a dependency and a peer are listed where they are asked for', async () => {
    expect(await list({ path: 'dist' })).toEqual(['dist/out.js']);
    expect(await list({ path: 'node_modules', recursive: true })).toEqual(['node_modules/dep/index.js']);
    expect(await list({ path: 'peers/agent1' })).toEqual(['peers/agent1/src/']);
    expect(await list({ path: 'peers/agent1', recursive: true })).toEqual(['peers/agent1/src/a.ts']);
  });

  it('says how many are left out', async () => {
    await mkdir(join(tree.cwd, 'many'));
    await Promise.all(Array.from({ length: 1005 }, (_, index) => writeFile(join(tree.cwd, 'many', `${index}.txt`), '')));
    const lines = await list({ path: 'many' });
    expect(lines).toHaveLength(1001);
    expect(lines.at(-1)).toBe('… and 5 more entries; narrow it by path or pattern.');
  });

  it('refuses what is no folder', async () => {
    expect(await list({ path: 'package.json' })).toEqual(['"package.json" is a file, not a folder; read_file reads it.']);
    expect(await list({ path: 'nowhere' })).toEqual(['"nowhere" does not exist.']);
  });
});

describe('search', () => {
  const search = async (args: object) => (await agent.call('search', args)).output;
  beforeEach(async () => {
    await tree.put('.gitignore', 'dist/\n/node_modules\n');
    await tree.put('src/b.ts', 'const foo = 1;\nfoo(2);\r\n');
    await tree.put('src/c.md', 'foo bar\n');
    await tree.put('dist/out.js', 'foo\n');
    await tree.put('bin.dat', Buffer.from('foo\0foo'));
    await writeFile(join(tree.root, '.git', 'config'), 'foo\n');
  });

  it.each([
    ['lines', { pattern: 'foo' }, 'src/b.ts:1:const foo = 1;\nsrc/b.ts:2:foo(2);\nsrc/c.md:1:foo bar'],
    ['a regular expression', { pattern: '^foo\\(\\d' }, 'src/b.ts:2:foo(2);'],
    ['look-ahead', { pattern: 'foo(?= bar)' }, 'src/c.md:1:foo bar'],
    ['a pattern that looks like an option', { pattern: '--version' }, 'No matches.'],
    ['a folder', { pattern: 'foo', path: 'src' }, 'src/b.ts:1:const foo = 1;\nsrc/b.ts:2:foo(2);\nsrc/c.md:1:foo bar'],
    ['a file', { pattern: 'foo', path: 'src/c.md' }, 'src/c.md:1:foo bar'],
    ['by glob', { pattern: 'foo', glob: '*.md' }, 'src/c.md:1:foo bar'],
    ['an ignored folder by its name', { pattern: 'foo', path: 'dist' }, 'dist/out.js:1:foo'],
    ['a peer', { pattern: 'peer', path: 'peers/agent1' }, 'peers/agent1/src/a.ts:1:peer'],
    ['a file of a peer', { pattern: 'pe+r', path: 'peers/agent1/src/a.ts' }, 'peers/agent1/src/a.ts:1:peer'],
    ['a dependency', { pattern: 'dep', path: 'node_modules' }, 'node_modules/dep/index.js:1:dep'],
    ['nothing', { pattern: 'nowhere-to-be-found' }, 'No matches.'],
    [
      'some of many',
      { pattern: 'foo', max_results: 2 },
      'src/b.ts:1:const foo = 1;\nsrc/b.ts:2:foo(2);\n… there are more than 2 matches; narrow it by path, glob or pattern.',
    ],
  ])('finds %s', async (_, args, expected) => expect(await search(args)).toBe(expected));

  it('cuts long lines', async () => {
    await tree.put('long.txt', `needle${'x'.repeat(1000)}`);
    expect(await search({ pattern: 'needle' })).toBe(`long.txt:1:needle${'x'.repeat(294)}… (706 more characters)`);
  });

  it('says what is wrong with a pattern', async () => {
    const result = await agent.call('search', { pattern: 'foo(' });
    expect(result.ok).toBe(false);
    expect(result.output).toMatch(/unclosed group|missing closing parenthesis/);
  });

  it('does not follow links out of the workspace', async () => {
    expect(await search({ pattern: 'secret' })).toBe('No matches.');
    expect(await search({ pattern: 'secret', path: 'out-dir' })).toContain('outside your workspace');
    expect(await search({ pattern: 'secret', path: 'peers/agent1' })).toBe('No matches.');
  });
});

describe('write_file', () => {
  it('makes a file and its folders, and says so', async () => {
    expect(await agent.call('write_file', { path: 'a/b/c.txt', content: '1\n2\n' })).toEqual({
      ok: true,
      output: 'Created a/b/c.txt (2 lines).',
      wrote: ['a/b/c.txt'],
    });
    expect(await content('a/b/c.txt')).toBe('1\n2\n');
  });

  it('replaces a file, says what changed, and keeps its mode', async () => {
    const path = await tree.put('run.sh', 'a\nb\nc\n');
    await chmod(path, 0o751);
    expect(await agent.call('write_file', { path: 'run.sh', content: 'a\nB\nc\nd\n' })).toEqual({
      ok: true,
      output: 'Replaced run.sh (+2 −1 lines).',
      wrote: ['run.sh'],
    });
    expect((await stat(path)).mode & 0o777).toBe(0o751);
    expect(await agent.call('write_file', { path: 'run.sh', content: 'a\nB\nc\nd\n' })).toEqual({
      ok: true,
      output: 'run.sh holds exactly that already; nothing was changed.',
    });
  });

  it('compares no part of a large file for the whole of it', async () => {
    const part = 'x'.repeat(1024 * 1024 + 1);
    await tree.put('large.txt', `${part}more`);
    expect((await agent.call('write_file', { path: 'large.txt', content: part })).output).toBe('Replaced large.txt (now 1.0 MiB).');
    expect(await content('large.txt')).toBe(part);
  });

  it('leaves nothing else behind', async () => {
    const before = await readdir(tree.cwd);
    await agent.call('write_file', { path: 'src/a.ts', content: 'x' });
    await agent.call('write_file', { path: 'src', content: 'x' });
    expect(await readdir(tree.cwd)).toEqual(before);
    expect(await readdir(join(tree.cwd, 'src'))).toEqual(['a.ts']);
  });

  it('writes through a link inside the workspace, to what it leads to', async () => {
    expect((await agent.call('write_file', { path: 'inner/a.ts', content: 'new\n' })).wrote).toEqual(['src/a.ts']);
    expect((await lstat(join(tree.cwd, 'inner'))).isSymbolicLink()).toBe(true);
    expect(await content('src/a.ts')).toBe('new\n');
  });

  it('does not write through a hard link to a file elsewhere', async () => {
    await link(join(tree.outside, 'secret.txt'), join(tree.cwd, 'hard'));
    await agent.call('write_file', { path: 'hard', content: 'mine' });
    await agent.call('edit_file', { path: 'hard', old_text: 'mine', new_text: 'still mine' });
    expect([await readFile(join(tree.outside, 'secret.txt'), 'utf8'), await content('hard')]).toEqual(['secret', 'still mine']);
  });

  it.each([
    ['src', '"src" is a folder, not a file.'],
    ['src/a.ts/x', 'A part of "src/a.ts/x" is a file, not a folder.'],
    ['node_modules/dep/index.js', 'is read-only: it is linked from the installed dependencies'],
    ['.git/hooks/pre-commit', 'is inside ".git"'],
  ])('refuses %s', async (path, why) => {
    const result = await agent.call('write_file', { path, content: 'x' });
    expect(result).toEqual({ ok: false, output: expect.stringContaining(why) });
  });
});

describe('edit_file', () => {
  const edit = (old_text: string, new_text: string, more: object = {}) =>
    agent.call('edit_file', { path: 'f', old_text, new_text, ...more });

  it.each([
    ['once', 'a\nb\nc\n', 'b', 'B', {}, 'a\nB\nc\n', 'Edited f at line 2 (+1 −1 lines).'],
    ['over lines', 'a\nb\nc\n', 'a\nb\n', '', {}, 'c\n', 'Edited f at line 1 (+0 −2 lines).'],
    ['all', 'x x\nx\n', 'x', '$&y', { replace_all: true }, '$&y $&y\n$&y\n', 'Edited f at 3 places: lines 1, 1, 2 (+2 −2 lines).'],
    ['with CRLF, asked with LF', 'a\r\nb\r\nc\r\n', 'a\nb\n', 'A\nnew\n', {}, 'A\r\nnew\r\nc\r\n', 'Edited f at line 1 (+2 −2 lines).'],
    ['with CRLF, one line to two', 'a\r\nb\r\n', 'a', 'a\na2', {}, 'a\r\na2\r\nb\r\n', 'Edited f at line 1 (+1 −0 lines).'],
    ['with mixed line ends, exactly', 'a\r\nb\nc\n', 'b\nc', 'B\nC', {}, 'a\r\nB\nC\n', 'Edited f at line 2 (+2 −2 lines).'],
    ['without touching a byte order mark', '\ufeffa\n', 'a', 'b', {}, '\ufeffb\n', 'Edited f at line 1 (+1 −1 lines).'],
  ])('replaces text %s', async (_, before, from, to, more, after, output) => {
    await tree.put('f', before);
    expect(await edit(from, to, more)).toEqual({ ok: true, output, wrote: ['f'] });
    expect(await content('f')).toBe(after);
  });

  it('keeps UTF-16 as it is', async () => {
    await tree.put('f', Buffer.from('\ufeffhé\n', 'utf16le').swap16());
    expect((await edit('é', 'ö')).ok).toBe(true);
    expect((await readFile(join(tree.cwd, 'f'))).swap16().toString('utf16le')).toBe('\ufeffhö\n');
  });

  it.each([
    [
      'several places',
      'x\ny\nx\n',
      'x',
      'f: old_text occurs 2 times, at lines 1, 3. Give more of the lines around the one you mean, or set replace_all.',
    ],
    ['places that overlap', 'aaa', 'aa', 'f: old_text occurs 2 times, at lines 1, 1. Give more'],
    [
      'white space that differs',
      'if (a) {\n\treturn 1;\n}\n',
      '  return 1;\n}',
      'f: old_text was not found. It differs in white space from lines 2-3:\n\treturn 1;\n}',
    ],
    [
      'nearly right text',
      'one\nconst total = sum(items);\nthree\n',
      'const total = add(items);',
      'f: old_text was not found. Most like it are lines 2-2:\nconst total = sum(items);',
    ],
    [
      'nothing like it',
      'abc\n',
      'entirely different words',
      'f: old_text was not found. Nothing in the file is like it; read the file again.',
    ],
    ['an empty old_text', 'abc\n', '', 'old_text is empty.'],
    ['no change', 'abc\n', 'new', 'old_text and new_text are the same'],
    ['binary', Buffer.from([0, 1]), 'a', '"f" is not text: binary file, 2 bytes.'],
    ['Latin-1', Buffer.from('h\xe9', 'latin1'), 'h', '"f" is not valid UTF-8'],
  ])('refuses %s, says why, and changes nothing', async (_, before, from, why) => {
    const path = await tree.put('f', before);
    expect(await edit(from, 'new')).toEqual({ ok: false, output: expect.stringContaining(why) });
    expect(await readFile(path)).toEqual(Buffer.from(before));
  });

  it('refuses a file that is not there', async () => {
    expect(await edit('a', 'b')).toEqual({ ok: false, output: '"f" does not exist.' });
  });
});

describe('delete_file', () => {
  it('deletes a file, an empty folder, and a link but not what it leads to', async () => {
    await mkdir(join(tree.cwd, 'void'));
    expect(await agent.call('delete_file', { path: 'src/a.ts' })).toEqual({ ok: true, output: 'Deleted src/a.ts.', wrote: ['src/a.ts'] });
    expect(await agent.call('delete_file', { path: 'void' })).toEqual({
      ok: true,
      output: 'Deleted the empty folder void.',
      wrote: ['void'],
    });
    expect((await agent.call('delete_file', { path: 'out-file' })).ok).toBe(true);
    expect(await readFile(join(tree.outside, 'secret.txt'), 'utf8')).toBe('secret');
  });

  it.each([
    [
      'src',
      '"src" is a folder that is not empty, and only files and empty folders are deleted. Delete what is in it first, or use a command.',
    ],
    ['none', '"none" does not exist.'],
    ['none/x', '"none/x" does not exist.'],
    ['.', 'The workspace itself cannot be written, moved or removed; name a file in it.'],
    ['.git/HEAD', '".git/HEAD" is inside ".git", which tools never change; your work is recorded without commits.'],
    ['out-dir/secret.txt', '"out-dir/secret.txt" leads outside your workspace through a symbolic link; use a path that stays inside.'],
  ])('refuses %s', async (path, output) => expect(await agent.call('delete_file', { path })).toEqual({ ok: false, output }));
});

describe('move_file', () => {
  it('moves a file into new folders', async () => {
    expect(await agent.call('move_file', { from: 'src/a.ts', to: 'lib/x/b.ts' })).toEqual({
      ok: true,
      output: 'Moved src/a.ts to lib/x/b.ts.',
      wrote: ['src/a.ts', 'lib/x/b.ts'],
    });
    expect(await content('lib/x/b.ts')).toBe('mine\n');
  });

  it('moves a folder, and names every file of it', async () => {
    await tree.put('src/deep/b.ts', '');
    const { ok, wrote } = await agent.call('move_file', { from: 'src', to: 'lib' });
    expect([ok, wrote?.toSorted()]).toEqual([true, ['lib/a.ts', 'lib/deep/b.ts', 'src/a.ts', 'src/deep/b.ts']]);
  });

  it('moves a link as a link', async () => {
    await agent.call('move_file', { from: 'inner', to: 'inner2' });
    expect(await readlink(join(tree.cwd, 'inner2'))).toBe('src');
  });

  it.each([
    ['src/a.ts', 'package.json', '"package.json" exists already and would be overwritten; delete it first if that is meant.'],
    ['package.json', 'src', '"src" is a folder that exists; name the new path itself, such as "src/name".'],
    ['src', 'src/deep/src', '"src" cannot be moved into itself.'],
    ['none', 'new', '"none" does not exist.'],
    ['none/x', 'new', '"none/x" does not exist.'],
  ])('refuses to move %s to %s', async (from, to, output) =>
    expect(await agent.call('move_file', { from, to })).toEqual({ ok: false, output }),
  );

  it.each([
    ['node_modules/dep/index.js', 'stolen.js'],
    ['peers/agent1/src/a.ts', 'stolen.ts'],
    ['.git/HEAD', 'head'],
    ['out-dir/secret.txt', 'stolen.txt'],
    ['../../../sessions', 'stolen'],
    ['package.json', '.git/hooks/pre-commit'],
    ['package.json', 'out-dir/planted.json'],
    ['package.json', 'node_modules/planted.json'],
    ['package.json', '../planted.json'],
    ['package.json', '/tmp/planted.json'],
  ])('S2: refuses to move %s to %s: both ends are checked', async (from, to) => {
    const before = await readdir(tree.cwd);
    expect((await agent.call('move_file', { from, to })).ok).toBe(false);
    expect(await readdir(tree.cwd)).toEqual(before);
    expect(await readdir(tree.outside)).toEqual(['secret.txt']);
  });
});

describe('S1: nothing is written outside of the workspace', () => {
  const outsidePaths = [
    '../x',
    '/tmp/massgen-planted',
    'out-dir/x',
    'out-file',
    'out-dangling',
    'up/x',
    'peers/agent1/x',
    'node_modules/x',
    '../../../sessions/s1/events.jsonl',
    '~/x',
    '/etc/x',
  ];
  it.each(outsidePaths)('by any tool to %s', async (path) => {
    const calls = [
      ['write_file', { path, content: 'x' }],
      ['edit_file', { path, old_text: 's', new_text: 'x' }],
      ['move_file', { from: 'package.json', to: path === 'out-file' || path === 'out-dangling' ? `${path}/x` : path }],
    ] as const;
    for (const [name, args] of calls) expect([name, (await agent.call(name, args)).ok]).toEqual([name, false]);
    expect(await readdir(tree.outside)).toEqual(['secret.txt']);
    expect(await readFile(join(tree.outside, 'secret.txt'), 'utf8')).toBe('secret');
    expect(await readdir(tree.peer)).toEqual(['leak', 'src']);
  });
});

describe('links that are swapped in between the check and the use', () => {
  /** Lets the jail look, then swaps before it answers. */
  const swapping = (swap: () => Promise<void>) => {
    const { jail } = tree;
    const resolve: typeof jail.resolve = async (path, access) => {
      const verdict = await jail.resolve(path, access);
      await swap();
      return verdict;
    };
    return openContext(tree, { more: { jail: { ...jail, resolve } } });
  };
  const swapFolder = async () => {
    await rename(join(tree.cwd, 'src'), join(tree.cwd, 'gone')).catch(() => undefined);
    await symlink(tree.outside, join(tree.cwd, 'src')).catch(() => undefined);
  };
  const swapFile = async () => {
    await rm(join(tree.cwd, 'src/a.ts'), { force: true });
    await symlink(join(tree.outside, 'secret.txt'), join(tree.cwd, 'src/a.ts'));
  };

  // Once with the folder itself swapped, once with one above it.
  const swapped = ['src', 'src/deep'].flatMap((folder): [string, object][] => [
    ['read_file', { path: `${folder}/secret.txt` }],
    ['write_file', { path: `${folder}/new.txt`, content: 'x' }],
    ['write_file', { path: `${folder}/newer/new.txt`, content: 'x' }],
    ['write_file', { path: `${folder}/secret.txt`, content: 'x' }],
    ['edit_file', { path: `${folder}/secret.txt`, old_text: 'secret', new_text: 'x' }],
    ['delete_file', { path: `${folder}/secret.txt` }],
    ['move_file', { from: 'package.json', to: `${folder}/planted.json` }],
    ['move_file', { from: `${folder}/secret.txt`, to: 'stolen.txt' }],
    ['list_files', { path: folder }],
    ['search', { path: folder, pattern: 'secret' }],
    ['search', { path: `${folder}/secret.txt`, pattern: 'secret' }],
  ]);
  it.each(swapped)('%s of %j does not follow a folder that became a link', async (name, args) => {
    await tree.put('src/secret.txt', 'not so secret');
    await tree.put('src/deep/secret.txt', 'not so secret');
    await mkdir(join(tree.outside, 'deep'));
    await writeFile(join(tree.outside, 'deep/secret.txt'), 'secret');
    const result = await swapping(swapFolder).call(name, args);
    expect(result.ok).toBe(false);
    expect(result.output).not.toMatch(/secret$/);
    expect((await readdir(tree.outside, { recursive: true })).sort()).toEqual(['deep', 'deep/secret.txt', 'secret.txt']);
    for (const path of ['secret.txt', 'deep/secret.txt']) expect(await readFile(join(tree.outside, path), 'utf8')).toBe('secret');
  });

  it.each([
    ['read_file', { path: 'src/a.ts' }],
    ['edit_file', { path: 'src/a.ts', old_text: 'secret', new_text: 'x' }],
    ['search', { path: 'src/a.ts', pattern: 'secret' }],
  ])('%s of %j does not follow a file that became a link', async (name, args) => {
    const result = await swapping(swapFile).call(name, args);
    expect(result).toEqual({ ok: false, output: expect.stringContaining('it is not followed') });
  });

  it('write_file over a file that became a link replaces the link', async () => {
    const result = await swapping(swapFile).call('write_file', { path: 'src/a.ts', content: 'mine' });
    expect(await readFile(join(tree.outside, 'secret.txt'), 'utf8')).toBe('secret');
    if (result.ok) expect(await content('src/a.ts')).toBe('mine');
  });
});
