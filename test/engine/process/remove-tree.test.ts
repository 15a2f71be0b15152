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
