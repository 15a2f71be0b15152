import { describe, expect, test } from 'vitest';
import { changedChecks, isTestPath, withTestKeysOf } from '../../../src/engine/evidence/definitions.js';
import type { CheckSpec } from '../../../src/engine/evidence/spec.js';
import type { FileChange } from '../../../src/engine/workspace/store.js';
import { type Files, fakeStore } from './fake-store.js';

const store = fakeStore('/nowhere');
const spec = (definedIn: string[]): CheckSpec => ({ name: 'test', command: 'x', cwd: '', source: 's', definedIn, timeoutSeconds: 1 });

async function changedBy(before: Files, after: Files, definedIn: string[] = []) {
  const [base, tree] = [store.tree(before), store.tree(after)];
  return changedChecks(
    await store.changes(base, tree),
    [spec(definedIn)],
    async (version, path) => (version === 'base' ? before : after)[path],
  );
}

test.each([
  ['test/a.js', true],
  ['packages/x/tests/helper.ts', true],
  ['src/__tests__/a.tsx', true],
  ['spec/models/user.rb', true],
  ['src/a.test.ts', true],
  ['src/a.spec.jsx', true],
  ['pkg/server_test.go', true],
  ['app/test_models.py', true],
  ['conftest.py', true],
  ['src/latest.ts', false],
  ['src/testing.ts', false],
  ['contest.py', false],
  ['attest/a.ts', false],
  ['src/inspect.ts', false],
])('%s is a test: %s', (path, is) => {
  expect(isTestPath(path)).toBe(is);
});

describe('changes that touch checks', () => {
  test('none where only the product changed', async () => {
    expect(
      await changedBy({ 'src/a.ts': '1', 'src/coverage.ts': '1' }, { 'src/a.ts': '2', 'src/coverage.ts': '2', 'docs/jest.md': '' }),
    ).toEqual({
      paths: [],
      overlay: [],
      manifests: [],
    });
  });

  test('tests that are added, changed and removed, and settings of runners', async () => {
    const before = { 'test/old.js': '1', 'test/a.js': '1', 'vitest.config.ts': '1', 'tsconfig.json': '1' };
    const after = { 'test/a.js': '2', 'test/new.js': '1', 'vitest.config.ts': '2', 'tsconfig.json': '2', '.eslintrc.json': '{}' };
    expect((await changedBy(before, after)).overlay.sort()).toEqual([
      '.eslintrc.json',
      'test/a.js',
      'test/new.js',
      'test/old.js',
      'tsconfig.json',
      'vitest.config.ts',
    ]);
  });

  test('a renamed test under both its names', async () => {
    const change: FileChange = { path: 'lib/a.js', from: 'test/a.js', kind: 'renamed', binary: false, added: 0, removed: 0 };
    expect((await changedChecks([change], [], async () => undefined)).paths).toEqual(['test/a.js']);
  });

  test('a definition counts where a check is defined in it', async () => {
    expect((await changedBy({ Makefile: 'test:' }, { Makefile: 'test: x' }, ['Makefile'])).overlay).toEqual(['Makefile']);
    expect((await changedBy({ Makefile: 'test:' }, { Makefile: 'test: x' })).paths).toEqual([]);
    expect((await changedBy({ 'go.mod': '1' }, { 'go.mod': '2' }, ['go.mod'])).paths).toEqual([]);
  });

  test('a package.json counts only for its scripts and test settings, and keeps its new dependencies', async () => {
    const manifest = (value: object) => ({ 'package.json': JSON.stringify(value) });
    const definedIn = ['package.json'];
    const base = { scripts: { test: 'node --test' }, dependencies: {} };
    expect((await changedBy(manifest(base), manifest({ ...base, dependencies: { a: '1' } }), definedIn)).paths).toEqual([]);
    const changed = { ...base, scripts: { test: 'true' }, dependencies: { a: '1' } };
    expect(await changedBy(manifest(base), manifest(changed), definedIn)).toEqual({
      paths: ['package.json'],
      overlay: [],
      manifests: ['package.json'],
    });
    expect(JSON.parse(withTestKeysOf(JSON.stringify(base), JSON.stringify(changed)))).toEqual({
      scripts: { test: 'node --test' },
      dependencies: { a: '1' },
    });
    expect(JSON.parse(withTestKeysOf('{}', JSON.stringify({ name: 'x', jest: { bail: true } })))).toEqual({ name: 'x' });
  });

  test('a package.json that is gone or broken is put back whole', async () => {
    const base = { 'package.json': '{"scripts":{"test":"x"}}' };
    for (const after of [{}, { 'package.json': '{' }])
      expect((await changedBy(base, after, ['package.json'])).overlay).toEqual(['package.json']);
  });

  test('a pyproject.toml counts only for the sections of test tools', async () => {
    const file = (more: string) => ({ 'pyproject.toml': `[project]\nname = "x"\n${more}` });
    expect((await changedBy(file('dependencies = []\n'), file('dependencies = ["a"]\n'))).paths).toEqual([]);
    expect((await changedBy(file(''), file('[tool.pytest.ini_options]\naddopts = "-k nothing"\n'))).overlay).toEqual(['pyproject.toml']);
  });
});
