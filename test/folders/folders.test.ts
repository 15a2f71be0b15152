/** A sample of the corpus of awkward folders; `npm run folders` plays all of it. */
import { describe, expect, test } from 'vitest';
import { lacking } from './needs.js';
import { playRow } from './play.js';
import { rows } from './rows/all.js';

describe('a whole session in an awkward folder', () => {
  for (const row of rows.filter(({ sample }) => sample)) {
    test.skipIf(lacking(row.needs ?? []) !== undefined)(row.name, async () => {
      expect(await playRow(row)).toEqual({ name: row.name, is: 'ok' });
    });
  }
});
