/** Whether a rule fits a simple command: loosely for what is denied or asked, strictly for what is allowed. */
import { conditions } from './destinations.js';
import type { Rule } from './policy-rule.js';
import { flags, valued, widening } from './policy-rules.js';
import type { ShellWord } from './shell.js';
import { type Judged, programName } from './unwrap.js';

/** `maybe`: only what happens when it runs would tell. */
export type Fit = 'no' | 'maybe' | 'yes';

/** A simple command as one line: the words as they are known. */
export const textOf = (command: Judged): string => command.words.map((word) => word.text).join(' ');

/** For deny and ask: the program by its bare name, options skipped, words that are not known counted as possible. */
export function fitLoosely(rule: Rule, command: Judged, line: string): Fit {
  if (rule.command === undefined) return 'no';
  const pattern = patternOf(rule.command);
  if (pattern !== undefined) {
    const bare = [command.program, ...command.words.slice(1).map((word) => word.text)].join(' ');
    const texts = command.words.length === 0 ? [line] : [line, textOf(command), bare];
    return texts.some((text) => pattern.test(text)) ? narrowed(rule, command, 'yes') : 'no';
  }
  const [program, ...words] = rule.command.split(/\s+/);
  if (program === undefined || command.program === '' || !alternatives(program).map(programName).includes(command.program)) return 'no';
  return narrowed(rule, command, wordsFit(words, command.words.slice(1), command.program));
}

function narrowed(rule: Rule, command: Judged, fit: Fit): Fit {
  if (fit === 'no' || (rule.needs === 'network' && command.words.some((word) => word.text === '--offline' || word.text === '--no-index')))
    return 'no';
  if (rule.when === undefined) return fit;
  return conditions[rule.when](command.words.slice(1), command.program) ? fit : 'no';
}

/** For allow: every word as the rule has it, the rest known and none of it an option by which a command comes to write or to run. */
export function fitStrictly(rule: Rule, command: Judged): boolean {
  if (rule.command === undefined || command.words.length === 0 || !command.words.every(isKnown)) return false;
  const pattern = patternOf(rule.command);
  if (pattern !== undefined) return textOf(command).search(pattern) === 0;
  const wanted = rule.command.split(/\s+/);
  if (!wanted.every((word, index) => alternatives(word).includes(command.words[index]?.text ?? ''))) return false;
  return command.words.slice(wanted.length).every((word) => !widening.some((option) => option.test(word.text)));
}

/** A pattern is known well enough where what it becomes cannot start with a dash. */
const isKnown = (word: ShellWord): boolean =>
  word.kind === 'literal' || (word.kind === 'pattern' && /^[\w./@]/.test(word.text) && !/[{}]/.test(word.text));

const alternatives = (word: string): string[] => word.split('|');

function patternOf(command: string): RegExp | undefined {
  return command.startsWith('re:') ? new RegExp(command.slice('re:'.length)) : undefined;
}

/** Whether the arguments begin with the wanted words, options left out of account. */
function wordsFit(wanted: readonly string[], args: readonly ShellWord[], program: string): Fit {
  const [want, ...rest] = wanted;
  if (want === undefined) return 'yes';
  const [word, ...after] = args;
  if (word === undefined) return 'no';
  if (word.kind !== 'literal') return 'maybe';
  if (!word.text.startsWith('-') || word.text === '-')
    return alternatives(want).includes(word.text) ? wordsFit(rest, after, program) : 'no';
  if (valued[program]?.has(word.text) === true) return wordsFit(wanted, after.slice(1), program);
  const asFlag = wordsFit(wanted, after, program);
  if (asFlag === 'yes' || word.text.includes('=') || word.text === '--' || flags.has(word.text)) return asFlag;
  // It is not known whether the option takes the next word.
  return asFlag === 'maybe' || wordsFit(wanted, after.slice(1), program) !== 'no' ? 'maybe' : 'no';
}
