import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cappedOutput } from '../../../src/engine/process/output-cap.js';

const MARK = /\n… ([\d,]+) bytes left out …\n/;

const pushAll = (maxBytes: number, chunks: readonly Uint8Array[]): string => {
  const output = cappedOutput(maxBytes);
  for (const chunk of chunks) output.push(chunk);
  return output.text();
};

describe('capped output', () => {
  test('keeps what fits as it is, however it was cut into chunks', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 1, max: 7 }), (text, size) => {
        const bytes = Buffer.from(text);
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
        expect(pushAll(Math.max(2, bytes.length), chunks)).toBe(bytes.toString('utf8'));
      }),
    );
  });

  test('past the cap: head and tail of the text, whole characters only, and a count that adds up', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '€', '🙂', '\n'), minLength: 1, maxLength: 40 }), {
          minLength: 4,
          maxLength: 30,
        }),
        fc.integer({ min: 8, max: 64 }),
        (chunks, max) => {
          const whole = chunks.join('');
          fc.pre(Buffer.byteLength(whole) > max);
          const text = pushAll(
            max,
            chunks.map((chunk) => Buffer.from(chunk)),
          );
          const match = MARK.exec(text);
          if (!match) throw new Error(`no mark in ${JSON.stringify(text)}`);
          const head = text.slice(0, match.index);
          const tail = text.slice(match.index + match[0].length);
          expect(whole.startsWith(head)).toBe(true);
          expect(whole.endsWith(tail)).toBe(true);
          const left = Number((match[1] ?? '').replaceAll(',', ''));
          expect(Buffer.byteLength(head) + left + Buffer.byteLength(tail)).toBe(Buffer.byteLength(whole));
          expect(Buffer.byteLength(head) + Buffer.byteLength(tail)).toBeLessThanOrEqual(max);
        },
      ),
    );
  });

  test('the mark says how much is missing, in figures a person can read', () => {
    expect(pushAll(10, [Buffer.from('start'), Buffer.alloc(1_234_567, 'x'), Buffer.from('the e'), Buffer.from('nd')])).toBe(
      'start\n… 1,234,569 bytes left out …\ne end',
    );
  });

  test('cleared, it begins anew', () => {
    const output = cappedOutput(8);
    output.push(Buffer.from('0123456789'));
    output.clear();
    output.push(Buffer.from('abc'));
    expect(output.text()).toBe('abc');
  });
});
