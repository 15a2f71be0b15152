/** Checks before they run: how long they may take, and their order. */

import type { CheckSpec } from '../../protocol/events.js';

export type { CheckSpec };

/** How long each kind of check may take unless the configuration says otherwise. */
const TIMEOUTS: Readonly<Record<string, number>> = { build: 600, test: 600, pytest: 600 };
export const timeoutOf = (name: string): number => TIMEOUTS[name] ?? 300;

/** The order that checks run in: what makes the rest worth running comes first. */
const ORDER = ['build', 'types', 'check', 'format', 'lint'];
export function inOrder(specs: readonly CheckSpec[]): CheckSpec[] {
  const rank = (spec: CheckSpec): number => (ORDER.includes(spec.name) ? ORDER.indexOf(spec.name) : ORDER.length);
  return [...specs].sort((a, b) => rank(a) - rank(b));
}

/** A path below the root, with forward slashes: '' and parts that are '' fall away. */
export const pathOf = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('/');
