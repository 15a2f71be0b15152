/** Ctrl-C and its like: the first ends the work in order, so that `resume` can go on; the second ends the program at once. */
import { type Failure, fail, failureOf } from '../protocol/failure.js';
import { err, sayFailure } from './output.js';

export const INTERRUPTED = 130;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interruption extends Disposable {
  readonly came: boolean;
  /** What the first signal ends, and what is said of it where the second ends the program; before there is anything, that is the first. */
  ends(work: AsyncDisposable, last: () => Failure): void;
}

/** Invariant: however it ends, its last words are a failure. */
export function onInterrupt(asJson: boolean): Interruption {
  let came = false;
  let work: AsyncDisposable | undefined;
  let words = (): Failure => fail('interrupted', 'Interrupted before the turn had begun.').failure;
  const take = (): void => {
    if (came || work === undefined) {
      sayFailure(words(), asJson);
      process.exit(INTERRUPTED);
    }
    came = true;
    err('Stopping. Once more to stop at once.');
    leave(work).catch((error: unknown) => err(`massgen: ${failureOf(error).message}`));
  };
  for (const signal of SIGNALS) process.on(signal, take);
  return {
    get came() {
      return came;
    },
    ends(owner, last) {
      work = owner;
      words = last;
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
