/** What a folder's own files say of the tools that check it: one row for each kind of folder. */

/** When a check is there: this file holds that, or (without `has`) is there at all. Files may be patterns of names. */
export interface Mark {
  file: string | RegExp;
  has?: RegExp;
}

export interface ToolCheck {
  name: string;
  /** `{it}` is the program, or the wrapper that the folder brings. */
  command: string;
  /** One of these must hold; absent: always. */
  when?: readonly Mark[];
}

export interface Ecosystem {
  tool: string;
  language: string;
  /** One of these makes a folder one of this kind. */
  marks: readonly Mark[];
  /** The first that the folder has comes before the program itself. */
  wrappers?: readonly (readonly [file: string, command: string])[];
  program?: string;
  /** The first check of a name whose marks hold is taken. */
  checks: readonly ToolCheck[];
  /** Where this holds, its checks look at the folders of this kind below, too. */
  covers?: readonly Mark[];
}

const here = (...files: (string | RegExp)[]): Mark[] => files.map((file) => ({ file }));
const CMAKE = 'cmake -S . -B cmake-build-check && cmake --build cmake-build-check';
const CMAKE_TESTS =
  /\b(enable_testing|add_test|catch_discover_tests|gtest_discover_tests|doctest_discover_tests)\s*\(|include\s*\(\s*CTest\s*\)/i;
const GRADLE = '--no-daemon --console=plain';

export const ecosystems: readonly Ecosystem[] = [
  {
    tool: 'go',
    language: 'go',
    marks: here('go.mod'),
    checks: [
      { name: 'build', command: 'go build ./...' },
      { name: 'lint', command: 'golangci-lint run', when: here(/^\.golangci\.(ya?ml|toml|json)$/) },
      { name: 'lint', command: 'go vet ./...' },
      { name: 'test', command: 'go test ./...' },
    ],
  },
  {
    tool: 'cargo',
    language: 'rust',
    marks: here('Cargo.toml'),
    checks: [
      { name: 'build', command: 'cargo build --workspace --all-targets', when: [{ file: 'Cargo.toml', has: /^\[workspace\]/m }] },
      { name: 'build', command: 'cargo build --all-targets' },
      { name: 'format', command: 'cargo fmt --check', when: here('rustfmt.toml', '.rustfmt.toml') },
      {
        name: 'lint',
        command: 'cargo clippy --all-targets',
        when: [...here('clippy.toml', '.clippy.toml'), { file: 'Cargo.toml', has: /^\[(workspace\.)?lints\.clippy\]/m }],
      },
      { name: 'test', command: 'cargo test --workspace --no-fail-fast', when: [{ file: 'Cargo.toml', has: /^\[workspace\]/m }] },
      { name: 'test', command: 'cargo test --no-fail-fast' },
    ],
    covers: [{ file: 'Cargo.toml', has: /^\[workspace\]/m }],
  },
  {
    tool: 'maven',
    language: 'java',
    marks: here('pom.xml'),
    program: 'mvn',
    wrappers: [['mvnw', './mvnw']],
    checks: [{ name: 'test', command: '{it} -B --fail-at-end test' }],
    covers: [{ file: 'pom.xml', has: /<modules>/ }],
  },
  {
    tool: 'gradle',
    language: 'java',
    marks: here('build.gradle', 'build.gradle.kts', 'settings.gradle', 'settings.gradle.kts'),
    program: 'gradle',
    wrappers: [['gradlew', './gradlew']],
    checks: [{ name: 'test', command: `{it} test --continue ${GRADLE}` }],
    covers: here('settings.gradle', 'settings.gradle.kts'),
  },
  {
    tool: 'dotnet',
    language: 'dotnet',
    marks: here(/\.slnx?$/, /\.(cs|fs|vb)proj$/),
    checks: [
      { name: 'build', command: 'dotnet build --nologo' },
      { name: 'test', command: 'dotnet test --nologo' },
    ],
    covers: here(/\.slnx?$/),
  },
  {
    tool: 'cmake',
    language: 'c',
    marks: here('CMakeLists.txt'),
    checks: [
      {
        name: 'test',
        command: `${CMAKE} && ctest --test-dir cmake-build-check --output-on-failure`,
        when: [{ file: 'CMakeLists.txt', has: CMAKE_TESTS }],
      },
      { name: 'build', command: CMAKE },
    ],
    covers: here('CMakeLists.txt'),
  },
  {
    tool: 'meson',
    language: 'c',
    marks: [{ file: 'meson.build', has: /^\s*project\s*\(/m }],
    checks: [{ name: 'test', command: 'meson setup meson-build-check && meson test -C meson-build-check --print-errorlogs' }],
    covers: here('meson.build'),
  },
  {
    tool: 'rspec',
    language: 'ruby',
    marks: here('.rspec', 'spec/spec_helper.rb', 'spec/rails_helper.rb'),
    program: 'rspec',
    wrappers: [
      ['bin/rspec', 'bin/rspec'],
      ['Gemfile', 'bundle exec rspec'],
    ],
    checks: [{ name: 'test', command: '{it}' }],
  },
  {
    tool: 'rails',
    language: 'ruby',
    marks: here('bin/rails'),
    checks: [{ name: 'test', command: 'bin/rails test', when: here('test/test_helper.rb') }],
  },
  {
    tool: 'rubocop',
    language: 'ruby',
    marks: here('.rubocop.yml'),
    program: 'rubocop',
    wrappers: [['Gemfile', 'bundle exec rubocop']],
    checks: [{ name: 'lint', command: '{it}' }],
    covers: here('.rubocop.yml'),
  },
  {
    tool: 'pest',
    language: 'php',
    marks: [{ file: 'composer.json', has: /"pestphp\/pest"/ }],
    checks: [{ name: 'test', command: 'vendor/bin/pest' }],
  },
  {
    tool: 'phpunit',
    language: 'php',
    marks: here('phpunit.xml', 'phpunit.xml.dist', 'phpunit.dist.xml'),
    program: 'phpunit',
    wrappers: [['composer.json', 'vendor/bin/phpunit']],
    checks: [{ name: 'test', command: '{it}' }],
  },
  {
    tool: 'phpstan',
    language: 'php',
    marks: here('phpstan.neon', 'phpstan.neon.dist', 'phpstan.dist.neon'),
    program: 'phpstan',
    wrappers: [['composer.json', 'vendor/bin/phpstan']],
    checks: [{ name: 'types', command: '{it} analyse --no-progress' }],
  },
  {
    tool: 'mix',
    language: 'elixir',
    marks: here('mix.exs'),
    checks: [
      { name: 'format', command: 'mix format --check-formatted', when: here('.formatter.exs') },
      { name: 'lint', command: 'mix credo', when: here('.credo.exs') },
      { name: 'test', command: 'mix test' },
    ],
    covers: [{ file: 'mix.exs', has: /apps_path:/ }],
  },
  {
    tool: 'swift',
    language: 'swift',
    marks: here('Package.swift'),
    checks: [
      { name: 'lint', command: 'swiftlint lint', when: here('.swiftlint.yml') },
      { name: 'test', command: 'swift test', when: [{ file: 'Package.swift', has: /\.testTarget\s*\(/ }] },
      { name: 'build', command: 'swift build' },
    ],
  },
  {
    tool: 'deno',
    language: 'deno',
    marks: here('deno.json', 'deno.jsonc'),
    checks: [
      { name: 'format', command: 'deno fmt --check', when: [{ file: /^deno\.jsonc?$/, has: /"fmt"\s*:/ }] },
      { name: 'lint', command: 'deno lint', when: [{ file: /^deno\.jsonc?$/, has: /"lint"\s*:/ }] },
      { name: 'test', command: 'deno test --allow-all', when: here(/(^|[._])test\.[mc]?[jt]sx?$/, 'tests', 'test') },
    ],
    covers: [{ file: /^deno\.jsonc?$/, has: /"workspace"\s*:/ }],
  },
  {
    tool: 'vitest',
    language: 'javascript',
    marks: here(/^vitest\.(config|workspace)\.[mc]?[jt]s$/),
    checks: [{ name: 'test', command: 'npx --no-install vitest run' }],
    covers: here(/^vitest\.(config|workspace)\.[mc]?[jt]s$/),
  },
  {
    tool: 'jest',
    language: 'javascript',
    marks: here(/^jest\.config\.([mc]?[jt]s|json)$/),
    checks: [{ name: 'test', command: 'npx --no-install jest' }],
    covers: here(/^jest\.config\.([mc]?[jt]s|json)$/),
  },
  {
    tool: 'bun',
    language: 'javascript',
    marks: here('bunfig.toml', 'bun.lock', 'bun.lockb'),
    checks: [{ name: 'test', command: 'bun test', when: [...here(/\.(test|spec)\.[jt]sx?$/), { file: 'bunfig.toml', has: /^\[test\]/m }] }],
    covers: here('bunfig.toml'),
  },
  {
    tool: 'biome',
    language: 'javascript',
    marks: here('biome.json', 'biome.jsonc'),
    checks: [{ name: 'lint', command: 'npx --no-install biome check .' }],
    covers: here('biome.json', 'biome.jsonc'),
  },
  {
    tool: 'eslint',
    language: 'javascript',
    marks: here(/^eslint\.config\.[mc]?[jt]s$/, /^\.eslintrc(\.(json|ya?ml|[mc]?js))?$/),
    checks: [{ name: 'lint', command: 'npx --no-install eslint .' }],
    covers: here(/^eslint\.config\.[mc]?[jt]s$/, /^\.eslintrc/),
  },
  {
    tool: 'tsc',
    language: 'javascript',
    marks: [{ file: 'package.json', has: /"typescript"\s*:/ }],
    checks: [{ name: 'types', command: 'npx --no-install tsc --noEmit', when: here('tsconfig.json') }],
    covers: [{ file: 'tsconfig.json', has: /"references"\s*:/ }],
  },
  {
    tool: 'prove',
    language: 'perl',
    marks: here(/^(Makefile|Build)\.PL$/, 'cpanfile', 'dist.ini', 'META.json'),
    checks: [{ name: 'test', command: 'prove -lr t', when: here(/^t$/) }],
  },
  {
    tool: 'bats',
    language: 'shell',
    marks: here(/^(test|tests)\/[^/]+\.bats$/),
    checks: [
      { name: 'test', command: 'bats -r test', when: here(/^test\/[^/]+\.bats$/) },
      { name: 'test', command: 'bats -r tests' },
    ],
  },
];

/** What is said of a tool that is not there: how to get it. */
export const HOW_TO_GET: Readonly<Record<string, string>> = {
  go: 'see go.dev/doc/install',
  'golangci-lint': 'see golangci-lint.run',
  cargo: 'see rustup.rs',
  mvn: 'see maven.apache.org/install.html',
  gradle: 'see gradle.org/install',
  java: 'install a JDK, such as Temurin (adoptium.net)',
  dotnet: 'see dot.net/download',
  cmake: 'see cmake.org/download',
  ctest: 'it comes with CMake, see cmake.org/download',
  meson: 'pip install meson ninja',
  make: 'install make with the packages of your system',
  rspec: 'gem install rspec',
  bundle: 'gem install bundler',
  rake: 'gem install rake',
  rubocop: 'gem install rubocop',
  ruby: 'see ruby-lang.org/en/downloads',
  php: 'see php.net/downloads',
  composer: 'see getcomposer.org/download',
  phpunit: 'composer require --dev phpunit/phpunit',
  'vendor/bin/phpunit': 'run composer install in your folder',
  'vendor/bin/pest': 'run composer install in your folder',
  'vendor/bin/phpstan': 'run composer install in your folder',
  mix: 'see elixir-lang.org/install.html',
  swift: 'see swift.org/install',
  swiftlint: 'see github.com/realm/SwiftLint',
  deno: 'see deno.com',
  bun: 'see bun.sh',
  just: 'see just.systems',
  task: 'see taskfile.dev',
  npm: 'it comes with Node, see nodejs.org',
  npx: 'it comes with Node, see nodejs.org',
  node: 'see nodejs.org',
  pnpm: 'corepack enable pnpm',
  yarn: 'corepack enable yarn',
  tox: 'pip install tox',
  nox: 'pip install nox',
  uv: 'pip install uv',
  pytest: 'pip install pytest',
  python3: 'see python.org/downloads',
  prove: 'it comes with Perl, see perl.org/get.html',
  bats: 'npm install --global bats',
};
