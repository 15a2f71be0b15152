import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runChecks } from '../../../src/engine/evidence/check.js';
import { detectChecks } from '../../../src/engine/evidence/detect.js';
import { evidenceText } from '../../../src/engine/evidence/text.js';
import { openCommands } from '../../../src/engine/process/commands.js';
import { findProgram } from '../../../src/engine/process/programs.js';
import { corpus } from './corpus.js';
import { type Files, fakeStore } from './fake-store.js';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function folderWith(files: Files): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'project-')));
  folders.push(folder);
  write(folder, files);
  return folder;
}
function write(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

const python = ((): string | undefined => {
  try {
    execFileSync('python3', ['-m', 'pytest', '--version'], { stdio: 'ignore' });
    return 'python3';
  } catch {
    console.warn('Tests with pytest are skipped: python3 -m pytest is not there.');
    return undefined;
  }
})();

/** From a folder to the evidence of a candidate: detected, run on the base, run on the candidate, told. */
async function evidenceOf(base: Files, change: Files): Promise<string> {
  const folder = folderWith(base);
  const store = fakeStore(folder);
  await using commands = await openCommands({ env: process.env, privateHome: join(store.home, 'own') });
  const specs = await detectChecks(folder, '');
  const [from, to] = [store.tree(base), store.tree({ ...base, ...change })];
  const options = { store, commands, base: from, specs, signal: new AbortController().signal };
  const baseline = (await runChecks({ ...options, tree: from })).checks;
  const { checks, changed } = await runChecks({ ...options, tree: to, baseline });
  return evidenceText(checks, changed, store);
}

describe('a real project, from its files to the evidence', () => {
  test('npm and node:test, with a failure that was there before', async () => {
    const suite = `import test from 'node:test'; import assert from 'node:assert'; import { add, half } from '../math.js';
      test('adds', () => assert.equal(add(1, 2), 3)); test('halves', () => assert.equal(half(4), 2));`;
    const base = {
      'package.json': JSON.stringify({ name: 'p', type: 'module', scripts: { test: 'node --test', lint: 'node --check math.js' } }),
      'math.js': 'export const add = (a, b) => a + b;\nexport const half = (a) => a;\n',
      'test/math.test.js': suite,
    };
    const text = await evidenceOf(base, { 'math.js': 'export const add = (a, b) => a - b;\nexport const half = (a) => a;\n' });
    expect(text).toMatch(
      /^lint: passed\ntest: failed: 0 passed, 2 failed\n {2}newly failing: test\/math\.test\.js > adds\n\nEnd of the output of test:\n/,
    );
    expect(text).not.toContain('newly failing: test/math.test.js > halves');
  });

  test.skipIf(!python)('pytest, with a candidate that rewrites the test it breaks', async () => {
    const base = {
      'pytest.ini': '[pytest]\n',
      'app.py': 'def add(a, b):\n    return a + b\n',
      'tests/test_app.py': 'from app import add\n\ndef test_add():\n    assert add(1, 2) == 3\n',
      'conftest.py': '',
    };
    const text = await evidenceOf(base, {
      'app.py': 'def add(a, b):\n    return a - b\n',
      'tests/test_app.py': 'from app import add\n\ndef test_add():\n    assert add(1, 2) == -1\n',
    });
    expect(text).toMatch(
      /^Checks changed: .*: tests\/test_app\.py\.\npytest \(as before the change\): failed: 0 passed, 1 failed\n {2}newly failing: tests\/test_app\.py::test_add\npytest \(as the candidate has it\): passed: 1 passed, 0 failed\n/,
    );
  });
});

/** `npm run test:evidence` runs all of them; `npm test` those that need nothing but what most machines have. */
const isWhole = process.env.MODE === 'corpus';

describe('each runner, for real', () => {
  for (const { name, needs, isSample, base, change, says } of corpus) {
    const missing = needs.filter((program) => findProgram(program, process.env.PATH) === undefined);
    if (missing.length > 0 && isWhole) console.warn(`${name} is skipped: ${missing.join(', ')} is not there.`);
    test.skipIf(missing.length > 0 || !(isWhole || isSample))(
      name,
      async () => {
        const text = await evidenceOf(base, change);
        for (const line of says)
          expect(typeof line === 'string' ? text.split('\n') : text).toEqual(
            typeof line === 'string' ? expect.arrayContaining([line]) : expect.stringMatching(line),
          );
      },
      240_000,
    );
  }
});
