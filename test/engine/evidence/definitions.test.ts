import { describe, expect, test } from 'vitest';
import { changedChecks } from '../../../src/engine/evidence/definitions.js';
import { withTestsOf } from '../../../src/engine/evidence/manifests.js';
import type { CheckSpec } from '../../../src/engine/evidence/spec.js';
import { isSettingPath, isTestPath } from '../../../src/engine/evidence/test-paths.js';
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
  ['src/test/java/com/example/A.java', true],
  ['core/src/main/kotlin/ShopTest.kt', true],
  ['src/ShopIT.java', true],
  ['Shop.Tests/Sum.cs', true],
  ['Tests/ShopTests/A.swift', true],
  ['spec/sum_spec.rb', true],
  ['lib/shop_test.exs', true],
  ['tests/SumTest.php', true],
  ['src/sum_unittest.cc', true],
  ['src/tests.rs', true],
  ['t/a.t', true],
  ['test.bats', true],
  ['pkg/testdata/a.golden', true],
  ['mod_test.ts', true],
  ['src/latest.ts', false],
  ['src/main/java/Latest.java', false],
  ['src/Contest.java', false],
  ['lib/EXIT.php', false],
  ['t/a.ts', false],
  ['src/tester.rs', false],
  ['Attests/a.cs', false],
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
    expect(JSON.parse(withTestsOf('package.json', JSON.stringify(base), JSON.stringify(changed)) ?? '')).toEqual({
      scripts: { test: 'node --test' },
      dependencies: { a: '1' },
    });
    expect(JSON.parse(withTestsOf('package.json', '{}', JSON.stringify({ name: 'x', jest: { bail: true } })) ?? '')).toEqual({ name: 'x' });
  });

  test('a package.json that is gone or broken is put back whole', async () => {
    const base = { 'package.json': '{"scripts":{"test":"x"}}' };
    for (const after of [{}, { 'package.json': '{' }])
      expect((await changedBy(base, after, ['package.json'])).overlay).toEqual(['package.json']);
  });

  test('a pyproject.toml counts only for the sections of test tools, and keeps its new dependencies', async () => {
    const file = (more: string) => ({ 'pyproject.toml': `[project]\nname = "x"\n${more}` });
    expect((await changedBy(file('dependencies = []\n'), file('dependencies = ["a"]\n'))).paths).toEqual([]);
    const before = file('[tool.pytest.ini_options]\naddopts = ""\n');
    const after = file('dependencies = ["a"]\n[tool.pytest.ini_options]\naddopts = "-k nothing"\n[tool.x]\n');
    expect((await changedBy(before, after)).manifests).toEqual(['pyproject.toml']);
    expect(withTestsOf('pyproject.toml', before['pyproject.toml'], after['pyproject.toml'])).toBe(
      '[project]\nname = "x"\ndependencies = ["a"]\n[tool.x]\n[tool.pytest.ini_options]\naddopts = ""\n',
    );
  });

  test('tests inside a Rust file count, the code beside them does not', async () => {
    const file = (body: string, tests: string) => ({
      'src/lib.rs': `pub fn sum() -> i32 {\n    ${body}\n}\n\n#[cfg(test)]\nmod tests {\n    use super::*;\n    ${tests}\n}\n`,
    });
    const base = file('1', '#[test]\n    fn one() { assert_eq!(sum(), 1); }');
    expect((await changedBy(base, file('2', '#[test]\n    fn one() { assert_eq!(sum(), 1); }'))).paths).toEqual([]);
    const cheat = file('2', '');
    expect(await changedBy(base, cheat)).toEqual({ paths: ['src/lib.rs'], overlay: [], manifests: ['src/lib.rs'] });
    const back = withTestsOf('src/lib.rs', base['src/lib.rs'], cheat['src/lib.rs']);
    expect(back).toContain('pub fn sum() -> i32 {\n    2\n}');
    expect(back).toContain('fn one() { assert_eq!(sum(), 1); }');
    expect(back?.match(/mod tests/g)).toHaveLength(1);
    // What cannot be taken apart is told, and left as it is.
    expect(await changedBy(base, file('2', 'const BRACE: &str = "{";'))).toEqual({ paths: ['src/lib.rs'], overlay: [], manifests: [] });
  });

  test.each<[string, string, string, Awaited<ReturnType<typeof changedBy>>]>([
    ['pom.xml', '<a/>\n', '<a/>\n<skipTests>true</skipTests>\n', { paths: ['pom.xml'], overlay: ['pom.xml'], manifests: [] }],
    ['pom.xml', '<a/>\n', '<a/>\n<dependency>gson</dependency>\n', { paths: [], overlay: [], manifests: [] }],
    [
      'build.gradle',
      'x\n',
      'x\nimplementation "gson"\ntest { enabled = false }\n',
      { paths: ['build.gradle'], overlay: [], manifests: [] },
    ],
    ['mix.exs', 'x\n', 'x\ntest_paths: []\n', { paths: ['mix.exs'], overlay: ['mix.exs'], manifests: [] }],
    ['CMakeLists.txt', 'add_test(a)\n', '\n', { paths: ['CMakeLists.txt'], overlay: ['CMakeLists.txt'], manifests: [] }],
    ['Cargo.toml', '[package]\n', '[package]\n[dependencies]\nserde = "1"\n', { paths: [], overlay: [], manifests: [] }],
    ['Cargo.toml', '[package]\n[lints.clippy]\n', '[package]\n', { paths: ['Cargo.toml'], overlay: [], manifests: ['Cargo.toml'] }],
    [
      'composer.json',
      '{"scripts":{"test":"phpunit"}}',
      '{"scripts":{"test":"true"},"require":{}}',
      { paths: ['composer.json'], overlay: [], manifests: ['composer.json'] },
    ],
    [
      'deno.json',
      '{"tasks":{"test":"deno test"}}',
      '{"tasks":{"test":"true"}}',
      { paths: ['deno.json'], overlay: [], manifests: ['deno.json'] },
    ],
  ])('%s: %j to %j', async (path, before, after, expected) => {
    expect(await changedBy({ [path]: before }, { [path]: after }, [path])).toEqual(expected);
  });

  test.each([
    'phpunit.xml.dist',
    '.rspec',
    '.rubocop.yml',
    'clippy.toml',
    '.config/nextest.toml',
    'phpstan.neon',
    'app.runsettings',
    '.credo.exs',
    'bunfig.toml',
    '.golangci.yml',
  ])('%s is a setting', (path) => {
    expect(isSettingPath(path)).toBe(true);
  });
});
