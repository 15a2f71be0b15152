/** The longest replies of Anthropic's models as data: from the vendor's overview of models, as of 2026-11-21. */

/** By how a model's name goes on after `claude-`; the first that fits counts, with a version before or after the family. */
const MAX_OUTPUT: readonly (readonly [RegExp, number])[] = [
  [/^(?:[a-z]+-)?5(?:-|$)/, 128_000],
  [/^opus-4-[678]/, 128_000],
  [/^(?:[a-z]+-)?4-[5-9]/, 64_000],
  [/^opus-4/, 32_000],
  [/^sonnet-4/, 64_000],
  [/^3-7/, 64_000],
  [/^3-5/, 8192],
  [/^3-/, 4096],
];

/** For a model that is not known: what most take. A server that takes less says so, and is asked for that. */
const UNKNOWN = 32_000;

export function maxOutputOf(model: string): number {
  const name = /claude-(.*)$/.exec(model)?.[1] ?? '';
  return MAX_OUTPUT.find(([pattern]) => pattern.test(name))?.[1] ?? UNKNOWN;
}
