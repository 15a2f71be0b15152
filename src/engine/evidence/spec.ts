/** Checks before they run: how long they may take, and their order. */

import type { CheckSpec } from '../../protocol/events.js';

export type { CheckSpec };

/** A check's name without the package and the tool before it: `packages/api:cargo:test` is a `test`. */
export const kindOf = (name: string): string => name.slice(name.lastIndexOf(':') + 1);

/** How long each kind of check may take unless the configuration says otherwise. */
const TIMEOUTS: Readonly<Record<string, number>> = { build: 600, test: 600, pytest: 600, unittest: 600, tox: 900, nox: 900 };
export const timeoutOf = (name: string): number => TIMEOUTS[kindOf(name)] ?? 300;

/** The order that checks run in: what makes the rest worth running comes first. */
const ORDER = ['build', 'types', 'check', 'format', 'lint'];
export function inOrder(specs: readonly CheckSpec[]): CheckSpec[] {
  const rank = ({ name }: CheckSpec): number => (ORDER.includes(kindOf(name)) ? ORDER.indexOf(kindOf(name)) : ORDER.length);
  return [...specs].sort((a, b) => rank(a) - rank(b));
}

/** A path below the root, with forward slashes: '' and parts that are '' fall away. */
export const pathOf = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('/');
