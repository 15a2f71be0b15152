/** Says in plain words, and at the right place, what the schema found wrong. */
import type { z } from 'zod';
import { didYouMean, nearest } from '../nearest.js';
import { type ConfigPath, pathText } from './problem.js';
import type { Report } from './report.js';
import { keysAt } from './schema.js';

type Issue = z.core.$ZodIssue;

export function reportIssues(issues: readonly Issue[], report: Report): void {
  const unknown = issues.filter((issue) => issue.code === 'unrecognized_keys');
  const meant = new Set(unknown.flatMap((issue) => reportUnknownKeys(issue.keys, issue.path as ConfigPath, report)));
  for (const issue of issues) {
    const path = issue.path as ConfigPath;
    // A misspelt key is missing too, which need not be said twice.
    if (issue.code !== 'unrecognized_keys' && !(isMissing(issue) && meant.has(pathText(path)))) reportIssue(issue, path, report);
  }
}

/** Gives the paths of the keys that were probably meant. */
function reportUnknownKeys(keys: readonly string[], at: ConfigPath, report: Report): string[] {
  const known = keysAt(at);
  const where = at.length === 0 ? 'a configuration' : pathText(at);
  return keys.map((key) => {
    report.error([...at, key], `"${key}" is not a key of ${where}`, { part: 'key', hint: didYouMean(key, known.all, known.used) });
    return pathText([...at, nearest(key, known.all) ?? key]);
  });
}

function reportIssue(issue: Issue, path: ConfigPath, report: Report): void {
  if (issue.code === 'unrecognized_keys') {
    reportUnknownKeys(issue.keys, path, report);
    return;
  }
  if (issue.code === 'invalid_union') {
    const branch = likeliest(issue.errors);
    for (const inner of branch) reportIssue(inner, [...path, ...(inner.path as ConfigPath)], report);
    return;
  }
  report.error(path, `${pathText(path) || 'The configuration'} ${sentence(issue)}`);
}

/** Of the branches of a union, the one that fits best: whose problems lie deepest; else all that may stand there. */
function likeliest(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const depth = (issues: readonly Issue[]): number =>
    Math.min(...issues.map((issue) => issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0)));
  const deepest = [...branches].sort((a, b) => depth(b) - depth(a))[0] ?? [];
  if (depth(deepest) > 0) return deepest;
  const expected = branches.flatMap((issues) => issues.slice(0, 1).map(wanted));
  return [{ code: 'custom', path: [], message: `must be ${[...new Set(expected)].join(', or ')}`, input: undefined } as Issue];
}

/** Invariant: never quotes the value that was found, which may be a secret. */
function sentence(issue: Issue): string {
  if (isMissing(issue)) return 'is missing';
  if (issue.code === 'invalid_type' || issue.code === 'invalid_value') return `must be ${wanted(issue)}`;
  if (issue.code === 'too_small')
    return issue.origin === 'array' || (issue.origin === 'string' && issue.minimum === 1)
      ? 'must not be empty'
      : `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
  if (issue.code === 'too_big')
    return issue.origin === 'array'
      ? `must not have more than ${issue.maximum} entries`
      : issue.origin === 'string'
        ? `must not be longer than ${issue.maximum} characters`
        : `must be at most ${issue.maximum}`;
  return issue.message;
}

const isMissing = (issue: Issue): boolean => issue.code === 'invalid_type' && /received undefined$/.test(issue.message);

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping (key: value)',
  record: 'a mapping (key: value)',
};

function wanted(issue: Issue): string {
  if (issue.code === 'invalid_type') return kinds[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
  }
  return issue.message;
}
