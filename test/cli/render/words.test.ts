import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { findingsText } from '../../../src/cli/render/findings.js';
import { folded } from '../../../src/cli/render/words.js';

describe('lines for a terminal', () => {
  it('go on below between words, a little further in', () => {
    expect(folded('  one two three four\nfive', 12)).toBe('  one two\n    three\n    four\nfive');
  });

  it('never lose a word, and are too wide only where one word is', () => {
    const word = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !/\s/.test(text));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 30 }), fc.integer({ min: 10, max: 60 }), (words, width) => {
        const lines = folded(`  ${words.join(' ')}`, width).split('\n');
        expect(lines.flatMap((line) => line.trim().split(' '))).toEqual(words);
        for (const line of lines) if (line.trim().includes(' ')) expect(stringWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });
});

it('findings of one area stand under its name, a single one stands alone', () => {
  expect(
    findingsText([
      { area: 'git', name: 'git', status: 'ok', detail: '2.50' },
      { area: 'keys', name: 'OpenAI', status: 'ok', detail: 'set' },
      { area: 'keys', name: 'Groq', status: 'missing', detail: 'not set', hint: 'set it' },
    ]),
  ).toBe('✓ git     2.50\n\nkeys\n  ✓ OpenAI  set\n  – Groq    not set\n      set it');
});
