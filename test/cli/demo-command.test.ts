import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { git, massgen } from './massgen.js';

let home = '';
beforeEach(async () => {
  home = await realpath(await mkdtemp(path.join(tmpdir(), 'massgen-demo-command-')));
});
afterEach(() => rm(home, { recursive: true, force: true }));

it('the demo mends its project before the eyes of who runs it, and can be taken back', async () => {
  const folder = path.join(home, 'sample');
  const { code, stdout } = await massgen(home, ['demo', folder, '--fast']);
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/before .*2 fail.*decided.*after .*0 fail/s) });
  expect(stdout).toContain(`massgen undo latest -C ${folder}`);
  expect((await git(folder, ['status', '--porcelain'])).stdout).toContain('src/limiter.js');
  expect((await massgen(home, ['undo', 'latest', '-C', folder])).code).toBe(0);
  expect((await git(folder, ['diff', '--stat', 'src/limiter.js'])).stdout).toBe('');
});
