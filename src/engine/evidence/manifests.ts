/** Files that say what the product is made of and how it is tested: which part is which, and how the tests' part is put back. */
import { objectOf } from './json.js';

/** What of a file is about tests, as text to compare; and the candidate's file with the base's part in it. */
interface Manifest {
  file: RegExp;
  part(text: string): string;
  /** undefined where the two cannot be put together. */
  putBack(base: string, candidate: string): string | undefined;
}

/** JSON by keys: dependencies and the like are the product's. */
const byKeys = (file: RegExp, keys: readonly string[]): Manifest => ({
  file,
  part(text) {
    const object = objectOf(text);
    return JSON.stringify(keys.map((key) => object[key] ?? null));
  },
  putBack(base, candidate) {
    const [before, after] = [objectOf(base), objectOf(candidate)];
    if (Object.keys(after).length === 0) return undefined;
    const kept = Object.fromEntries(keys.filter((key) => before[key] !== undefined).map((key) => [key, before[key]]));
    const rest = Object.fromEntries(Object.entries(after).filter(([key]) => !keys.includes(key)));
    return `${JSON.stringify({ ...rest, ...kept }, null, 2)}\n`;
  },
});

const sectionsOf = (text: string): string[] => text.split(/^(?=\[)/m);

/** TOML by sections. */
const bySections = (file: RegExp, about: RegExp): Manifest => ({
  file,
  part: (text) =>
    sectionsOf(text)
      .filter((section) => about.test(section))
      .join(''),
  putBack(base, candidate) {
    const rest = sectionsOf(candidate).filter((section) => !about.test(section));
    const kept = sectionsOf(base).filter((section) => about.test(section));
    return [...rest, ...kept].map((section) => (section.endsWith('\n') || section === '' ? section : `${section}\n`)).join('');
  },
});

/** `#[cfg(test)] mod tests { … }` at the top level, as rustfmt leaves it. */
const RUST_TESTS = /^#\[cfg\(test\)\]\s*\n(?:#!?\[.*\]\s*\n)*(?:pub(?:\([^)]*\))? )?mod \w+ \{[\s\S]*?^\}[ \t]*\n?/gm;

const braces = (text: string): number => text.split('{').length - text.split('}').length;

/** A Rust file holds the product and its tests. */
const rustTests: Manifest = {
  file: /\.rs$/,
  part: (text) => (text.match(RUST_TESTS) ?? []).join('\n'),
  putBack(base, candidate) {
    const [kept, theirs] = [base.match(RUST_TESTS) ?? [], candidate.match(RUST_TESTS) ?? []];
    // A brace in a string at the beginning of a line would end a module too early.
    if ([...kept, ...theirs].some((block) => braces(block) !== 0)) return undefined;
    return `${candidate.replaceAll(RUST_TESTS, '').trimEnd()}\n\n${kept.join('\n')}`;
  },
};

const MANIFESTS: readonly Manifest[] = [
  byKeys(/(^|\/)package\.json$/, [
    ...['scripts', 'jest', 'vitest', 'mocha', 'ava', 'tap', 'nyc', 'c8'],
    ...['eslintConfig', 'eslintIgnore', 'prettier', 'stylelint', 'xo', 'standard', 'wireit'],
  ]),
  byKeys(/(^|\/)composer\.json$/, ['scripts', 'autoload-dev']),
  byKeys(/(^|\/)deno\.json$/, ['tasks', 'test', 'lint', 'fmt', 'bench']),
  bySections(
    /(^|\/)pyproject\.toml$/,
    /^\[\[?tool\.(pytest|ruff|mypy|pylint|black|coverage|tox|hatch\.envs|pyright|poe|pdm\.scripts|nox)\b/,
  ),
  bySections(/(^|\/)Cargo\.toml$/, /^\[(\[test\]\]|profile\.test\]|(workspace\.)?lints\b)/),
  rustTests,
];

/** Programs rather than data: what of them is for tests can be seen, but not be taken apart. */
const PROGRAMS =
  /(^|\/)(pom\.xml|(build|settings)\.gradle(\.kts)?|mix\.exs|CMakeLists\.txt|[^/]*\.cmake|meson\.build|Package\.swift|[^/]*\.([cfv][sb]proj|props|targets)|setup\.(py|cfg)|build\.sbt|deno\.jsonc)$/;
const ABOUT_TESTS = /test|surefire|failsafe|junit|spec\b|skip|lint|ctest|coverage|jacoco|checkstyle|ignoreFailures/i;

export type Touched =
  /** Nothing of it is about tests. */
  | 'none'
  /** It is all about tests. */
  | 'whole'
  /** A part is, and can be put back. */
  | 'part'
  /** A part is, and cannot be told from the rest. */
  | 'mixed';

/** What a change of a file that may hold both means for the checks; undefined for a file that is no such. */
export function touchedIn(path: string, before: string | undefined, after: string | undefined): Touched | undefined {
  const manifest = MANIFESTS.find(({ file }) => file.test(path));
  if (manifest !== undefined) {
    if (manifest.part(before ?? '') === manifest.part(after ?? '')) return 'none';
    if (before === undefined) return manifest === rustTests ? 'none' : 'whole';
    if (after === undefined) return manifest === rustTests ? 'none' : 'whole';
    if (manifest.putBack(before, after) !== undefined) return 'part';
    return manifest === rustTests ? 'mixed' : 'whole';
  }
  if (!PROGRAMS.test(path) || before === undefined || after === undefined) return undefined;
  const changed = changedLines(before, after);
  const about = changed.filter((line) => ABOUT_TESTS.test(line));
  return about.length === 0 ? 'none' : about.length === changed.length ? 'whole' : 'mixed';
}

/** The candidate's file with the base's part about tests in it. */
export function withTestsOf(path: string, base: string, candidate: string): string | undefined {
  return MANIFESTS.find(({ file }) => file.test(path))?.putBack(base, candidate);
}

/** Lines that only one of them has, blank ones left out. */
function changedLines(before: string, after: string): string[] {
  const [old, fresh] = [before, after].map((text) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  );
  const [had, has] = [new Set(old), new Set(fresh)];
  return [...(old ?? []).filter((line) => !has.has(line)), ...(fresh ?? []).filter((line) => !had.has(line))];
}
