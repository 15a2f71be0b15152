/** Which of a candidate's changes touch tests or the definition of a check, and so what the evidence is worth. */
import type { FileChange } from '../workspace/store.js';
import { objectOf } from './json.js';
import type { CheckSpec } from './spec.js';

const TEST_FOLDERS = /(^|\/)(tests?|__tests__|__mocks__|__snapshots__|specs?|e2e)\//;
const TEST_FILES = /(^|\/)(test_[^/]*\.py|conftest\.py|[^/]*_test\.[^/]+|[^/]*\.(test|spec)\.[^/]+)$/;

/** Settings of runners, linters and type checkers: they decide what a check finds. */
const SETTINGS = new RegExp(
  `(^|/)(${[
    String.raw`(vitest|jest|mocha|ava|karma|cypress|playwright|eslint|stylelint|prettier|c8|nyc)\.(config|setup|workspace)\.[^/]+`,
    String.raw`\.(mocha|eslint|stylelint|prettier|nyc|c8|tap|jest|coverage|pylint)rc(\.[^/]+)?`,
    String.raw`\.?(biome|tsconfig[^/]*|tslint)\.jsonc?`,
    String.raw`\.?(pytest|tox|mypy|ruff)\.(ini|toml)`,
    String.raw`\.flake8|noxfile\.py|\.eslintignore|\.prettierignore|\.golangci\.ya?ml`,
  ].join('|')})$`,
);

/** Parts of a package.json that decide what a check does; dependencies and the like are the product's. */
const TEST_KEYS = [
  'scripts',
  'jest',
  'vitest',
  'mocha',
  'ava',
  'tap',
  'nyc',
  'c8',
  'eslintConfig',
  'eslintIgnore',
  'prettier',
  'stylelint',
  'xo',
  'standard',
  'wireit',
] as const;

export const isTestPath = (path: string): boolean => TEST_FOLDERS.test(path) || TEST_FILES.test(path);

/** Reads a file of the base or of the candidate as text; undefined where there is none. */
export type ReadText = (version: 'base' | 'candidate', path: string) => Promise<string | undefined>;

export interface ChangedChecks {
  /** All paths of tests and definitions that the candidate changed. */
  paths: string[];
  /** Those of them that the base's version of the checks needs as the base has them. */
  overlay: string[];
  /** Manifests that both versions have: only their test keys are put back, so that new dependencies stay. */
  manifests: string[];
}

export async function changedChecks(changes: readonly FileChange[], specs: readonly CheckSpec[], read: ReadText): Promise<ChangedChecks> {
  const definitions = new Set(specs.flatMap((spec) => spec.definedIn));
  const found: ChangedChecks = { paths: [], overlay: [], manifests: [] };
  for (const change of changes) {
    // A renamed test is gone under its old name.
    for (const path of change.from === undefined ? [change.path] : [change.from, change.path]) {
      const kind = await kindOf(path, definitions, read);
      if (kind === 'other') continue;
      found.paths.push(path);
      (kind === 'manifest' ? found.manifests : found.overlay).push(path);
    }
  }
  return found;
}

async function kindOf(path: string, definitions: ReadonlySet<string>, read: ReadText): Promise<'whole' | 'manifest' | 'other'> {
  if (isTestPath(path) || SETTINGS.test(path)) return 'whole';
  const name = path.split('/').at(-1);
  if (name === 'package.json') return manifestKind(path, definitions, read);
  if (name === 'pyproject.toml')
    return (await pytestSettings('base', path, read)) === (await pytestSettings('candidate', path, read)) ? 'other' : 'whole';
  // What go.mod and Cargo.toml say is what the product is made of, not what is tested.
  return definitions.has(path) && name !== 'go.mod' && name !== 'Cargo.toml' ? 'whole' : 'other';
}

async function manifestKind(path: string, definitions: ReadonlySet<string>, read: ReadText): Promise<'whole' | 'manifest' | 'other'> {
  const [before, after] = await Promise.all([read('base', path), read('candidate', path)]);
  if (testKeysOf(before) === testKeysOf(after)) return 'other';
  if (before === undefined) return definitions.has(path) ? 'whole' : 'other';
  return isObject(after) ? 'manifest' : 'whole';
}

const isObject = (text: string | undefined): boolean => Object.keys(objectOf(text)).length > 0;

const testKeysOf = (manifest: string | undefined): string => {
  const object = objectOf(manifest);
  return JSON.stringify(TEST_KEYS.map((key) => object[key] ?? null));
};

/** The candidate's manifest with the base's scripts and test settings in it. */
export function withTestKeysOf(base: string, candidate: string): string {
  const [before, after] = [objectOf(base), objectOf(candidate)];
  const kept = Object.fromEntries(TEST_KEYS.filter((key) => before[key] !== undefined).map((key) => [key, before[key]]));
  const rest = Object.fromEntries(Object.entries(after).filter(([key]) => !TEST_KEYS.some((one) => one === key)));
  return `${JSON.stringify({ ...rest, ...kept }, null, 2)}\n`;
}

/** The sections of a pyproject.toml that set up tests and linters, as text. */
async function pytestSettings(version: 'base' | 'candidate', path: string, read: ReadText): Promise<string> {
  const text = (await read(version, path)) ?? '';
  const sections = text.split(/^(?=\[)/m);
  return sections
    .filter((section) => /^\[\[?tool\.(pytest|ruff|mypy|pylint|black|coverage|tox|hatch\.envs|pyright)\b/.test(section))
    .join('');
}
