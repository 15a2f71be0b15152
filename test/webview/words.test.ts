import { expect, test } from 'vitest';
import { de } from '../../src/webview/words.de.js';
import { en } from '../../src/webview/words.en.js';

const said = (words: object): [string, string][] =>
  Object.entries(words).map(([key, value]) => [key, typeof value === 'function' ? value.call(undefined, ['a', 'b'], 2, 'c') : value]);

/** What is called the same in both. */
const ALIKE = ['start', 'team'];

test('German says all that English says', () => {
  expect(Object.keys(de)).toEqual(Object.keys(en));
  const english = Object.fromEntries(said(en));
  const same = said(de).filter(([key, words]) => words !== '' && words === english[key] && !ALIKE.includes(key));
  expect(same).toEqual([]);
});
