/** Finds every simple command of a shell command line, whatever it is nested in. */
import {
  type Assignment,
  type Command,
  forEachChild,
  type HereDoc,
  type HereString,
  parse,
  type Redirect,
  type Redirection,
  type SyntaxNode,
  type Word,
  type WordPart,
} from 'unbash';

/** A word of a command: its value where that is known without running anything, else as it is written. */
export interface ShellWord {
  text: string;
  /** `pattern`: file names decide what it becomes (globs, braces); `computed`: variables or commands do. */
  kind: 'literal' | 'pattern' | 'computed';
}

export interface SimpleCommand {
  /** The program and its arguments; empty where there are only assignments or redirections. */
  words: ShellWord[];
  /** Names of variables set for it (or, without words, set at all). */
  assigns: string[];
  /** What redirections write to; the null device and other descriptors left out. */
  writes: string[];
  /** Shell text given to its standard input, where it is known. */
  input?: string;
}

export interface Parsed {
  commands: SimpleCommand[];
  /** Why some of it cannot be judged. */
  problems: string[];
  /** Constructs beyond pipelines and lists, which can set variables or evaluate words: `For`, `TestCommand` … */
  constructs: string[];
}

const transparent = new Set<string>([
  ...['Script', 'Statement', 'AndOr', 'Pipeline', 'Time', 'Negation', 'Command', 'Redirected', 'Subshell', 'BraceGroup', 'CompoundList'],
  ...['Word', 'Literal', 'Glob', 'SingleQuoted', 'DoubleQuoted', 'AnsiCQuoted', 'LocaleString', 'SimpleExpansion', 'CommandExpansion'],
  ...['ParameterExpansion', 'ProcessSubstitution', 'ExtendedGlob', 'BraceExpansion', 'Assignment', 'ArrayValue', 'Redirect', 'HereString'],
  ...['HereDoc', 'HereDocDelimiter', 'HereDocBody', 'FileDescriptor'],
]);

/** Invariant: what is not understood is in `problems`; no command that bash would run is left out silently. */
export function parseShell(line: string): Parsed {
  const parsed: Parsed = { commands: [], problems: [], constructs: [] };
  if (line.includes('\0')) return { ...parsed, problems: ['it holds a NUL character'] };
  collect(parse(line), parsed);
  return parsed;
}

function collect(node: SyntaxNode, into: Parsed): void {
  if (node.type === 'Script' && node.errors !== undefined)
    into.problems.push(...node.errors.map((error) => `the shell would not read it: ${error.message}`));
  if (node.type === 'Command') into.commands.push(simpleCommand(node));
  if (node.type === 'Redirected') into.commands.push({ words: [], assigns: [], writes: written(node.redirects) });
  if (node.type === 'ParameterExpansion' && (node.operation?.type === 'Unknown' || assigning(node.operation)))
    into.constructs.push('assignment');
  if (node.type === 'ParameterExpansion' && node.operation?.type === 'Transform')
    into.problems.push(`"${node.text}" is evaluated again by the shell`);
  if ((node.type === 'CommandExpansion' || node.type === 'ProcessSubstitution') && node.script === undefined)
    into.problems.push(`"${node.text}" cannot be read`);
  if (node.type === 'ArithmeticCommand') alsoAsCommands(node.body, into);
  if (node.type === 'ArithmeticExpansion') alsoAsCommands(node.text.slice(3, -2), into);
  if (!transparent.has(node.type)) into.constructs.push(node.type);
  forEachChild(node, (child) => collect(child, into));
}

/** `((…))` is arithmetic to some shells and two subshells to others, and to bash itself where it is no arithmetic. */
function alsoAsCommands(text: string, into: Parsed): void {
  const other: Parsed = { commands: [], problems: [], constructs: [] };
  collect(parse(text), other);
  into.commands.push(...other.commands.filter((command) => command.words[0]?.kind === 'literal'));
}

function assigning(operation: { type: string; operator?: string } | undefined): boolean {
  return operation?.type === 'Default' && (operation.operator === '=' || operation.operator === ':=');
}

function simpleCommand(node: Command): SimpleCommand {
  const words = node.name === undefined ? [] : [shellWord(node.name)];
  const assigns = node.prefix.filter((part): part is Assignment => part.type === 'Assignment').map((assignment) => assignment.name);
  for (const part of node.args) words.push(part.type === 'Word' ? shellWord(part) : { text: part.text, kind: 'computed' });
  const command: SimpleCommand = { words, assigns, writes: written(node.redirects) };
  const input = inputOf(node.redirects);
  if (input !== undefined) command.input = input;
  return command;
}

function shellWord(word: Word): ShellWord {
  const kinds = (word.parts ?? []).map(kindOf);
  if (kinds.includes('computed')) return { text: word.text, kind: 'computed' };
  if (kinds.includes('pattern')) return { text: word.text, kind: 'pattern' };
  return { text: word.value, kind: 'literal' };
}

function kindOf(part: WordPart): ShellWord['kind'] {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return 'literal';
    case 'DoubleQuoted':
      return part.parts.every((inner) => inner.type === 'Literal') ? 'literal' : 'computed';
    case 'Glob':
      return part.kind === 'bracket' && part.parts.some((inner) => kindOf(inner) === 'computed') ? 'computed' : 'pattern';
    case 'BraceExpansion':
    case 'ExtendedGlob':
      return (part.parts ?? []).some((inner) => kindOf(inner) === 'computed') ? 'computed' : 'pattern';
    default:
      return 'computed';
  }
}

const harmlessTargets = new Set(['/dev/null', '/dev/stdout', '/dev/stderr', '/dev/tty']);

function written(redirects: readonly Redirection[]): string[] {
  return redirects.filter(isWriting).map((redirect) => redirect.target?.text ?? '');
}

function isWriting(redirect: Redirection): redirect is Redirect {
  if (redirect.type !== 'Redirect' || redirect.operator === '<' || redirect.operator === '<&') return false;
  const target = redirect.target === undefined ? undefined : shellWord(redirect.target);
  if (target?.kind !== 'literal') return true;
  if (redirect.operator === '>&' && /^(\d+|-)$/.test(target.text)) return false;
  return !harmlessTargets.has(target.text);
}

function inputOf(redirects: readonly Redirection[]): string | undefined {
  const last = redirects
    .filter((redirect): redirect is HereDoc | HereString => redirect.type === 'HereDoc' || redirect.type === 'HereString')
    .at(-1);
  if (last === undefined) return undefined;
  if (last.type === 'HereDoc') return (last.body.parts ?? []).every((part) => part.type === 'Literal') ? last.body.text : undefined;
  const word = last.target === undefined ? undefined : shellWord(last.target);
  return word?.kind === 'literal' ? word.text : undefined;
}
