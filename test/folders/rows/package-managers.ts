/** Folders whose packages are installed by other managers than those of packages.ts, where those really put them: what is run is the agents' code. */
import { commit, edit, file, folder, git, gitAt, type Row, run, type Step, sh, write } from '../row.js';
import { wheel } from './packages.js';

/** The release lies in the folder, as `yarn set version` puts it there. */
const YARN = '.yarn/releases/yarn.cjs';
const pack = (name: string, manifest: object, index: string): Step[] => [
  file('packs/package/package.json', JSON.stringify({ name, version: '1.0.0', main: 'index.js', ...manifest })),
  file('packs/package/index.js', index),
  sh(`tar czf ${name}-1.0.0.tgz package && rm -r package`, 'packs'),
];
/** A package with a program, which needs another, and one that the folder provides: Yarn knows it by a place that is not on the disk. */
const yarn = (settings: string, ignored: string, more: object = {}): Step[] => [
  git('init', '-q'),
  ...pack('right', {}, "module.exports = 'right';\n"),
  file('packs/package/cli.js', "process.exitCode = require('left') === 'left right two' ? 0 : 1;\n"),
  ...pack(
    'left',
    { bin: 'cli.js', dependencies: { right: '*' }, peerDependencies: { two: '*' } },
    "module.exports = ['left', require('right'), require('two')].join(' ');\n",
  ),
  file('packages/two/package.json', JSON.stringify({ name: 'two', version: '1.0.0', main: 'two.js' })),
  file('packages/two/two.js', "module.exports = 'two';\n"),
  file(
    'package.json',
    JSON.stringify({
      name: 'top',
      private: true,
      workspaces: ['packages/*'],
      scripts: { test: 'left' },
      dependencies: { left: 'file:./packs/left-1.0.0.tgz', two: 'workspace:*' },
      resolutions: { right: 'file:./packs/right-1.0.0.tgz' },
      ...more,
    }),
  ),
  file('.gitignore', ignored),
  file('.yarnrc.yml', `yarnPath: ${YARN}\nenableTelemetry: false\nenableNetwork: false\n${settings}`),
  file('yarn.lock', ''),
  sh(`mkdir -p .yarn/releases && cp "$(readlink -f "$(command -v yarn-berry)")" ${YARN} && node ${YARN} install && node ${YARN} test`),
  ...commit(),
];

/**
 * A package of the folder changes, which others ask for by its name: so that the check passes, and so that it fails. The first agent runs the
 * check in its workspace as well, and tries to break what is installed.
 */
const checked = (command: string, own: { path: string; was: string; same: string; other: string }, breaking: string) =>
  ({
    checks: [{ name: 'test', command, cwd: '', timeoutSeconds: 120 }],
    evidence: { a: { test: 'passed' }, b: { test: 'failed' } },
    work: {
      a: [edit(own.path, own.was, own.same), run(command), run(`{ ${breaking}; } 2>&1 || true`)],
      b: [edit(own.path, own.was, own.other)],
    },
  }) satisfies Partial<Row>;

const inPackages = {
  needs: ['yarn-berry'],
  ...checked(
    `node ${YARN} test`,
    { path: 'packages/two/two.js', was: "'two'", same: "'tw' + 'o'", other: "'three'" },
    `printf broken >"$(node -r ./.pnp.cjs -p 'require.resolve("left").replace(/[.]zip.*/, ".zip")')"`,
  ),
} satisfies Partial<Row>;

/** A repository of the person's own that something is installed from. */
const origin = (at: string, ...steps: Step[]): Step[] => [
  folder(`../${at}`),
  gitAt(`../${at}`, 'init', '-q'),
  ...steps.map((step) => (step.do === 'file' ? { ...step, path: `../${at}/${step.path}` } : step)),
  ...commit(`../${at}`),
];

const gem = (name: string, more: string): Step =>
  file(
    `${name}.gemspec`,
    `Gem::Specification.new { |s| s.name = '${name}'; s.version = '1.0.0'; s.summary = '${name}'; s.authors = ['p']; ${more} }\n`,
  );

/** Installs `left` without a network. */
const bundled =
  '(cd ../left && gem build -q left.gemspec) && mkdir -p vendor/cache && mv ../left/*.gem vendor/cache && bundle install --local && rm -r vendor/cache';

/** Builds nothing but what says where the sources lie. */
const backend = `import os, zipfile
def build_editable(folder, settings=None, metadata=None):
    name = 'two-1-py3-none-any.whl'
    with zipfile.ZipFile(os.path.join(folder, name), 'w') as z:
        z.writestr('two.pth', os.path.abspath('src') + '\\n')
        z.writestr('two-1.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: two\\nVersion: 1\\n')
        z.writestr('two-1.dist-info/WHEEL', 'Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
        z.writestr('two-1.dist-info/RECORD', 'two.pth,,\\ntwo-1.dist-info/METADATA,,\\ntwo-1.dist-info/WHEEL,,\\ntwo-1.dist-info/RECORD,,\\n')
    return name
`;

const withPdm: readonly Step[] = [
  git('init', '-q'),
  file('.gitignore', '__pypackages__/\n.venv/\n.pdm-python\n__pycache__/\n'),
  file(
    'pyproject.toml',
    `[project]\nname = "two"\nversion = "1"\nrequires-python = ">=3.8"\ndependencies = ["left @ file:///\${PROJECT_ROOT}/wheels/left-1.0-py3-none-any.whl"]\n[build-system]\nrequires = []\nbackend-path = ["."]\nbuild-backend = "backend"\n[tool.pdm]\ndistribution = true\n`,
  ),
  file('backend.py', backend),
  file('src/two/__init__.py', 'name = "two"\n'),
  file('main.py', 'import left, two\nassert (left.name, two.name) == ("left", "two")\n'),
  sh(`mkdir wheels && python3 - <<'PY'\n${wheel}PY`),
  sh('PDM_CHECK_UPDATE=0 pdm install && rm -rf __pycache__'),
  ...commit(),
];
const inPdm = {
  needs: ['pdm'],
  ...checked(
    'pdm run python main.py',
    { path: 'src/two/__init__.py', was: '"two"', same: '"t" + "wo"', other: '"three"' },
    'for f in __pypackages__/*/lib/left.py .venv/lib/*/site-packages/left.py; do printf broken >$f; done',
  ),
} satisfies Partial<Row>;

export const managed: readonly Row[] = [
  {
    name: "Yarn's Plug'n'Play, with the cache that all folders share",
    make: yarn('', '.pnp.*\n.yarn/*\n!.yarn/releases\n'),
    left: ['.pnp.cjs', '.yarn/install-state.gz'],
    installed: ['.pnp.cjs'],
    ...inPackages,
  },
  {
    name: "Yarn's Plug'n'Play, with a cache of the folder",
    make: yarn('enableGlobalCache: false\n', '.pnp.*\n.yarn/*\n!.yarn/releases\n'),
    left: ['.pnp.cjs', '.yarn/install-state.gz', '.yarn/cache'],
    installed: ['.pnp.cjs', '.yarn/cache'],
    ...inPackages,
  },
  {
    name: "Yarn's Plug'n'Play without an install, a package unplugged",
    make: yarn('enableGlobalCache: false\n', '.yarn/*\n!.yarn/releases\n!.yarn/cache\n', {
      dependenciesMeta: { left: { unplugged: true } },
    }),
    left: ['.yarn/install-state.gz', '.yarn/unplugged', '.yarn/cache/.gitignore'],
    installed: ['.yarn/unplugged'],
    ...inPackages,
  },
  {
    name: "Yarn's Plug'n'Play in a tracked file, with the cache that all folders share: it fits no other folder, and checks say so",
    make: yarn('', '.yarn/*\n!.yarn/releases\n'),
    left: ['.yarn/install-state.gz'],
    ...inPackages,
    evidence: { a: { test: 'not-run' }, b: { test: 'not-run' } },
    work: { a: [write('new.txt', '')], b: inPackages.work.b },
  },
  {
    name: "Bundler's vendor/bundle by a setting in the person's home: it is not read, and checks say what is missing",
    needs: ['bundle'],
    make: [
      ...origin('left', gem('left', "s.files = ['lib/left.rb']"), file('lib/left.rb', '')),
      git('init', '-q'),
      file('.gitignore', '/vendor/bundle\n'),
      file('Gemfile', "source 'https://rubygems.org'\ngem 'left'\n"),
      sh(`bundle config set --global path vendor/bundle && ${bundled}`),
      ...commit(),
    ],
    left: ['vendor/bundle'],
    installed: ['vendor'],
    checks: [{ name: 'test', command: 'bundle exec ruby -e "require %q(left)"', cwd: '', timeoutSeconds: 120 }],
    evidence: { a: { test: 'not-run' } },
    work: { a: [write('new.rb', '')] },
  },
  {
    name: "Bundler's vendor/bundle: a gem with a program, one from a repository, one of the folder",
    needs: ['bundle'],
    make: [
      ...origin('right', gem('right', "s.files = ['lib/right.rb']"), file('lib/right.rb', "def right = 'right'\n")),
      ...origin(
        'left',
        gem('left', "s.files = ['lib/left.rb', 'exe/left']; s.bindir = 'exe'; s.executables = ['left']"),
        file('lib/left.rb', "def left = 'left'\n"),
        file('exe/left', 'require "left"\nrequire "right"\nrequire "two"\nexit([left, right, two] == %w[left right two])\n', 0o755),
      ),
      git('init', '-q'),
      file('.gitignore', '/.bundle\n/vendor/bundle\n'),
      file(
        'Gemfile',
        "source 'https://rubygems.org'\ngem 'left'\ngem 'right', git: 'file://$WORLD/right'\ngem 'two', path: 'packages/two'\n",
      ),
      file(
        'packages/two/two.gemspec',
        "Gem::Specification.new { |s| s.name = 'two'; s.version = '1'; s.summary = 'two'; s.authors = ['p'] }\n",
      ),
      file('packages/two/lib/two.rb', "def two = 'two'\n"),
      sh(`sed -i.old "s#\\$WORLD#$WORLD#" Gemfile && rm Gemfile.old && bundle config set --local path vendor/bundle && ${bundled}`),
      ...commit(),
    ],
    left: ['.bundle', 'vendor/bundle'],
    installed: ['.bundle', 'vendor'],
    ...checked(
      'bundle exec left',
      { path: 'packages/two/lib/two.rb', was: "'two'", same: "'t' + 'wo'", other: "'three'" },
      'for f in vendor/bundle/ruby/*/gems/*/lib/*.rb .bundle/config; do printf broken >$f; done',
    ),
  },
  {
    name: "Mix's deps: packages from a repository, one of which is built by make",
    needs: ['mix'],
    make: [
      ...origin(
        'left',
        file('mix.exs', 'defmodule Left.MixProject do\n  use Mix.Project\n  def project, do: [app: :left, version: "1.0.0"]\nend\n'),
        file('lib/left.ex', 'defmodule Left do\n  def left, do: "left"\nend\n'),
      ),
      ...origin(
        'built',
        file('Makefile', 'all:\n\tmkdir -p ebin && erlc -o ebin src/built.erl && cp src/built.app ebin\n'),
        file('src/built.erl', '-module(built).\n-export([built/0]).\nbuilt() -> <<"built">>.\n'),
        file('src/built.app', '{application, built, [{vsn, "1"}, {modules, [built]}, {applications, [kernel, stdlib]}]}.\n'),
      ),
      git('init', '-q'),
      file('.gitignore', '/_build\n/deps\n'),
      file(
        'mix.exs',
        'defmodule Shop.MixProject do\n  use Mix.Project\n  def project, do: [app: :shop, version: "0.1.0", deps: deps()]\n  defp deps, do: [{:left, git: "file://$WORLD/left"}, {:built, git: "file://$WORLD/built", compile: "make"}]\nend\n',
      ),
      file('lib/shop.ex', 'defmodule Shop do\n  def name, do: Left.left() <> to_string(:built.built())\nend\n'),
      file('test/test_helper.exs', 'ExUnit.start()\n'),
      file('test/shop_test.exs', 'defmodule ShopTest do\n  use ExUnit.Case\n  test "name", do: assert Shop.name() == "leftbuilt"\nend\n'),
      sh('sed -i.old "s#\\$WORLD#$WORLD#g" mix.exs && rm mix.exs.old && mix deps.get && MIX_ENV=test mix compile'),
      ...commit(),
    ],
    left: ['_build', 'deps'],
    installed: ['deps'],
    ...checked(
      'mix test',
      { path: 'lib/shop.ex', was: 'Left.left() <>', same: '"" <> Left.left() <>', other: '"three" <> Left.left() <>' },
      'for f in deps/*/lib/*.ex deps/*/src/*.erl deps/*/mix.exs; do printf broken >$f; done',
    ),
    checks: 'detect',
  },
  {
    name: "PDM's __pypackages__, the folder's own package in it",
    make: [file('pdm.toml', '[python]\nuse_venv = false\n'), ...withPdm],
    left: ['__pypackages__', '.pdm-python'],
    installed: ['__pypackages__', '.pdm-python'],
    ...inPdm,
  },
  {
    name: "PDM's environment in the folder, its own package in it",
    make: withPdm,
    left: ['.venv', '.pdm-python'],
    installed: ['.venv', '.pdm-python'],
    ...inPdm,
  },
];
