/** Whether a rule fits a simple command: loosely for what is denied or asked, strictly for what is allowed. */
import type { Condition, Rule } from './policy-rule.js';
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
  return conditions[rule.when](command.words.slice(1)) ? fit : 'no';
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

const uploadOption = /^(-d|-F|-T|--data|--form|--upload-file|--json|--post-data|--post-file|--body-data|--body-file|--send)/;
const method = /^(-X|--request|--method)=?(.*)$/;
const readingMethod = /^(GET|HEAD|OPTIONS)$/i;
const reroutes = /^(-x|-K|--proxy|--preproxy|--socks|--connect-to|--resolve|--config|--dns)/;
const clientValues = new Set([
  ...['-o', '-H', '-d', '-X', '-u', '-A', '-F', '-w', '-m', '-b', '-e', '-r', '--output', '--header', '--data', '--data-raw'],
  ...[
    '--data-binary',
    '--request',
    '--user',
    '--user-agent',
    '--form',
    '--write-out',
    '--max-time',
    '--connect-timeout',
    '--cookie',
    '--json',
    '--retry',
  ],
]);

const conditions: Readonly<Record<Condition, (args: readonly ShellWord[]) => boolean>> = {
  uploads: (args) => leavesTheMachine(args) && sends(args),
  'leaves-the-machine': leavesTheMachine,
  'names-a-host': (args) =>
    args.some((word) => word.kind !== 'literal' || (/^[\w.@-]+:/.test(word.text) && !/^[A-Za-z]:[\\/]/.test(word.text))),
};

/** Whether anything a network client is given is not plainly an address of this machine. */
function leavesTheMachine(args: readonly ShellWord[]): boolean {
  if (args.some((word) => reroutes.test(word.text))) return true;
  const targets = args.filter((word, index) => {
    return (
      !clientValues.has(args[index - 1]?.text ?? '') &&
      !word.text.startsWith('-') &&
      !/^(\d+|GET|HEAD|POST|PUT|PATCH|DELETE)$/.test(word.text)
    );
  });
  if (targets.length === 0) return !args.some((word) => /^(--version|--help|-V|-h)$/.test(word.text));
  return !targets.every((word) => word.kind === 'literal' && isLoopback(word.text));
}

/** Strict on purpose: what two readers of URLs could read differently is not taken for this machine. */
function isLoopback(target: string): boolean {
  if (/[@\\{}\s]/.test(target)) return false;
  const text = /^[a-z]+:\/\//i.test(target) ? target : `http://${target}`;
  if (!URL.canParse(text)) return false;
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\]|0\.0\.0\.0)$/.test(new URL(text).hostname);
}

function sends(args: readonly ShellWord[]): boolean {
  return args.some((word, index) => {
    if (uploadOption.test(word.text) || /^(POST|PUT|PATCH|DELETE)$/.test(word.text)) return true;
    const found = method.exec(word.text);
    return found !== null && !readingMethod.test(found[2] || (args[index + 1]?.text ?? ''));
  });
}
