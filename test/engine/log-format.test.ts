import { expect, test } from 'vitest';
import { misplacedAs } from '../../src/engine/log-format.js';

test.each([
  { type: 'check.started', turn: 't1', tree: '--output=/home/person/file' },
  { type: 'apply.started', apply: 'a1', candidate: 'c1', before: 'aa', after: '-O/x' },
  { type: 'candidate.submitted', candidate: { id: 'c1', tree: '--output=x' } },
])('a fact whose tree would be an option to git is none: $type', (fact) => {
  expect(misplacedAs({ ...fact, seq: 2, at: 1 }, 2)).toBe('it names a tree that is none');
  expect(misplacedAs(JSON.parse(JSON.stringify({ ...fact, seq: 2, at: 1 }).replace(/"--?/g, '"')), 2)).toBeUndefined();
});
