/** Checks of Python projects, run by the interpreter of the project's own environment. */
import { access } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Found } from './found.js';
import { fileAt, type Place } from './place.js';
import { pathOf, timeoutOf } from './spec.js';

type Setting = readonly [file: string, section: RegExp];

const WHOLE = /(?:)/;

/** Where a tool's own settings can be, in the order in which it looks, and what they begin with. */
const PYTEST: readonly Setting[] = [
  ['pytest.ini', WHOLE],
  ['.pytest.ini', WHOLE],
  ['pyproject.toml', /^\[tool\.pytest(\.|\])/m],
  ['tox.ini', /^\[pytest\]/m],
  ['setup.cfg', /^\[tool:pytest\]/m],
];

interface Linter {
  name: string;
  module: string;
  args: string;
  settings: readonly Setting[];
}

/** Linters and type checkers, where the project sets them up. */
const LINTERS: readonly Linter[] = [
  {
    name: 'types',
    module: 'mypy',
    args: ' .',
    settings: [
      ['mypy.ini', WHOLE],
      ['.mypy.ini', WHOLE],
      ['pyproject.toml', /^\[tool\.mypy\]/m],
      ['setup.cfg', /^\[mypy\]/m],
    ],
  },
  {
    name: 'types',
    module: 'pyright',
    args: '',
    settings: [
      ['pyrightconfig.json', WHOLE],
      ['pyproject.toml', /^\[tool\.pyright\]/m],
    ],
  },
  {
    name: 'lint',
    module: 'ruff',
    args: ' check .',
    settings: [
      ['ruff.toml', WHOLE],
      ['.ruff.toml', WHOLE],
      ['pyproject.toml', /^\[tool\.ruff(\.lint)?\]/m],
    ],
  },
  {
    name: 'lint',
    module: 'flake8',
    args: '',
    settings: [
      ['.flake8', WHOLE],
      ['setup.cfg', /^\[flake8\]/m],
      ['tox.ini', /^\[flake8\]/m],
    ],
  },
  { name: 'format', module: 'black', args: ' --check .', settings: [['pyproject.toml', /^\[tool\.black\]/m]] },
];

/** Runners that make environments of their own: only where there are no tests that can be run without them. */
const ENVIRONMENTS: readonly (readonly [file: string, tool: string, command: string])[] = [
  ['tox.ini', 'tox', 'tox run'],
  ['tox.toml', 'tox', 'tox run'],
  ['noxfile.py', 'nox', 'nox'],
];

export async function detectPython(root: string, place: Place, above: readonly Place[]): Promise<Found[]> {
  const python = await pythonOf(root, place, [place, ...above]);
  const found = [...(await lintersOf(place, python)), ...(await testsOf(place, python))];
  return found;
}

async function lintersOf(place: Place, python: string): Promise<Found[]> {
  const found: Found[] = [];
  for (const { name, module, args, settings } of LINTERS) {
    const files = await settingsIn(place, settings);
    if (files.length > 0) found.push(foundOf(place, { name, tool: module, command: `${python} -m ${module}${args}`, files }));
  }
  return found;
}

async function testsOf(place: Place, python: string): Promise<Found[]> {
  const files = await settingsIn(place, PYTEST);
  const tests = await testFiles(place);
  if (files.length === 0 && tests.length === 0) {
    const own = ENVIRONMENTS.find(([file]) => place.entries.has(file));
    return own === undefined ? [] : [foundOf(place, { name: own[1], tool: own[1], command: own[2], files: [own[0]] })];
  }
  const isUnittest = files.length === 0 && (await usesOnlyUnittest(place, tests));
  const command = isUnittest ? `${python} -m unittest discover` : `${python} -m pytest -q`;
  const name = isUnittest ? 'unittest' : 'pytest';
  const top = isUnittest && tests[0]?.includes('/') ? ` -s ${tests[0].split('/')[0]} -t .` : '';
  return [foundOf(place, { name, tool: name, command: `${command}${top}`, files })];
}

const foundOf = (
  place: Place,
  { name, tool, command, files }: { name: string; tool: string; command: string; files: readonly string[] },
): Found => ({
  by: 'tool',
  tool,
  language: 'python',
  covers: true,
  spec: {
    name,
    command,
    cwd: place.path,
    source: files[0] ?? 'tests',
    definedIn: files.map((file) => fileAt(place, file)),
    timeoutSeconds: timeoutOf(name),
  },
});

async function settingsIn(place: Place, settings: readonly Setting[]): Promise<string[]> {
  const found: string[] = [];
  for (const [file, section] of settings) {
    if (!place.entries.has(file)) continue;
    if (section === WHOLE || section.test((await place.text(file)) ?? '')) found.push(file);
  }
  return found;
}

const isTest = (name: string): boolean => /^(test_.*|.*_test|conftest)\.py$/.test(name);

async function testFiles(place: Place): Promise<string[]> {
  const here = [...place.entries].filter(isTest);
  for (const folder of ['tests', 'test']) {
    if (!place.entries.has(folder)) continue;
    const names = await place.list(folder);
    const inside = names.filter(isTest).map((name) => `${folder}/${name}`);
    if (inside.length > 0) return inside;
    for (const name of names) {
      const deeper = (await place.list(`${folder}/${name}`)).filter(isTest);
      if (deeper.length > 0) return deeper.map((one) => `${folder}/${name}/${one}`);
    }
  }
  if (here.includes('conftest.py')) return here;
  // Beside the code, only where this is a Python project at all.
  const isProject = ['pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt'].some((file) => place.entries.has(file));
  return isProject ? here : [];
}

/** Tests of the standard library's own runner, in a project that names no other; it finds them in packages only. */
async function usesOnlyUnittest(place: Place, tests: readonly string[]): Promise<boolean> {
  if (tests.some((file) => file.endsWith('conftest.py'))) return false;
  const looked = await Promise.all(tests.slice(0, 20).map((file) => place.text(file)));
  const manifests = await Promise.all(
    ['pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt', 'requirements-dev.txt', 'dev-requirements.txt', 'Pipfile'].map(
      (file) => (place.entries.has(file) ? place.text(file) : undefined),
    ),
  );
  const isNamed = [...looked, ...manifests].some((text) => /\bpytest\b/.test(text ?? ''));
  return !isNamed && looked.every((text) => /\bunittest\b/.test(text ?? ''));
}

/** The interpreter of the project's own environment, else the person's. */
async function pythonOf(root: string, place: Place, places: readonly Place[]): Promise<string> {
  const program = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
  for (const one of places) {
    for (const folder of ['.venv', 'venv']) {
      const path = pathOf(one.path, folder, ...program);
      if (one.entries.has(folder) && (await exists(join(root, path)))) return posix.relative(place.path, path);
    }
  }
  return process.platform === 'win32' ? 'python' : 'python3';
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    // Not there: the next place may have it.
    return false;
  }
}
