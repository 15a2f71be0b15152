/** Finds a folder's own checks in the files that define them. */
import { posix } from 'node:path';
import { fail } from '../../protocol/failure.js';
import { detectCi } from './detect-ci.js';
import { detectPython } from './detect-python.js';
import { detectTasks } from './detect-tasks.js';
import { detectTools } from './detect-tools.js';
import type { Found } from './found.js';
import { type Place, placesBelow, placesOf } from './place.js';
import { type CheckSpec, inOrder, kindOf, timeoutOf } from './spec.js';

/** Past so many, a folder's checks would take longer than anybody waits. */
const MOST_CHECKS = 60;

/**
 * `root` is the root of what is captured, `prefix` the open folder in it ('' where they are the same); what the open folder
 * has comes before what the root has, and then what packages below it have. In the order in which they are to run.
 */
export async function detectChecks(root: string, prefix: string): Promise<CheckSpec[]> {
  const places = await placesOf(root, prefix);
  const [open] = places;
  if (open === undefined) return [];
  const below = await placesBelow(root, open);
  const found: Found[] = [];
  for (const place of places) {
    const inside = await foundIn(root, place, places.slice(places.indexOf(place) + 1));
    // What the open folder sets up itself, it does not have from the root.
    const set = new Set(found.map(({ tool }) => tool));
    found.push(...inside.filter(({ tool }) => !set.has(tool)));
  }
  const here = chosen(found, '');
  const nested: Found[] = [];
  for (const place of below) {
    const above = [...below, ...places].filter((one) => one !== place && isBelow(place.path, one.path));
    const inside = await foundIn(
      root,
      place,
      above.sort((a, b) => b.path.length - a.path.length),
    );
    nested.push(
      ...chosen(
        inside.filter((one) => !isCovered(one, [...found, ...nested])),
        place.path,
      ),
    );
  }
  const ci = await detectCi(places.at(-1) ?? open);
  const all = withCi(
    [...here, ...nested],
    ci.filter(({ spec }) => isBelow(spec.cwd, prefix) || places.some(({ path }) => path === spec.cwd)),
    places,
  );
  return inOrder(all.slice(0, MOST_CHECKS).map(({ spec }) => spec));
}

async function foundIn(root: string, place: Place, above: readonly Place[]): Promise<Found[]> {
  const lists = await Promise.all([detectTasks(place, above), detectTools(place), detectPython(root, place, above)]);
  return lists.flat();
}

const isBelow = (path: string, folder: string): boolean => folder === '' || path === folder || path.startsWith(`${folder}/`);

/** Whether a folder above has the same check, and looks down here with it. */
const isCovered = (one: Found, others: readonly Found[]): boolean =>
  others.some(
    (other) =>
      other.covers === true &&
      other.tool === one.tool &&
      kindOf(other.spec.name) === one.spec.name &&
      other.spec.cwd !== one.spec.cwd &&
      isBelow(one.spec.cwd, other.spec.cwd),
  );

/**
 * Invariant: a name is a check's identity. What the folder itself calls `test` comes before what a tool would do; what is about
 * something else gets a name of its own.
 */
function chosen(found: readonly Found[], path: string): Found[] {
  const kept: { name: string; one: Found }[] = [];
  for (const one of found) {
    if (
      runsAlready(
        one,
        kept.map((other) => other.one),
      )
    )
      continue;
    const isTaken = (name: string): boolean => kept.some((other) => other.name === name);
    const name = isTaken(one.spec.name) ? `${one.tool}:${one.spec.name}` : one.spec.name;
    if (!isTaken(name)) kept.push({ name, one });
  }
  return kept.map(({ name, one }) => ({ ...one, spec: { ...one.spec, name: path === '' ? name : `${path}:${name}` } }));
}

/** Whether a check of the same folder, or of the one that is open in it, does this already. */
function runsAlready(one: Found, kept: readonly Found[]): boolean {
  return kept.some((other) => {
    const isSame = other.spec.name === one.spec.name;
    const isOfTask = other.by === 'task' && (isSame || ['test', 'check'].includes(other.spec.name));
    if (isOfTask && one.language === 'python' && mentions(other, one.tool)) return true;
    if (!isSame) return false;
    // What a Makefile calls `test` tests the folder, whatever it is made of.
    return other.language === undefined || one.language === undefined || other.language === one.language;
  });
}

/** tox and nox run whatever tests there are. */
const mentions = ({ body = '' }: Found, tool: string): boolean =>
  new RegExp(String.raw`\b(${tool}${/^(pytest|unittest)$/.test(tool) ? '|pytest|tox|nox' : ''})\b`).test(body);

/** A workflow's command takes the place of a tool's usual one; what it does that nothing else does is added. */
function withCi(found: readonly Found[], ci: readonly Found[], places: readonly Place[]): Found[] {
  const all = [...found];
  for (const one of ci) {
    const same = all.findIndex(({ tool, spec }) => tool === one.tool && spec.cwd === one.spec.cwd && kindOf(spec.name) === one.spec.name);
    const there = all[same];
    if (there !== undefined) {
      // Programs of a project's own environment are not on PATH here as they are there.
      if (there.by === 'tool' && !['python', 'javascript', 'php', 'ruby'].includes(there.language ?? '')) all[same] = replaced(there, one);
      continue;
    }
    const inPlace = all.filter(({ spec }) => spec.cwd === one.spec.cwd);
    if (inPlace.some((other) => other.body !== undefined && mentionsTask(other.body, one))) continue;
    if (
      runsAlready(
        one,
        inPlace.map((other) => ({ ...other, spec: { ...other.spec, name: kindOf(other.spec.name) } })),
      )
    )
      continue;
    const path = places.some((place) => place.path === one.spec.cwd) ? '' : one.spec.cwd;
    const [renamed] = chosen([one], path);
    if (renamed !== undefined && !all.some(({ spec }) => spec.name === renamed.spec.name)) all.push(renamed);
  }
  return all;
}

const replaced = (there: Found, { spec }: Found): Found => ({
  ...there,
  by: 'ci',
  spec: { ...there.spec, command: spec.command, source: spec.source, definedIn: [...there.spec.definedIn, ...spec.definedIn] },
});

/** `npm test` that runs `npm run test:unit` is that already. */
const mentionsTask = (body: string, one: Found): boolean => body.includes(one.spec.command) || body.includes(` ${one.spec.name}`);

interface ConfiguredCheck {
  name: string;
  command: string;
  cwd?: string;
  timeout_seconds?: number;
  timeoutSeconds?: number;
}

/** Checks as a configuration lists them: `{name: command}`, or a list. Folders are relative to the open folder, `prefix`. */
export function checksFromConfig(checks: Readonly<Record<string, string>> | readonly ConfiguredCheck[], prefix = ''): CheckSpec[] {
  const list: readonly ConfiguredCheck[] = Array.isArray(checks)
    ? checks
    : Object.entries(checks).map(([name, command]) => ({ name, command }));
  return list.map((check) => ({
    name: check.name,
    command: check.command,
    cwd: folderOf(check, prefix),
    source: 'config',
    definedIn: [],
    timeoutSeconds: check.timeout_seconds ?? check.timeoutSeconds ?? timeoutOf(check.name),
  }));
}

function folderOf(check: ConfiguredCheck, prefix: string): string {
  const folder = posix.join(prefix, check.cwd ?? '').replace(/\/$/, '');
  if (folder.startsWith('..') || posix.isAbsolute(check.cwd ?? ''))
    throw fail('config', `The check "${check.name}" runs outside the folder (cwd: ${check.cwd}).`);
  return folder === '.' ? '' : folder;
}
