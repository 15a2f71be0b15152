/** Folders whose checks need installed packages: the person's own stay as they are, whatever agents install. */
import { commit, edit, file, git, type Row, run, type Step, sh, write } from '../row.js';

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Two packages that know each other, one of others that both need, and one that agents may install. */
const packages = (needs: (name: string) => string, more: object = {}): Step[] => [
  file('.gitignore', 'node_modules/\n'),
  file(
    'package.json',
    json({
      name: 'top',
      private: true,
      scripts: { test: 'node --test packages/one/one.test.js' },
      dependencies: { left: 'file:./packs/left-1.0.0.tgz' },
      ...more,
    }),
  ),
  file('packs/left/package.json', json({ name: 'left', version: '1.0.0', main: 'index.js' })),
  file('packs/left/index.js', "module.exports = () => 'left';\n"),
  file('packs/right/package.json', json({ name: 'right', version: '1.0.0', main: 'index.js' })),
  file('packs/right/index.js', "module.exports = () => 'right';\n"),
  sh('cd packs && for p in left right; do cp -r $p package && tar czf $p-1.0.0.tgz package && rm -r package $p; done'),
  file(
    'packages/one/package.json',
    json({ name: 'one', version: '1.0.0', dependencies: { two: needs('two'), left: 'file:../../packs/left-1.0.0.tgz' } }),
  ),
  file(
    'packages/one/one.test.js',
    "require('node:test').test('knows the other', () => require('node:assert').equal(require('two')() + require('left')(), 'two left'));\n",
  ),
  file('packages/two/package.json', json({ name: 'two', version: '1.0.0', main: 'two.js' })),
  file('packages/two/two.js', "module.exports = () => 'two ';\n"),
];

const INSTALLED = ['node_modules', 'packages/one/node_modules', 'packages/two/node_modules'];
const evidence = { a: { test: 'passed' }, b: { test: 'failed' } };
/** The second writes into what is installed, after an install made it its own; what it breaks is seen by the checks. */
const work = (install: string): Row['work'] => ({
  a: [
    run(`${install} && printf "broken" >node_modules/left/index.js; printf "broken" >node_modules/left/index.js || true`),
    edit('packages/two/two.js', "'two '", "'tw' + 'o '"),
  ],
  b: [edit('packages/two/two.js', "'two '", "'three '"), run('rm -rf node_modules packages/*/node_modules')],
});

/** What is installed in a Python environment, and checked with it. */
const inEnvironment = {
  left: ['.venv'],
  installed: ['.venv'],
  checks: [{ name: 'main', command: '.venv/bin/python main.py', cwd: '', timeoutSeconds: 60 }],
  evidence: { a: { main: 'passed' }, b: { main: 'failed' } },
} satisfies Partial<Row>;

export const wheel = `import zipfile
with zipfile.ZipFile('wheels/left-1.0-py3-none-any.whl', 'w') as z:
    z.writestr('left.py', 'name = "left"\\n')
    z.writestr('left-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: left\\nVersion: 1.0\\n')
    z.writestr('left-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    z.writestr('left-1.0.dist-info/RECORD', 'left.py,,\\nleft-1.0.dist-info/METADATA,,\\nleft-1.0.dist-info/WHEEL,,\\nleft-1.0.dist-info/RECORD,,\\n')
`;

export const installed: readonly Row[] = [
  {
    name: 'npm workspaces',
    needs: ['npm'],
    make: [
      git('init', '-q'),
      ...packages(() => '*', { workspaces: ['packages/*'] }),
      sh('npm install --offline --no-audit --no-fund --loglevel=error'),
      ...commit(),
    ],
    left: INSTALLED,
    installed: INSTALLED,
    checks: 'detect',
    evidence,
    work: work('npm install --offline --no-audit --no-fund --no-save --no-package-lock ./packs/right-1.0.0.tgz'),
  },
  {
    name: 'pnpm workspaces',
    needs: ['pnpm'],
    make: [
      git('init', '-q'),
      ...packages(() => 'workspace:*'),
      file('pnpm-workspace.yaml', 'packages:\n  - packages/*\n'),
      sh('pnpm install --offline --silent --store-dir ../pnpm-store'),
      ...commit(),
    ],
    left: INSTALLED,
    installed: INSTALLED,
    checks: 'detect',
    evidence,
    work: work('pnpm install --offline --frozen-lockfile --silent --force || true'),
  },
  {
    name: 'yarn workspaces',
    needs: ['yarn'],
    make: [
      git('init', '-q'),
      ...packages(() => '1.0.0', { workspaces: ['packages/*'] }),
      sh('yarn install --offline --silent --non-interactive'),
      ...commit(),
    ],
    left: INSTALLED,
    installed: INSTALLED,
    checks: 'detect',
    evidence,
    work: work('yarn install --offline --frozen-lockfile --silent --force || true'),
  },
  {
    name: 'uv, a virtual environment',
    needs: ['uv'],
    make: [
      git('init', '-q'),
      file('.gitignore', '.venv/\n__pycache__/\n'),
      file('pyproject.toml', '[project]\nname = "p"\nversion = "1"\n'),
      file('main.py', 'import left\nassert left.name == "left"\n'),
      sh(`mkdir wheels && python3 - <<'PY'\n${wheel}PY`),
      sh('uv venv -q --offline && uv pip install -q --offline --no-index ./wheels/*.whl'),
      ...commit(),
    ],
    ...inEnvironment,
    work: {
      a: [
        run(
          'uv pip install -q --offline --no-index --reinstall ./wheels/*.whl && for f in .venv/lib/python*/site-packages/left.py; do printf "broken" >$f; done || true',
        ),
        write('new.py', 'x = 1\n'),
      ],
      b: [edit('main.py', '== "left"', '== "right"'), run('rm -rf .venv')],
    },
  },
  {
    name: 'uv workspace, whose members are installed "editable"',
    needs: ['uv'],
    make: [
      git('init', '-q'),
      file('.gitignore', '.venv/\n__pycache__/\n'),
      file(
        'pyproject.toml',
        '[project]\nname = "top"\nversion = "1"\nrequires-python = ">=3.8"\ndependencies = ["one", "two"]\n[tool.uv]\npackage = false\n[tool.uv.workspace]\nmembers = ["packages/*"]\n[tool.uv.sources]\none = { workspace = true }\ntwo = { workspace = true }\n',
      ),
      ...['one', 'two'].flatMap((name) => [
        file(
          `packages/${name}/pyproject.toml`,
          `[project]\nname = "${name}"\nversion = "1"\nrequires-python = ">=3.8"\n[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n`,
        ),
        file(`packages/${name}/src/${name}/__init__.py`, `name = "${name}"\n`),
      ]),
      file('main.py', 'import one, two\nassert (one.name, two.name) == ("one", "two")\n'),
      sh('uv sync -q --offline --cache-dir ../uv-cache'),
      ...commit(),
    ],
    ...inEnvironment,
    work: {
      a: [edit('packages/two/src/two/__init__.py', '"two"', '"t" + "wo"')],
      // What is imported is the agent's, not the person's.
      b: [edit('packages/two/src/two/__init__.py', '"two"', '"three"')],
    },
  },
  {
    name: 'cargo workspace',
    needs: ['cargo'],
    make: [
      git('init', '-q'),
      file('.gitignore', 'target/\n'),
      file('Cargo.toml', '[workspace]\nresolver = "2"\nmembers = ["one", "two"]\n'),
      file('one/Cargo.toml', '[package]\nname = "one"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\ntwo = { path = "../two" }\n'),
      file('one/src/lib.rs', '#[test]\nfn knows_the_other() { assert_eq!(two::two(), 2); }\n'),
      file('two/Cargo.toml', '[package]\nname = "two"\nversion = "0.1.0"\nedition = "2021"\n'),
      file('two/src/lib.rs', 'pub fn two() -> u32 { 2 }\n'),
      sh('cargo build --offline -q'),
      ...commit(),
    ],
    left: ['target'],
    checks: [{ name: 'test', command: 'cargo test --offline -q', cwd: '', timeoutSeconds: 120 }],
    evidence: { a: { test: 'passed' }, b: { test: 'failed' } },
    work: {
      a: [edit('two/src/lib.rs', '{ 2 }', '{ 1 + 1 }')],
      b: [edit('two/src/lib.rs', '{ 2 }', '{ 3 }'), run('mkdir -p target && printf "x" >target/x')],
    },
  },
];
