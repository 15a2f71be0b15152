/** Where the command line writes: results to stdout, messages to stderr, colours only on a terminal. */
import { isatty } from 'node:tty';
import type { Failure } from '../protocol/failure.js';
import { plain } from '../protocol/plain.js';
import { folded } from './render/words.js';

export const out = (text: string): boolean => process.stdout.write(text === '' || text.endsWith('\n') ? text : `${text}\n`);
/** A result for people: on a terminal its lines are folded between words. */
export const say = (text: string): boolean => out(isatty(1) ? folded(text, process.stdout.columns || 80) : text);
/** As they are: a patch is in the encodings of its files. On a terminal, which would obey some of it, what cannot be seen is shown as a sign. */
export const outBytes = (bytes: Uint8Array): boolean =>
  process.stdout.write(isatty(1) ? Buffer.from(bytes).toString('utf8').split('\n').map(visible).join('\n') : bytes);

/** One line of a file, with nothing in it that a terminal would obey. A carriage return at its end is a line end. */
export const visible = (line: string): string => plain(line.replace(/\r$/, ''));
export const json = (value: unknown): boolean => process.stdout.write(`${JSON.stringify(value)}\n`);
export const err = (text: string): boolean => process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);

/** What ended a command. With `--json` it is the last line of stderr: stdout holds results or events and nothing else. */
export function sayFailure(failure: Failure, asJson: boolean, more: object = {}): void {
  if (asJson) err(JSON.stringify({ failure, ...more }));
  else err(`massgen: ${failure.message}${failure.hint === undefined ? '' : `\n${failure.hint}`}`);
}

/** Whether somebody is there to answer. */
export const canAsk = (): boolean => isatty(0) && isatty(2);

/** https://no-color.org: any value that is not empty. */
export const hasColour = (stream: 'stdout' | 'stderr'): boolean =>
  isatty(stream === 'stdout' ? 1 : 2) && !process.env.NO_COLOR && process.env.TERM !== 'dumb';

/** Whether lines that were written can be written over. */
export const isLive = (): boolean => isatty(2) && process.env.TERM !== 'dumb' && !process.env.CI;
