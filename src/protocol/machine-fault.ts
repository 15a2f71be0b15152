/** What is wrong with the machine and not with an agent: it counts against nobody, and stops the whole turn until it is mended. */
import { FailureError, fail } from './failure.js';

const KINDS: readonly (readonly [code: string, says: RegExp, words: string, hint: string])[] = [
  ['ENOSPC', /no space left|out of diskspace/i, 'The disk is full.', 'Free some space on it.'],
  ['EDQUOT', /disk quota/i, 'The disk quota is used up.', 'Free some space on the disk.'],
  ['EROFS', /read-only file system/i, 'The disk has become read-only.', 'See to it that it can be written.'],
  ['EIO', /input\/output error/i, 'The disk failed.', 'Look at its health.'],
  ['EMFILE', /too many open files/i, 'Too many files are open.', 'Close programs, or raise the limit (ulimit -n).'],
];

const GO_ON = 'Then go on with: massgen resume latest';

/** The failure that a turn stops with; undefined where the error is somebody's own. */
export function machineFault(error: unknown): FailureError | undefined {
  for (let one = error; one instanceof Error; one = one.cause) {
    const { message } = one;
    const code = 'code' in one ? one.code : undefined;
    const ours = one instanceof FailureError && one.failure.code === 'workspace';
    const kind = KINDS.find(([errno, says]) => code === errno || (ours && says.test(message)));
    if (kind === undefined) continue;
    if (one instanceof FailureError && one.failure.hint?.endsWith(GO_ON)) return one;
    const [, , words, hint] = kind;
    return fail('workspace', `${words} ${message}`, {
      cause: error,
      retryable: true,
      hint: `${hint} ${GO_ON}`,
    });
  }
  return undefined;
}
