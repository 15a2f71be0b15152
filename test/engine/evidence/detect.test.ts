import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checksFromConfig, detectChecks } from '../../../src/engine/evidence/detect.js';

function folderWith(files: Record<string, string | object>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'detect-')));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return root;
}
const found = async (files: Record<string, string | object>, prefix = '') =>
  (await detectChecks(folderWith(files), prefix)).map(({ name, command, cwd }) => `${name}: ${command}${cwd && ` in ${cwd}`}`);
const scripts = (all: Record<string, string>, more: object = {}) => ({ 'package.json': { scripts: all, ...more } });

describe('checks of a package.json', () => {
  test('scripts that are checks, in the order build, types, lint, test', async () => {
    const files = scripts({
      test: 'vitest run',
      lint: 'eslint .',
      build: 'tsc -b',
      typecheck: 'tsc --noEmit',
      'format:check': 'prettier -c .',
      dev: 'vite',
    });
    expect(await found(files)).toEqual([
      'build: npm run build',
      'types: npm run typecheck',
      'format: npm run format:check',
      'lint: npm run lint',
      'test: npm test',
    ]);
  });

  test.each([
    ['npm’s placeholder', { test: 'echo "Error: no test specified" && exit 1' }],
    ['what watches', { test: 'jest --watch', build: 'webpack serve', lint: 'nodemon x' }],
    ['what reaches out', { build: 'tsc && npm publish', test: 'vercel deploy' }],
    ['what is no check', { start: 'node .', dev: 'vite', deploy: 'x', prepublishOnly: 'x', 'test:watch': 'vitest' }],
    ['an empty script', { test: ' ' }],
  ])('%s is left out', async (_, all) => {
    expect(await found(scripts(all))).toEqual([]);
  });

  test('a watch that is switched off is a check', async () => {
    expect(await found(scripts({ test: 'react-scripts test --watchAll=false' }))).toEqual(['test: npm test']);
  });

  test('`check` is a check unless it only runs the others', async () => {
    expect(await found(scripts({ check: 'biome check' }))).toEqual(['check: npm run check']);
    expect(await found(scripts({ check: 'npm run lint && npm test', test: 'x', lint: 'y' }))).toEqual([
      'lint: npm run lint',
      'test: npm test',
    ]);
  });

  test.each([
    ['pnpm-lock.yaml', {}, 'pnpm run test'],
    ['yarn.lock', {}, 'yarn run test'],
    ['bun.lock', {}, 'bun run test'],
    ['package-lock.json', {}, 'npm test'],
    ['yarn.lock', { packageManager: 'pnpm@9.1.0' }, 'pnpm run test'],
  ])('with %s and %j: %s', async (lockfile, more, command) => {
    expect(await found({ ...scripts({ test: 'x' }, more), [lockfile]: '' })).toEqual([`test: ${command}`]);
  });

  test('of the open folder before the root’s; the root’s lockfile counts for it', async () => {
    const files = {
      'package.json': { scripts: { test: 'root', lint: 'root' } },
      'yarn.lock': '',
      'packages/app/package.json': { scripts: { test: 'app' } },
    };
    expect(await found(files, 'packages/app')).toEqual(['test: yarn run test in packages/app']);
    expect(await found(files, 'packages')).toEqual(['lint: yarn run lint', 'test: yarn run test']);
  });

  test('a manifest that is no JSON has none', async () => {
    expect(await found({ 'package.json': '{ scripts' })).toEqual([]);
  });

  test('says where it was found, and which file defines it', async () => {
    const [spec] = await detectChecks(folderWith({ 'app/package.json': { scripts: { test: 'x' } } }), 'app');
    expect(spec).toEqual({
      name: 'test',
      command: 'npm test',
      cwd: 'app',
      source: 'package.json scripts.test',
      definedIn: ['app/package.json'],
      timeoutSeconds: 600,
    });
  });
});

describe('checks of a Makefile', () => {
  test('targets, without assignments, patterns and what only runs others', async () => {
    const makefile =
      'LINT := x\ntest := no\n%.o: %.c\n\tcc\n.PHONY: test lint\nbuild lint: deps\n\tx\ntest: build # runs\n\tx\ncheck: lint test\ndeps:\n';
    expect(await found({ Makefile: makefile })).toEqual(['build: make build', 'lint: make lint', 'test: make test']);
  });

  test('a script of the same name comes first', async () => {
    expect(await found({ ...scripts({ test: 'x' }), Makefile: 'test:\n\tx\nlint:\n\tx\n' })).toEqual(['lint: make lint', 'test: npm test']);
  });
});

describe('pytest', () => {
  test.each([
    ['pytest.ini', { 'pytest.ini': '' }],
    ['pyproject.toml', { 'pyproject.toml': '[project]\n[tool.pytest.ini_options]\n' }],
    ['tox.ini', { 'tox.ini': '[pytest]\n' }],
    ['setup.cfg', { 'setup.cfg': '[tool:pytest]\n' }],
    ['tests', { 'tests/test_a.py': '' }],
    ['tests', { 'tests/unit/test_a.py': '' }],
    ['tests', { 'conftest.py': '' }],
    ['tests', { 'pyproject.toml': '[project]\n', 'test_a.py': '' }],
  ])('by %s in %j', async (source, files) => {
    const specs = await detectChecks(folderWith(files), '');
    expect(specs).toMatchObject([{ name: 'pytest', command: 'python3 -m pytest -q', source }]);
  });

  test.each([{ 'pyproject.toml': '[project]\nname = "x"\n' }, { 'tests/a.js': '' }, { 'test_a.py': '' }, { 'setup.cfg': '[flake8]\n' }])(
    'not by %j',
    async (files) => {
      expect(await found(files)).toEqual([]);
    },
  );

  test('with the interpreter of the project’s own environment', async () => {
    expect(await found({ 'pytest.ini': '', '.venv/bin/python': '' })).toEqual(['pytest: .venv/bin/python -m pytest -q']);
    expect(await found({ 'svc/api/pytest.ini': '', 'venv/bin/python': '' }, 'svc/api')).toEqual([
      'pytest: ../../venv/bin/python -m pytest -q in svc/api',
    ]);
  });

  test('not twice, where the folder’s own test runs it', async () => {
    expect(await found({ 'pytest.ini': '', Makefile: 'test:\n\tpython -m pytest\n' })).toEqual(['test: make test']);
    expect(await found({ 'pytest.ini': '', ...scripts({ test: 'jest' }) })).toEqual(['test: npm test', 'pytest: python3 -m pytest -q']);
  });
});

test('Go modules and Rust crates are checked by their tools', async () => {
  expect(await found({ 'go.mod': '' })).toEqual(['build: go build ./...', 'lint: go vet ./...', 'test: go test ./...']);
  expect(await found({ 'Cargo.toml': '', Makefile: 'test:\n\tx\n' })).toEqual(['build: cargo build --all-targets', 'test: make test']);
});

test('an empty folder has no checks', async () => {
  expect(await found({})).toEqual([]);
});

describe('configured checks', () => {
  test('as a table or as a list', () => {
    expect(checksFromConfig({ test: 'npm test' })).toEqual([
      { name: 'test', command: 'npm test', cwd: '', source: 'config', definedIn: [], timeoutSeconds: 600 },
    ]);
    const list = [{ name: 'e2e', command: 'x', cwd: './web/', timeout_seconds: 5 }];
    expect(checksFromConfig(list, 'app')).toEqual([
      { name: 'e2e', command: 'x', cwd: 'app/web', source: 'config', definedIn: [], timeoutSeconds: 5 },
    ]);
    expect(checksFromConfig([{ name: 'e2e', command: 'x', cwd: '..' }], 'app')[0]?.cwd).toBe('');
  });

  test('never outside the folder', () => {
    expect(() => checksFromConfig([{ name: 'e', command: 'x', cwd: '../..' }], 'app')).toThrow(/outside the folder/);
    expect(() => checksFromConfig([{ name: 'e', command: 'x', cwd: '/etc' }])).toThrow(/outside the folder/);
  });
});
