/** Checks in the scripts of a package.json. */
import { fileAt, firstWith, type Place } from './place.js';
import { type CheckSpec, timeoutOf } from './spec.js';

/** Script names that are checks, and what each check is called; the first that exists is taken. */
const SCRIPTS: readonly (readonly [check: string, scripts: readonly string[]])[] = [
  ['build', ['build', 'compile']],
  ['types', ['typecheck', 'type-check', 'types', 'tsc', 'check-types', 'check:types', 'types:check', 'lint:types']],
  ['check', ['check']],
  ['format', ['format:check', 'check:format', 'fmt:check', 'check-format', 'prettier:check']],
  ['lint', ['lint', 'eslint', 'lint:check']],
  ['test', ['test']],
];

/** Scripts that go on for ever or reach out of the folder are no checks, whatever they are called. */
const ENDLESS =
  /(^|\s)--watch(All)?(?!=false)(\s|=|$)|\bnodemon\b|\bwebpack(-dev-server| serve)\b|\bng (serve|test)\b|\bvite (dev|serve)\b|\bnext dev\b/;
const OUTWARD = /\b(npm|pnpm|yarn|bun) publish\b|\bdeploy\b|\bvercel\b|\bfirebase\b|\bsemantic-release\b/;
const NO_TEST = /no test specified/;
/** A script made of other scripts. */
const COMBINES =
  /\b(npm|pnpm|yarn|bun)\s+(run\b|run-script\b|test\b|lint\b|build\b)|\b(run-s|run-p|npm-run-all|concurrently|turbo run|wireit)\b/;

const LOCKFILES: readonly (readonly [file: string, manager: string])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];

export async function detectNpm(places: readonly Place[]): Promise<CheckSpec[]> {
  const found = firstWith(places, ['package.json']);
  if (!found) return [];
  const { place } = found;
  const text = await place.text('package.json');
  const manifest = objectOf(text);
  const scripts = stringsOf(manifest.scripts);
  const manager = await managerOf(manifest, places);
  const chosen = SCRIPTS.map(([check, names]) => ({ check, script: names.find((name) => isCheck(scripts[name])) }));
  return chosen
    .filter(({ check, script }) => script !== undefined && !(check === 'check' && COMBINES.test(scripts[script] ?? '')))
    .map(({ check, script = check }) => ({
      name: check,
      command: commandOf(manager, script),
      cwd: place.path,
      source: `package.json scripts.${script}`,
      definedIn: [fileAt(place, 'package.json')],
      timeoutSeconds: timeoutOf(check),
    }));
}

const isCheck = (body: string | undefined): body is string =>
  body !== undefined && body.trim() !== '' && !NO_TEST.test(body) && !ENDLESS.test(body) && !OUTWARD.test(body);

const commandOf = (manager: string, script: string): string =>
  manager === 'npm' && script === 'test' ? 'npm test' : `${manager} run ${script}`;

/** `packageManager` decides, else a lockfile here or at the root, else npm. */
async function managerOf(manifest: Record<string, unknown>, places: readonly Place[]): Promise<string> {
  const manifests = [manifest, ...(await Promise.all(places.slice(1).map(async (place) => objectOf(await place.text('package.json')))))];
  for (const { packageManager } of manifests) {
    const named = typeof packageManager === 'string' ? /^(npm|pnpm|yarn|bun)\b/.exec(packageManager)?.[1] : undefined;
    if (named !== undefined) return named;
  }
  for (const place of places) {
    const lockfile = LOCKFILES.find(([file]) => place.entries.has(file));
    if (lockfile) return lockfile[1];
  }
  return 'npm';
}

/** The object in a JSON text; empty where it is none, as npm then has no scripts either. */
export function objectOf(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    // Not JSON: npm can read no script from it.
    return {};
  }
}

export function stringsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
