import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactor } from '../../src/engine/redact.js';

const secret = 'sk-Zx/9+é"q&\\~7*=';
const redact = redactor([secret]);

describe('a secret', () => {
  test.each([
    ['as it is', secret],
    ['inside JSON', JSON.stringify({ key: secret })],
    ['inside JSON inside JSON', JSON.stringify({ body: JSON.stringify({ key: secret }) })],
    ['inside JSON of letters without accents', JSON.stringify(secret).replace('é', '\\u00e9')],
    ['in a query', `?key=${encodeURIComponent(secret)}`],
    ['in a query with small letters', encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
    ['in a URL', encodeURI(secret)],
    ['in a form', new URLSearchParams({ key: secret }).toString()],
    ['with every sign encoded', [...encodeURIComponent(secret)].join('').replaceAll('*', '%2A')],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64 for URLs', Buffer.from(secret).toString('base64url')],
  ])('is taken out %s', (_, text) => {
    const safe = redact(`before ${text} after`);
    expect(safe).toMatch(/^before .*\[redacted\].* after$/);
    for (const end of ['7*', 'Zx', 'u00', '%C3', '%c3', 'MqPQ']) expect(safe).not.toContain(end);
  });

  test.each(['', 'u', 'us', 'use', 'user:'])('is taken out of base64 after %j', (before) => {
    for (const after of ['', '.', 'zz', 'abc']) {
      const safe = redact(Buffer.from(before + secret + after).toString('base64'));
      expect(safe).toContain('[redacted]');
      const left = Buffer.from(safe.replace('[redacted]', ''), 'base64').toString('latin1');
      expect(left.length).toBeLessThanOrEqual(before.length + after.length + 2);
    }
  });

  test('is taken out of every string of a value, keys included, and nothing else is changed', () => {
    const inPlace = fc.letrec((tie) => ({
      text: fc.tuple(fc.string(), fc.boolean()).map(([text, has]) => (has ? `${text}${secret}${text}` : text)),
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(null, true, 7, undefined),
        tie('text'),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(tie('text') as fc.Arbitrary<string>, tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    fc.assert(
      fc.property(inPlace, (value) => {
        const safe = redact(value);
        expect(holds(safe, secret)).toBe(false);
        if (holds(value, secret)) expect(holds(safe, '[redacted]')).toBe(true);
        else expect(safe).toBe(value);
        expect(redact(safe)).toBe(safe);
      }),
    );
  });

  test('that another one begins with leaves nothing of the longer one', () => {
    expect(redactor(['abcdefgh', 'abcdefgh-ijkl'])('x abcdefgh-ijkl abcdefgh')).toBe('x [redacted] [redacted]');
  });

  test('of less than six characters is no secret, and neither is the mark itself', () => {
    expect(redactor(['', 'a', 'abcde', 'redacted'])('abcde [redacted]')).toBe('abcde [redacted]');
  });

  test('with signs that mean something in patterns is text', () => {
    expect(redactor(['a.b*c[d](e)|^$'])('a.b*c[d](e)|^$ aXb*c[d](e)|^$')).toBe('[redacted] aXb*c[d](e)|^$');
  });

  test('that is a common word does not make the log unreadable', () => {
    const word = redactor(['candidate']);
    expect(word({ type: 'candidate.submitted', why: 'my candidate' })).toEqual({ type: 'candidate.submitted', why: 'my [redacted]' });
  });
});

test('an object’s key may be anything', () => {
  const value: unknown = JSON.parse('{"__proto__": "hunter22", "constructor": 1}');
  expect(JSON.stringify(redactor(['hunter22'])(value))).toBe('{"__proto__":"[redacted]","constructor":1}');
});

/** Not by JSON, which leaves out a key without a value. */
function holds(value: unknown, text: string): boolean {
  if (typeof value === 'string') return value.includes(text);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, item]) => key.includes(text) || holds(item, text));
}

test('leaves a seal whole with words that stay, and takes it away with words that do not', () => {
  const sealed = (text: string, signature: string) => ({ parts: [{ type: 'reasoning', text, seal: { by: 'a', data: { signature } } }] });
  const redact = redactor(['hunter2-hunter2']);
  const kept = sealed('hm', 'c2lnbmF0dXJl');
  expect(redact(kept)).toBe(kept);
  expect(redact(sealed('it is hunter2-hunter2', 'sig'))).toEqual({ parts: [{ type: 'reasoning', text: 'it is [redacted]' }] });
  expect(redact(sealed('hm', 'a hunter2-hunter2 b'))).toEqual({ parts: [{ type: 'reasoning', text: 'hm' }] });
});
