/** Ctrl-C and its like: the first ends the work in order, so that `resume` can go on; the second ends the program at once. */
import { failureOf } from '../protocol/failure.js';
import { err } from './output.js';

export const INTERRUPTED = 130;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interruption extends Disposable {
  readonly came: boolean;
  /** What the first signal ends; before there is anything it ends the program. */
  ends(work: AsyncDisposable): void;
}

export function onInterrupt(): Interruption {
  let came = false;
  let work: AsyncDisposable | undefined;
  const take = (): void => {
    if (came || work === undefined) process.exit(INTERRUPTED);
    came = true;
    err('Stopping. Once more to stop at once.');
    leave(work).catch((error: unknown) => err(`massgen: ${failureOf(error).message}`));
  };
  for (const signal of SIGNALS) process.on(signal, take);
  return {
    get came() {
      return came;
    },
    ends(owner) {
      work = owner;
    },
    [Symbol.dispose]() {
      for (const signal of SIGNALS) process.off(signal, take);
    },
  };
}

/** Makes the turn that is under way reject, which is where the rest is said. */
async function leave(work: AsyncDisposable): Promise<void> {
  await work[Symbol.asyncDispose]();
}
