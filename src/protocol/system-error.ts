/** Errors of the system under the program as a person reads them: a full disk, one that may not be written, too many open files. */

/** What is wrong, and what the person can do about it. */
export interface SystemError {
  words: string;
  hint: string;
  /** It is wrong with the machine as a whole, whoever met it; else it may be somebody's own doing. */
  everybodys: boolean;
}

const row = (words: string, hint: string, everybodys: boolean): SystemError => ({ words, hint, everybodys });

const KINDS: readonly (readonly [codes: readonly string[], says: RegExp, error: SystemError])[] = [
  [['ENOSPC'], /no space left|out of diskspace/i, row('The disk is full.', 'Free some space on it.', true)],
  [['EDQUOT'], /disk quota/i, row('The disk quota is used up.', 'Free some space on the disk.', true)],
  [['EROFS'], /read-only file system/i, row('The disk has become read-only.', 'See to it that it can be written.', true)],
  [['EIO'], /input\/output error/i, row('The disk failed.', 'Look at its health.', true)],
  [['EMFILE', 'ENFILE'], /too many open files/i, row('Too many files are open.', 'Close programs, or raise the limit (ulimit -n).', true)],
  [['EACCES', 'EPERM'], /permission denied/i, row('A file may not be used.', 'See to it that you may read and write it.', false)],
];

/** By the code that the system gave. */
export const systemError = (code: unknown): SystemError | undefined => KINDS.find(([codes]) => codes.some((one) => one === code))?.[2];

/** By the words of a program that met it. */
export const systemErrorIn = (words: string): SystemError | undefined => KINDS.find(([, says]) => says.test(words))?.[2];

/** Where tidying up failed too, what went wrong first: that is what it is about. */
export const unhidden = (error: unknown): unknown => (error instanceof Error && 'suppressed' in error ? unhidden(error.suppressed) : error);

/** An error and what caused it, outermost first. */
export function* behind(error: unknown): Generator<Error> {
  for (let one = unhidden(error); one instanceof Error; one = unhidden(one.cause)) yield one;
}
