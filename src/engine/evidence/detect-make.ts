/** Checks among the targets of a Makefile. */
import { fileAt, firstWith, type Place } from './place.js';
import { type CheckSpec, timeoutOf } from './spec.js';

const TARGETS: readonly (readonly [check: string, targets: readonly string[]])[] = [
  ['build', ['build']],
  ['types', ['types', 'typecheck', 'type-check', 'mypy']],
  ['check', ['check']],
  ['lint', ['lint']],
  ['test', ['test', 'tests']],
];

export async function detectMake(places: readonly Place[]): Promise<CheckSpec[]> {
  // The order in which make itself looks.
  const found = firstWith(places, ['GNUmakefile', 'makefile', 'Makefile']);
  if (!found) return [];
  const { place, name: file } = found;
  const targets = targetsOf((await place.text(file)) ?? '');
  const chosen = TARGETS.map(([check, names]) => ({ check, target: names.find((name) => targets.has(name)) }));
  const others = chosen.filter(({ check }) => check !== 'check').map(({ target }) => target);
  return chosen.flatMap(({ check, target }) => {
    if (target === undefined) return [];
    // `check: lint test` would only run the others again.
    const prerequisites = targets.get(target) ?? [];
    if (check === 'check' && prerequisites.some((one) => others.includes(one))) return [];
    const spec: CheckSpec = {
      name: check,
      command: `make ${target}`,
      cwd: place.path,
      source: `${file} ${target}`,
      definedIn: [fileAt(place, file)],
      timeoutSeconds: timeoutOf(check),
    };
    return [spec];
  });
}

/** Targets with their prerequisites. Assignments, patterns and special targets are left out. */
function targetsOf(makefile: string): Map<string, string[]> {
  const targets = new Map<string, string[]>();
  for (const line of makefile.replaceAll(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    const rule = /^([A-Za-z0-9][\w.\- ]*?)\s*::?(?!=)\s*([^=;#]*)(?:[;#].*)?$/.exec(line);
    if (!rule) continue;
    const prerequisites = (rule[2] ?? '').split(/\s+/).filter((word) => word !== '');
    for (const target of (rule[1] ?? '').split(/\s+/)) targets.set(target, [...(targets.get(target) ?? []), ...prerequisites]);
  }
  return targets;
}
