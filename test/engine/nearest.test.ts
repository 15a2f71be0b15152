import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, distance, nearest } from '../../src/engine/nearest.js';

describe('the word that was meant', () => {
  it.each([
    ['modle', 'model'],
    ['Base-Url', 'base_url'],
    ['temprature', 'temperature'],
    ['max_cost', undefined],
    ['zzz', undefined],
    ['x'.repeat(1000), undefined],
  ])('%s', (word, expected) => expect(nearest(word, ['model', 'base_url', 'temperature', 'max_cost_usd'])).toBe(expected));

  it('is said, or all that there are', () => {
    expect(didYouMean('max_cost', ['max_calls', 'max_cost_usd'])).toBe('did you mean "max_cost_usd"?');
    expect(didYouMean('zzz', ['a', 'b'])).toBe('known here: a, b');
  });

  it('is judged by a distance: nothing to itself, the same both ways, one for a single edit', () => {
    const word = fc.string({ maxLength: 12, unit: fc.constantFrom('a', 'b', 'c', '_') });
    fc.assert(
      fc.property(word, word, fc.nat(12), (a, b, at) => {
        expect(distance(a, a)).toBe(0);
        expect(distance(a, b)).toBe(distance(b, a));
        expect(distance(a, `${a.slice(0, at)}X${a.slice(at)}`)).toBe(1);
        if (a !== b) expect(distance(a, b)).toBeGreaterThan(0);
      }),
    );
    expect(distance('modle', 'model')).toBe(1);
  });
});
