/** What a person sees of whatever was thrown, and what counts as the machine's own. */
import { describe, expect, test } from 'vitest';
import { fail, failureOf } from '../../src/protocol/failure.js';
import { machineFault } from '../../src/protocol/machine-fault.js';

const system = (code: string): Error => Object.assign(new Error(`${code}: it cannot, mkdir '/x'`), { code });
/** As `await using` throws where what was done failed, and the tidying up after it. */
const suppressed = (first: Error, then: Error): Error =>
  Object.assign(new Error('An error was suppressed during disposal'), { error: then, suppressed: first });

describe('what is shown', () => {
  test.each([
    ['a full disk', system('ENOSPC'), 'workspace', /^The disk is full\. ENOSPC/],
    ['a file that may not be used', system('EACCES'), 'workspace', /^A file may not be used\. /],
    ['a failure that caused another error', new Error('so', { cause: fail('log', 'It is closed.') }), 'log', /^It is closed\.$/],
    ['a failure, and the tidying up failed too', suppressed(fail('conflict', 'They clash.'), system('EIO')), 'conflict', /^They clash\.$/],
    ['a bug, and the tidying up failed too', suppressed(new Error('a bug'), new Error('another')), 'internal', /^a bug$/],
    ['a bug', new Error('a bug', { cause: new Error('within') }), 'internal', /^a bug$/],
    ['no error at all', 'words', 'internal', /^words$/],
  ])('%s', (_, error, code, message) => {
    expect(failureOf(error)).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

describe("what is the machine's", () => {
  test.each([
    ['a full disk', system('ENOSPC')],
    ['a failing disk behind a failure', fail('workspace', 'It could not be written.', { cause: system('EIO') })],
    ["git's words", fail('workspace', 'git write-tree failed: No space left on device')],
    ['too many open files, and the tidying up failed too', suppressed(system('EMFILE'), new Error('another'))],
  ])('%s', (_, error) => {
    expect(machineFault(error)?.failure).toMatchObject({
      code: 'workspace',
      retryable: true,
      hint: expect.stringContaining('massgen resume'),
    });
  });

  test.each([
    ['a file that may not be read', system('EACCES')],
    ['the words of a command', new Error('No space left on device')],
    ['what a model said', fail('server', 'No space left on device')],
    ['a bug', new Error('a bug')],
  ])('not %s', (_, error) => {
    expect(machineFault(error)).toBeUndefined();
  });

  test('it is told once', () => {
    const once = machineFault(system('ENOSPC'));
    expect(machineFault(once)).toBe(once);
  });
});
