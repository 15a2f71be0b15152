/** A sample of the corpus of awkward folders; `npm run folders` plays all of it. */
import { describe, expect, test } from 'vitest';
import { playRow } from './play.js';
import { rows } from './rows/all.js';

describe('a whole session in an awkward folder', () => {
  test.each(rows.filter(({ sample }) => sample).map((row) => [row.name, row] as const))('%s', async (_, row) => {
    expect(await playRow(row)).toEqual({ name: row.name, is: 'ok' });
  });
});
