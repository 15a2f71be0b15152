/** pytest, by its configuration or by the tests that lie there. */
import { access } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { fileAt, type Place } from './place.js';
import { type CheckSpec, pathOf, timeoutOf } from './spec.js';

/** Where pytest's own settings can be, in the order in which it looks, and what they begin with. */
const SETTINGS: readonly (readonly [file: string, section: RegExp])[] = [
  ['pytest.ini', /(?:)/],
  ['.pytest.ini', /(?:)/],
  ['pyproject.toml', /^\[tool\.pytest(\.|\])/m],
  ['tox.ini', /^\[pytest\]/m],
  ['setup.cfg', /^\[tool:pytest\]/m],
];

export async function detectPytest(root: string, places: readonly Place[]): Promise<CheckSpec[]> {
  for (const place of places) {
    const settings = await settingsIn(place);
    if (settings.length === 0 && !(await hasTests(place))) continue;
    return [
      {
        name: 'pytest',
        command: `${await pythonOf(root, place, places)} -m pytest -q`,
        cwd: place.path,
        source: settings[0] ?? 'tests',
        definedIn: settings.map((file) => fileAt(place, file)),
        timeoutSeconds: timeoutOf('pytest'),
      },
    ];
  }
  return [];
}

async function settingsIn(place: Place): Promise<string[]> {
  const found: string[] = [];
  for (const [file, section] of SETTINGS) {
    if (!place.entries.has(file)) continue;
    if (section.test((await place.text(file)) ?? '')) found.push(file);
  }
  return found;
}

async function hasTests(place: Place): Promise<boolean> {
  if (place.entries.has('conftest.py')) return true;
  const isTest = (name: string): boolean => /^(test_.*|.*_test|conftest)\.py$/.test(name);
  for (const folder of ['tests', 'test']) {
    const names = await place.list(folder);
    if (names.some(isTest)) return true;
    for (const name of names) if ((await place.list(`${folder}/${name}`)).some(isTest)) return true;
  }
  // Beside the code, only where this is a Python project at all.
  const isProject = ['pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt'].some((file) => place.entries.has(file));
  return isProject && [...place.entries].some(isTest);
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
