import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checksFromConfig, detectChecks } from '../../../src/engine/evidence/detect.js';
import { programOf } from '../../../src/engine/evidence/detect-tools.js';

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
    expect(await found(files, 'packages')).toEqual([
      'lint: yarn run lint',
      'test: yarn run test',
      'packages/app:test: yarn run test in packages/app',
    ]);
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

  test.each([{ 'pyproject.toml': '[project]\nname = "x"\n' }, { 'tests/a.js': '' }, { 'test_a.py': '' }, { 'setup.cfg': '[metadata]\n' }])(
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

describe('the tools of a folder', () => {
  test.each<[string, Record<string, string | object>, string[]]>([
    ['a crate', { 'Cargo.toml': '[package]\n' }, ['build: cargo build --all-targets', 'test: cargo test --no-fail-fast']],
    [
      'a workspace of crates, whose members are in it',
      { 'Cargo.toml': '[workspace]\nmembers = ["a"]\n[workspace.lints.clippy]\n', 'a/Cargo.toml': '[package]\n', 'rustfmt.toml': '' },
      [
        'build: cargo build --workspace --all-targets',
        'format: cargo fmt --check',
        'lint: cargo clippy --all-targets',
        'test: cargo test --workspace --no-fail-fast',
      ],
    ],
    ['Maven', { 'pom.xml': '<modules>', 'core/pom.xml': '' }, ['test: mvn -B --fail-at-end test']],
    ['Maven’s wrapper', { 'pom.xml': '', mvnw: '' }, ['test: ./mvnw -B --fail-at-end test']],
    ['Gradle’s wrapper', { 'build.gradle.kts': '', gradlew: '' }, ['test: ./gradlew test --continue --no-daemon --console=plain']],
    ['.NET', { 'App.sln': '', 'src/App/App.csproj': '' }, ['build: dotnet build --nologo', 'test: dotnet test --nologo']],
    [
      'CMake with tests',
      { 'CMakeLists.txt': 'enable_testing()\nadd_subdirectory(src)\n', 'src/CMakeLists.txt': 'add_test(x)' },
      [
        'build: cmake -S . -B cmake-build-check && cmake --build cmake-build-check',
        'test: cmake -S . -B cmake-build-check && cmake --build cmake-build-check && ctest --test-dir cmake-build-check --output-on-failure',
      ],
    ],
    ['CMake without', { 'CMakeLists.txt': 'project(x)' }, ['build: cmake -S . -B cmake-build-check && cmake --build cmake-build-check']],
    ['RSpec', { 'spec/spec_helper.rb': '' }, ['test: rspec']],
    [
      'RSpec of a bundle',
      { 'spec/spec_helper.rb': '', Gemfile: '', '.rubocop.yml': '' },
      ['lint: bundle exec rubocop', 'test: bundle exec rspec'],
    ],
    ['Rake', { Rakefile: 'Rake::TestTask.new(:test) { }\ntask default: :test\n' }, ['test: rake test']],
    [
      'Composer before PHPUnit',
      { 'composer.json': { scripts: { test: ['@lint', 'phpunit'] } }, 'phpunit.xml': '' },
      ['test: composer run-script test'],
    ],
    [
      'PHPUnit',
      { 'phpunit.xml.dist': '', 'composer.json': {}, 'phpstan.neon': '' },
      ['types: vendor/bin/phpstan analyse --no-progress', 'test: vendor/bin/phpunit'],
    ],
    ['Pest', { 'phpunit.xml': '', 'composer.json': { 'require-dev': { 'pestphp/pest': '3' } } }, ['test: vendor/bin/pest']],
    [
      'Mix',
      { 'mix.exs': '', '.formatter.exs': '', '.credo.exs': '' },
      ['format: mix format --check-formatted', 'lint: mix credo', 'test: mix test'],
    ],
    ['Swift', { 'Package.swift': '.testTarget(name: "T")' }, ['build: swift build', 'test: swift test']],
    ['Deno', { 'deno.json': '{"lint": {}}', 'a_test.ts': '' }, ['lint: deno lint', 'test: deno test --allow-all']],
    [
      'Deno’s tasks',
      { 'deno.jsonc': '{\n  // all\n  "tasks": {"test": "deno test -R", "dev": "deno run --watch x"}\n}' },
      ['test: deno task test'],
    ],
    ['Bun', { 'bun.lock': '', 'a.test.ts': '', 'package.json': {} }, ['test: bun test']],
    [
      'just',
      { justfile: 'set shell := ["bash"]\nv := "1"\ntest filter="": build\n  cargo test\nlint path:\n  x\n_private:\n' },
      ['test: just test'],
    ],
    ['a Taskfile', { 'Taskfile.yml': 'tasks:\n  lint: golangci-lint run\n' }, ['lint: task lint']],
    [
      'linters that are set up',
      { 'eslint.config.js': '', 'package.json': { devDependencies: { typescript: '5' } }, 'tsconfig.json': '{}' },
      ['types: npx --no-install tsc --noEmit', 'lint: npx --no-install eslint .'],
    ],
    [
      'linters of Python',
      { 'pyproject.toml': '[tool.ruff]\n[tool.mypy]\n' },
      ['types: python3 -m mypy .', 'lint: python3 -m ruff check .'],
    ],
    [
      'unittest',
      { 'tests/__init__.py': '', 'tests/test_a.py': 'import unittest\n' },
      ['unittest: python3 -m unittest discover -s tests -t .'],
    ],
    ['tox, where nothing runs without it', { 'tox.ini': '[testenv]\n' }, ['tox: tox run']],
    ['Perl', { cpanfile: '', 't/a.t': '' }, ['test: prove -lr t']],
    ['bats', { 'test/a.bats': '' }, ['test: bats -r test']],
  ])('%s', async (_, files, expected) => {
    expect(await found(files)).toEqual(expected);
  });

  test('of several languages: each has its own name', async () => {
    expect(await found({ ...scripts({ test: 'jest' }), 'Cargo.toml': '[package]\n', 'go.mod': '' })).toEqual([
      'build: go build ./...',
      'cargo:build: cargo build --all-targets',
      'lint: go vet ./...',
      'test: npm test',
      'go:test: go test ./...',
      'cargo:test: cargo test --no-fail-fast',
    ]);
  });
});

describe('packages below the open folder', () => {
  test('each in its own folder, unless the root’s check looks there too', async () => {
    const files = {
      'package.json': { workspaces: ['packages/*'], scripts: { test: 'npm test --workspaces' } },
      'packages/web/package.json': { scripts: { test: 'vitest run', lint: 'eslint .' } },
      'services/api/go.mod': '',
      'services/jobs/pyproject.toml': '[tool.pytest.ini_options]\n',
      'examples/old/Cargo.toml': '[package]\n',
      'node_modules/x/package.json': { scripts: { test: 'x' } },
    };
    expect(await found(files)).toEqual([
      'services/api:build: go build ./... in services/api',
      'packages/web:lint: npm run lint in packages/web',
      'services/api:lint: go vet ./... in services/api',
      'test: npm test',
      'services/api:test: go test ./... in services/api',
      'services/jobs:pytest: python3 -m pytest -q in services/jobs',
    ]);
  });

  test('a repository inside is another’s', async () => {
    expect(await found({ 'other/.git/HEAD': '', 'other/go.mod': '' })).toEqual([]);
  });
});

describe('CI workflows', () => {
  const workflow = (steps: object[], job: object = {}) => ({
    '.github/workflows/ci.yml': JSON.stringify({ on: 'push', jobs: { it: { ...job, steps } } }),
  });

  test('tell how a tool is run here, and where', async () => {
    const files = {
      'Cargo.toml': '[package]\n',
      ...workflow([
        { uses: 'actions/checkout@v4' },
        { run: 'cargo test --all-features\ncd tools && go vet ./...' },
        { run: 'mix test', 'working-directory': 'elixir' },
      ]),
    };
    expect(await found(files)).toEqual([
      'build: cargo build --all-targets',
      'tools:lint: go vet ./... in tools',
      'test: cargo test --all-features',
      'elixir:test: mix test in elixir',
    ]);
  });

  test('add tasks that nothing else runs', async () => {
    const files = {
      ...scripts({ test: 'npm run test:unit', 'test:unit': 'x', 'test:types': 'y' }),
      ...workflow([{ run: 'npm ci\nnpm test\nnpm run test:unit\nnpm run test:types\nnpm run deploy' }]),
    };
    expect(await found(files)).toEqual(['test:types: npm run test:types', 'test: npm test']);
  });

  test.each<[string, object[], object?]>([
    ['a matrix', [{ run: 'cargo test --target $' + '{{ matrix.target }}' }]],
    ['secrets', [{ run: 'go test ./...', env: { KEY: '$' + '{{ secrets.KEY }}' } }]],
    ['services', [{ run: 'go test ./...' }], { services: { postgres: { image: 'postgres' } } }],
    ['what is computed', [{ run: 'go test $(go list ./...)\ngo test $PKG\ngo test ./... | tee log' }]],
    ['what reaches out', [{ run: 'cargo publish\nsudo make test\ndocker run x go test\nnpm run test:e2e' }]],
    ['a folder outside', [{ run: 'go test ./...', 'working-directory': '../x' }]],
  ])('leave out %s', async (_, steps, job) => {
    expect(await found(workflow(steps, job))).toEqual([]);
  });

  test.each([
    ['.gitlab-ci.yml', 'unit:\n  script:\n    - cd app\n    - go test -race ./...\n'],
    ['.circleci/config.yml', 'jobs:\n  t:\n    steps:\n      - run: {command: go test -race ./..., working_directory: app}\n'],
    ['azure-pipelines.yml', 'steps:\n  - script: go test -race ./...\n    workingDirectory: app\n'],
    ['Jenkinsfile', "stage('t') { steps { sh 'cd app && go test -race ./...' } }"],
  ])('of other systems: %s', async (file, text) => {
    expect(await found({ [file]: text })).toEqual(['app:test: go test -race ./... in app']);
  });

  test('that are no YAML, or bombs of aliases, say nothing', async () => {
    const bomb = `a: &a [x, x]\n${[...'bcdefghijk'].map((name, at) => `${name}: &${name} [*${'abcdefghijk'[at]}, *${'abcdefghijk'[at]}, *${'abcdefghijk'[at]}]`).join('\n')}\n`;
    expect(await found({ '.gitlab-ci.yml': 'a: [', '.travis.yml': bomb })).toEqual([]);
  });
});

test('a wrapper is started as the shell of its system knows it', async () => {
  const place = { path: '', entries: new Set(['gradlew']), folders: [], text: async () => undefined, list: async () => [] };
  const gradle = { tool: 'gradle', wrappers: [['gradlew', './gradlew']] as const };
  expect(await programOf(gradle, place, 'linux')).toBe('./gradlew');
  expect(await programOf(gradle, place, 'win32')).toBe('.\\gradlew');
  expect(await programOf({ ...gradle, wrappers: [['pom.xml', './mvnw']] }, place, 'win32')).toBe('gradle');
});
