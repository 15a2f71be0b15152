/** What agents and tests leave behind goes, whatever it is. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeTree } from '../../../src/engine/process/remove-tree.js';

test.skipIf(process.platform === 'win32').each([
  ['folders that may not be written', 'mkdir -p a/b/c; echo x > a/b/c/d; chmod 500 a/b/c a/b a'],
  [
    'folders deeper than any path may be long, several of them, read-only at the bottom',
    `p=$(printf 'a-deep-folder/%.0s' $(seq 200)); for one in 1 2 3; do mkdir -p "$one/$p"; done
    chmod 500 "1/$p"; mkdir 2/b; mv 1 "2/$p"; mv 2 "3/$p"`,
  ],
  ['links to folders that stay', 'mkdir a; ln -s / a/root; ln -s .. a/up'],
])('%s', async (_, makes) => {
  const folder = mkdtempSync(join(tmpdir(), 'massgen-remove-'));
  execFileSync('sh', ['-c', makes], { cwd: folder });
  await removeTree(folder);
  expect(existsSync(folder)).toBe(false);
});

/** As `mkdir -p` in steps, for no call takes so long a path. Gives how long it is. */
const DIG = `const fs = require('node:fs');
  const dig = (names) => { for (const name of names) { fs.mkdirSync(name); process.chdir(name); } };
  const [top, below, mode] = process.argv.slice(1).map(Number);
  dig(Array(Math.ceil((top - process.cwd().length) / 100)).fill('d'.repeat(99)));
  console.log(process.cwd());
  dig(Array(below).fill('e'.repeat(99)));
  fs.writeFileSync('file', ''); fs.chmodSync('.', mode);`;

test.skipIf(process.platform !== 'linux').each([
  ['long', 2_500, 10],
  ['long, with folders in it deeper than any path may be long', 2_500, 60],
  ['so long that hardly two names have room after it', 3_500, 20],
])('a folder whose own path is %s', async (_, top, below) => {
  const folder = mkdtempSync(join(tmpdir(), 'massgen-remove-'));
  const [deep = ''] = execFileSync(process.execPath, ['-e', DIG, `${top}`, `${below}`, `${0o500}`], {
    cwd: folder,
    encoding: 'utf8',
  }).split('\n');
  expect(deep.length).toBeGreaterThan(top - 1);
  await removeTree(deep);
  expect(existsSync(deep)).toBe(false);
  await removeTree(folder);
  expect(existsSync(folder)).toBe(false);
});
