/** What is wrong with the machine and not with an agent: it counts against nobody, and stops the whole turn until it is mended. */
import { FailureError, fail } from './failure.js';
import { behind, systemError, systemErrorIn } from './system-error.js';

const GO_ON = 'Then go on with: massgen resume latest';

/** The failure that a turn stops with; undefined where the error is somebody's own. */
export function machineFault(error: unknown): FailureError | undefined {
  for (const one of behind(error)) {
    if (one instanceof FailureError && one.failure.hint?.endsWith(GO_ON)) return one;
    const { message } = one;
    // Of words only our own: an agent's command may say whatever it likes.
    const ours = one instanceof FailureError && one.failure.code === 'workspace';
    const kind = systemError('code' in one ? one.code : undefined) ?? (ours ? systemErrorIn(message) : undefined);
    if (kind?.everybodys !== true) continue;
    return fail('workspace', `${kind.words} ${message}`, { cause: error, retryable: true, hint: `${kind.hint} ${GO_ON}` });
  }
  return undefined;
}
