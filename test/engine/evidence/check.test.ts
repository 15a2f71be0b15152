import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type ChecksOptions, runChecks } from '../../../src/engine/evidence/check.js';
import { checksFromConfig, detectChecks } from '../../../src/engine/evidence/detect.js';
import type { CheckSpec } from '../../../src/engine/evidence/spec.js';
import { openCommands } from '../../../src/engine/process/commands.js';
import type { CheckResult } from '../../../src/protocol/events.js';
import { type Files, fakeStore } from './fake-store.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'checks-')));
const store = fakeStore(folder);
const commands = await openCommands({ env: process.env, privateHome: join(folder, '.massgen', 'own') });
afterAll(async () => {
  await commands[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const MANIFEST = JSON.stringify({ name: 'p', scripts: { test: 'node --test' } });
const SPEC: CheckSpec = {
  name: 'test',
  command: 'npm test',
  cwd: '',
  source: 'package.json scripts.test',
  definedIn: ['package.json'],
  timeoutSeconds: 60,
};
const testOf = (name: string, body: string) =>
  `const {test} = require('node:test'); const assert = require('node:assert'); test(${JSON.stringify(name)}, () => { ${body} });\n`;
const ADDS = testOf('adds', "assert.equal(require('../sum.js')(1, 2), 3)");
const BASE: Files = { 'package.json': MANIFEST, 'sum.js': 'module.exports = (a, b) => a + b;\n', 'test/sum.test.js': ADDS };
const base = store.tree(BASE);
const treeWith = (files: Record<string, string | undefined>): string =>
  store.tree(
    Object.fromEntries(Object.entries({ ...BASE, ...files }).filter((entry): entry is [string, string] => entry[1] !== undefined)),
  );

const check = (tree: string, more: Partial<ChecksOptions> = {}) =>
  runChecks({ store, commands, base, tree, specs: [SPEC], signal: new AbortController().signal, ...more });
const baseline = async (): Promise<CheckResult[]> => (await check(base)).checks;
const brief = (checks: readonly CheckResult[]) =>
  checks.map(({ name, version, status, newlyFailing }) => ({ name, version, status, newlyFailing }));

describe('checks of a tree', () => {
  test('of the base: one row each, with counts, output and nothing to compare with', async () => {
    const { checks, changed } = await check(base);
    expect(changed).toEqual([]);
    expect(checks).toMatchObject([
      { name: 'test', command: 'npm test', version: 'base', status: 'passed', exitCode: 0, tests: { passed: 1, failed: 0, skipped: 0 } },
    ]);
    expect(checks[0]).not.toHaveProperty('newlyFailing');
    expect(Buffer.from(await store.getBlob(checks[0]?.output ?? '')).toString()).toContain('node --test');
  });

  test('a candidate that breaks something is told which test', async () => {
    const { checks, changed } = await check(treeWith({ 'sum.js': 'module.exports = (a, b) => a - b;\n' }), { baseline: await baseline() });
    expect(changed).toEqual([]);
    expect(brief(checks)).toEqual([{ name: 'test', version: 'base', status: 'failed', newlyFailing: ['test/sum.test.js > adds'] }]);
  });

  test('what failed on the base is not held against a candidate', async () => {
    const broken = store.tree({ ...BASE, 'sum.js': 'module.exports = () => 0;\n' });
    const before = (await check(broken, { base: broken })).checks;
    const { checks } = await check(store.tree({ ...BASE, 'sum.js': 'module.exports = () => 1;\n' }), { base: broken, baseline: before });
    expect(brief(checks)).toEqual([{ name: 'test', version: 'base', status: 'failed', newlyFailing: [] }]);
  });

  /** Fails once in each checkout: the file that it leaves there is nowhere else. */
  const ONCE = "const fs = require('node:fs'); if (!fs.existsSync('seen')) { fs.writeFileSync('seen', ''); assert.fail('not yet'); }";

  test('what fails once and passes when it is run again is flaky, and held against nobody', async () => {
    const tree = treeWith({ 'sum.js': `const assert = require('node:assert'); ${ONCE}; module.exports = (a, b) => a + b;\n` });
    const { checks } = await check(tree, { baseline: await baseline() });
    expect(checks).toMatchObject([
      { status: 'passed', exitCode: 0, newlyFailing: [], flaky: ['test/sum.test.js > adds'], tests: { passed: 1, failed: 0, skipped: 0 } },
    ]);
    expect(Buffer.from(await store.getBlob(checks[0]?.output ?? '')).toString()).toMatch(/not yet[\s\S]*\nRun again:\n/);
  });

  test('a flaky test of the base is told, and not held against a candidate whom it hits twice', async () => {
    const shaky = { ...BASE, 'test/shaky.test.js': testOf('holds now and then', ONCE) };
    const tree = store.tree(shaky);
    const before = (await check(tree, { base: tree })).checks;
    expect(before).toMatchObject([{ status: 'passed', flaky: ['test/shaky.test.js > holds now and then'] }]);
    const unlucky = store.tree({
      ...shaky,
      'sum.js': "require('node:fs').rmSync('seen', {force: true}); module.exports = (a, b) => a + b;\n",
      'lib.js': '',
    });
    const { checks } = await check(unlucky, { base: tree, baseline: before });
    expect(checks[0]?.newlyFailing).toEqual([]);
  });

  test('what passed is run once, and so is what failed before', async () => {
    const counts = async (command: string, before: CheckResult[] | undefined) => {
      const runs: string[] = [];
      const specs = checksFromConfig({ it: command });
      await check(treeWith({ 'x.js': '' }), { specs, ...(before && { baseline: before }), show: (text) => runs.push(text) });
      return runs.join('').match(/ran/g)?.length;
    };
    const row = (status: CheckResult['status']): CheckResult[] => [{ name: 'it', command: '', version: 'base', status, durationMs: 1 }];
    expect(await counts('printf r; echo an', row('passed'))).toBe(1);
    expect(await counts('printf r; echo an; false', row('failed'))).toBe(1);
    expect(await counts('printf r; echo an; false', row('passed'))).toBe(2);
  });

  test('checks of different folders run side by side, those of one folder in order', async () => {
    if (commands.sandbox === 'none') return;
    const tree = store.tree({ 'a/x': '', 'b/x': '' });
    // Each waits for the other: one after the other they would wait for ever.
    const meet = (mine: string, other: string) =>
      `touch ../${mine}; for i in $(seq 200); do [ -e ../${other} ] && exit 0; sleep 0.05; done; exit 1`;
    const specs = checksFromConfig([
      { name: 'one', command: meet('one', 'two'), cwd: 'a' },
      { name: 'two', command: meet('two', 'one'), cwd: 'b' },
      { name: 'last', command: '[ -e one ] && [ -e two ]' },
    ]);
    const { checks } = await check(tree, { base: tree, specs });
    expect(checks.map(({ name, status }) => [name, status])).toEqual([
      ['one', 'passed'],
      ['two', 'passed'],
      ['last', 'passed'],
    ]);
  });

  test('a candidate that changes a test to pass is caught by the base’s version of it', async () => {
    const tree = treeWith({ 'sum.js': 'module.exports = () => 0;\n', 'test/sum.test.js': testOf('adds', '') });
    const { checks, changed } = await check(tree, { baseline: await baseline() });
    expect(changed).toEqual(['test/sum.test.js']);
    expect(brief(checks)).toEqual([
      { name: 'test', version: 'base', status: 'failed', newlyFailing: ['test/sum.test.js > adds'] },
      { name: 'test', version: 'candidate', status: 'passed', newlyFailing: [] },
    ]);
  });

  test('so is one that removes the test, one that changes the script, and one that adds a setting', async () => {
    const wrong = { 'sum.js': 'module.exports = () => 0;\n' };
    const script = JSON.stringify({ name: 'p', scripts: { test: 'true' }, dependencies: {} });
    for (const cheat of [{ 'test/sum.test.js': undefined }, { 'package.json': script }, { 'package.json': undefined }]) {
      const { checks, changed } = await check(treeWith({ ...wrong, ...cheat }), { baseline: await baseline() });
      expect(changed).toEqual(Object.keys(cheat));
      expect(checks[0]).toMatchObject({ version: 'base', status: 'failed', newlyFailing: ['test/sum.test.js > adds'] });
      expect(checks[1]?.version).toBe('candidate');
    }
  });

  test('tests that a candidate adds run only in its own version', async () => {
    const tree = treeWith({ 'test/more.test.js': testOf('is not done yet', "assert.fail('no')") });
    const { checks, changed } = await check(tree, { baseline: await baseline() });
    expect(changed).toEqual(['test/more.test.js']);
    expect(brief(checks)).toEqual([
      { name: 'test', version: 'base', status: 'passed', newlyFailing: [] },
      { name: 'test', version: 'candidate', status: 'failed', newlyFailing: ['test/more.test.js > is not done yet'] },
    ]);
  });

  test('a project made from nothing is checked by what it brought along, where that is asked for', async () => {
    const empty = store.tree({});
    const discover = (root: string) => detectChecks(root, '');
    const { checks } = await check(base, { base: empty, specs: [], discover, baseline: [] });
    expect(brief(checks)).toEqual([{ name: 'test', version: 'candidate', status: 'passed', newlyFailing: undefined }]);
    expect((await check(base, { base: empty, specs: [] })).checks).toEqual([]);
  });

  test('only the checks that were named, in order', async () => {
    const specs = [...checksFromConfig({ last: 'echo last', lint: 'echo lint', build: 'echo build' })];
    const run = async (names?: string[]) => (await check(base, { specs, ...(names && { names }) })).checks.map((one) => one.name);
    expect(await run()).toEqual(['build', 'lint', 'last']);
    expect(await run(['lint'])).toEqual(['lint']);
  });

  test('dependencies that are not installed are no failure', async () => {
    const tree = store.tree({
      'package.json': JSON.stringify({ scripts: { test: 'no-such-runner --all' }, devDependencies: { 'no-such-runner': '5' } }),
    });
    const { checks } = await check(tree, { base: tree });
    expect(checks).toMatchObject([{ status: 'not-run', why: 'node_modules is not installed; run npm install in your folder' }]);
  });

  test('a check that hangs has timed out; the deadline of all leaves the rest not run', async () => {
    const specs = checksFromConfig([
      { name: 'hangs', command: 'echo on; sleep 600', timeout_seconds: 1 },
      { name: 'next', command: 'true' },
    ]);
    const hang = (await check(base, { specs })).checks;
    expect(hang).toMatchObject([
      { name: 'hangs', status: 'timed-out' },
      { name: 'next', status: 'passed' },
    ]);
    const cut = (
      await check(base, {
        specs: checksFromConfig([
          { name: 'slow', command: 'sleep 600' },
          { name: 'next', command: 'true' },
        ]),
        deadlineMs: 500,
      })
    ).checks;
    expect(cut).toMatchObject([
      { name: 'slow', status: 'timed-out', why: 'the time for checks was over' },
      { name: 'next', status: 'not-run', why: 'the time for checks was over' },
    ]);
  });

  test('stopped, it says that nothing is known', async () => {
    const stop = new AbortController();
    const run = check(base, {
      specs: checksFromConfig({ long: 'echo on; sleep 600', next: 'true' }),
      signal: stop.signal,
      show: (text) => text === 'on\n' && stop.abort(),
    });
    expect((await run).checks).toMatchObject([
      { name: 'long', status: 'not-run' },
      { name: 'next', status: 'not-run' },
    ]);
  });

  test('stopped before it began, it says the same', async () => {
    const { checks } = await check(base, { signal: AbortSignal.abort() });
    expect(checks).toMatchObject([{ status: 'not-run', why: 'it was stopped before it ended' }]);
    const discover = async () => [];
    const changed = await check(treeWith({ 'test/sum.test.js': '' }), { signal: AbortSignal.abort(), discover });
    expect(brief(changed.checks).map(({ version, status }) => [version, status])).toEqual([
      ['base', 'not-run'],
      ['candidate', 'not-run'],
    ]);
  });

  test('runs in the check’s folder, apart from everything, and leaves nothing behind', async () => {
    const tree = store.tree({ 'app/a.txt': 'a', 'b.txt': 'b' });
    const specs = checksFromConfig([{ name: 'look', command: 'ls; ls "$HOME" | wc -l; touch made "$HOME/x"', cwd: 'app' }]);
    for (const _ of [1, 2]) {
      const { checks } = await check(tree, { base: tree, specs });
      expect(Buffer.from(await store.getBlob(checks[0]?.output ?? '')).toString()).toBe('a.txt\n0\n');
    }
    expect(existsSync(join(folder, '.massgen', 'checks')) ? readdirSync(join(folder, '.massgen', 'checks')) : []).toEqual([]);
  });

  test('a folder that the candidate removed is said to be gone', async () => {
    const { checks } = await check(base, { specs: checksFromConfig([{ name: 'x', command: 'true', cwd: 'gone' }]) });
    expect(checks).toMatchObject([{ status: 'not-run', why: 'the folder gone is not there' }]);
  });
});
