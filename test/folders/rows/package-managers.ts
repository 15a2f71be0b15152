/** Folders whose packages are installed by other managers than those of packages.ts, where those really put them: what is run is the agents' code. */
import { commit, edit, file, folder, git, gitAt, type Row, type Step, sh } from '../row.js';
import { packages, wheel } from './packages.js';

/** The release lies in the folder, as `yarn set version` puts it there. */
const YARN = '.yarn/releases/yarn.cjs';
const yarn = (settings: string, ignored: string, more: object = {}): Step[] => [
  git('init', '-q'),
  ...packages(() => 'workspace:*', { workspaces: ['packages/*'], ...more }),
  file('.gitignore', ignored),
  file('.yarnrc.yml', `yarnPath: ${YARN}\nenableTelemetry: false\nenableNetwork: false\n${settings}`),
  file('yarn.lock', ''),
  sh(`mkdir -p .yarn/releases && cp "$(readlink -f "$(command -v yarn-berry)")" ${YARN} && node ${YARN} install`),
  ...commit(),
];
/** What both agents change is in a package of the folder that another one asks for by its name. */
const inPackages = {
  needs: ['yarn-berry'],
  checks: [{ name: 'test', command: `node ${YARN} test`, cwd: '', timeoutSeconds: 120 }],
  evidence: { a: { test: 'passed' }, b: { test: 'failed' } },
  work: {
    a: [edit('packages/two/two.js', "'two '", "'tw' + 'o '")],
    b: [edit('packages/two/two.js', "'two '", "'three '")],
  },
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
      sh(
        'sed -i.old "s#\\$WORLD#$WORLD#" Gemfile && rm Gemfile.old && (cd ../left && gem build -q left.gemspec) && mkdir -p vendor/cache && mv ../left/*.gem vendor/cache && bundle config set --local path vendor/bundle && bundle install --local && rm -r vendor/cache',
      ),
      ...commit(),
    ],
    left: ['.bundle', 'vendor/bundle'],
    installed: ['.bundle', 'vendor'],
    checks: [{ name: 'test', command: 'bundle exec left', cwd: '', timeoutSeconds: 120 }],
    evidence: { a: { test: 'passed' }, b: { test: 'failed' } },
    work: {
      a: [edit('packages/two/lib/two.rb', "'two'", "'t' + 'wo'")],
      b: [edit('packages/two/lib/two.rb', "'two'", "'three'")],
    },
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
    checks: 'detect',
    evidence: { a: { test: 'passed' }, b: { test: 'failed' } },
    work: {
      a: [edit('lib/shop.ex', 'Left.left() <>', '"" <> Left.left() <>')],
      b: [edit('lib/shop.ex', 'Left.left() <>', '"three" <> Left.left() <>')],
    },
  },
  {
    name: "PDM's __pypackages__, the folder's own package in it",
    needs: ['pdm'],
    make: [
      git('init', '-q'),
      file('.gitignore', '__pypackages__/\n.pdm-python\n'),
      file('pdm.toml', '[python]\nuse_venv = false\n'),
      file(
        'pyproject.toml',
        `[project]\nname = "two"\nversion = "1"\nrequires-python = ">=3.8"\ndependencies = ["left @ file:///\${PROJECT_ROOT}/wheels/left-1.0-py3-none-any.whl"]\n[build-system]\nrequires = []\nbackend-path = ["."]\nbuild-backend = "backend"\n[tool.pdm]\ndistribution = true\n`,
      ),
      file('backend.py', backend),
      file('src/two/__init__.py', 'name = "two"\n'),
      file('main.py', 'import left, two\nassert (left.name, two.name) == ("left", "two")\n'),
      sh(`mkdir wheels && python3 - <<'PY'\n${wheel}PY`),
      sh('PDM_CHECK_UPDATE=0 pdm install'),
      ...commit(),
    ],
    left: ['__pypackages__', '.pdm-python'],
    installed: ['__pypackages__', '.pdm-python'],
    checks: [{ name: 'main', command: 'pdm run python main.py', cwd: '', timeoutSeconds: 60 }],
    evidence: { a: { main: 'passed' }, b: { main: 'failed' } },
    work: {
      a: [edit('src/two/__init__.py', '"two"', '"t" + "wo"')],
      b: [edit('src/two/__init__.py', '"two"', '"three"')],
    },
  },
];
