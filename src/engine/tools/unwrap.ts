/** What a command runs in its turn: `sh -c '…'`, `env X=1 cmd`, `xargs cmd`, `find -exec cmd`, and the like. */
import { type Parsed, parseShell, type ShellWord, type SimpleCommand } from './shell.js';

/** A program that runs the program named by its arguments. */
interface Wrapper {
  /** Options that take the next word. */
  values?: readonly string[];
  /** Words between its options and the program it runs. */
  skip?: number;
  /** `NAME=value` words may stand before the program. */
  assignments?: boolean;
  /** Options whose value is shell text to run. */
  text?: RegExp;
  /** Runs the program as it would run alone, so that only that is judged, where no option is used. */
  plain?: boolean;
}

const wrappers: Readonly<Record<string, Wrapper>> = {
  env: { values: ['-u', '--unset', '-C', '--chdir', '-P'], assignments: true, plain: true, text: /^(-[a-zA-Z0]*S|--split-string=?)/ },
  sudo: { values: ['-u', '-g', '-h', '-p', '-C', '-T', '-R', '-D', '-r', '-t', '-U', '--user', '--group', '--chdir'], assignments: true },
  doas: { values: ['-u', '-C'] },
  pkexec: { values: ['--user'] },
  nohup: { plain: true },
  time: { values: ['-f', '--format', '-o', '--output'], plain: true },
  nice: { values: ['-n', '--adjustment'], plain: true },
  ionice: { values: ['-c', '-n', '--class', '--classdata'], plain: true },
  timeout: { values: ['-s', '--signal', '-k', '--kill-after'], skip: 1, plain: true },
  gtimeout: { values: ['-s', '--signal', '-k', '--kill-after'], skip: 1, plain: true },
  stdbuf: { values: ['-i', '-o', '-e'], plain: true },
  setsid: { plain: true },
  command: { plain: true },
  builtin: { plain: true },
  exec: { values: ['-a'], plain: true },
  chronic: {},
  unbuffer: {},
  caffeinate: { values: ['-t', '-w'] },
  xargs: {
    values: [
      '-I',
      '-i',
      '-n',
      '-P',
      '-L',
      '-l',
      '-d',
      '-E',
      '-s',
      '-a',
      '--arg-file',
      '--delimiter',
      '--max-args',
      '--max-procs',
      '--replace',
    ],
  },
  parallel: { values: ['-j', '--jobs', '-a', '--arg-file', '-I', '-n', '-N'] },
  strace: { values: ['-e', '-o', '-p', '-s', '-u', '-E', '-P'] },
  ltrace: { values: ['-e', '-o', '-p', '-s', '-u'] },
  flock: { values: ['-w', '--timeout', '-E'], skip: 1 },
  chroot: { skip: 1 },
  unshare: {},
  nsenter: { values: ['-t', '-S', '-G'] },
  busybox: {},
  toybox: {},
  entr: {},
  npx: { values: ['-p', '--package', '-w', '--workspace'], text: /^(-c|--call=?)/ },
  bunx: {},
  'npm exec': { values: ['-p', '--package', '-w', '--workspace'], text: /^(-c|--call=?)/ },
  'pnpm exec': {},
  'pnpm dlx': { values: ['--package'] },
  'yarn exec': {},
  'yarn dlx': { values: ['-p', '--package'] },
  'bundle exec': {},
  'uv run': { values: ['--with', '--python', '-p', '--extra', '--group', '--project', '--directory', '--env-file', '--package'] },
  'poetry run': {},
  'pipenv run': {},
  'hatch run': {},
  'rye run': {},
  'pdm run': {},
  'git bisect run': {},
  'git submodule foreach': {},
};

const shells = new Set(['sh', 'bash', 'dash', 'ash', 'ksh', 'mksh', 'rbash']);
const foreignShells = new Set(['zsh', 'fish', 'csh', 'tcsh', 'nu', 'xonsh', 'elvish', 'cmd', 'powershell', 'pwsh']);

/** A simple command with what it is wrapped in taken into account. */
export interface Judged extends SimpleCommand {
  /** The bare lower-case name of the program: no folder, no `.exe`. */
  program: string;
  /** It only runs another of these commands, and nothing is to be said of itself but by a rule that names it. */
  plain: boolean;
}

export interface Unwrapped {
  commands: Judged[];
  problems: string[];
  constructs: string[];
}

/** Every command that a command line is seen to run. Invariant: what cannot be followed is in `problems`. */
export function unwrapShell(line: string): Unwrapped {
  const found: Unwrapped = { commands: [], problems: [], constructs: [] };
  addScript(line, found, 0);
  return found;
}

const maxDepth = 8;

function addScript(line: string, found: Unwrapped, depth: number): void {
  if (depth > maxDepth) {
    found.problems.push('it is nested too deeply');
    return;
  }
  const parsed: Parsed = parseShell(line);
  found.problems.push(...parsed.problems);
  found.constructs.push(...parsed.constructs);
  for (const command of parsed.commands) addCommand(command, found, depth);
}

function addCommand(command: SimpleCommand, found: Unwrapped, depth: number): void {
  const [first, ...rest] = command.words;
  if (first === undefined) {
    found.commands.push({ ...command, program: '', plain: false });
    return;
  }
  if (depth > maxDepth) {
    found.problems.push('it is nested too deeply');
    return;
  }
  if (first.kind !== 'literal') {
    found.problems.push(`which program "${first.text}" is, is only known when it runs: write its name out`);
    found.commands.push({ ...command, program: '', plain: false });
    return;
  }
  const judged: Judged = { ...command, program: programName(first.text), plain: false };
  found.commands.push(judged);
  follow(judged, rest, found, depth);
}

function follow(command: Judged, args: ShellWord[], found: Unwrapped, depth: number): void {
  const { program } = command;
  const inside = (words: ShellWord[], assigns = command.assigns) => addCommand({ words, assigns, writes: [] }, found, depth + 1);
  if (shells.has(program)) followShell(command, args, found, depth);
  else if (foreignShells.has(program)) {
    if (args.length === 0 || args.some((word) => /^[-/]/.test(word.text)))
      found.problems.push(`what "${program}" is given to run cannot be read here`);
  } else if (program === 'eval') followText(args, found, depth);
  else if (program === 'trap' || program === 'watch')
    followText(program === 'trap' ? args.slice(0, 1) : afterOptions(args, ['-n', '--interval']).rest, found, depth);
  else if (program === 'find' || program === 'fd') for (const words of execsOf(args)) inside(words);
  else if (isPython(program)) {
    const module = args.findIndex((word) => word.text === '-m');
    if (module >= 0 && args.length > module + 1) inside(args.slice(module + 1));
  } else if (program === 'git' && args.some((word) => /^alias\./i.test(word.text))) found.problems.push('it defines a git alias');
  else followWrapper(command, args, inside, found, depth);
}

function followWrapper(
  command: Judged,
  args: ShellWord[],
  inside: (words: ShellWord[], assigns?: string[]) => void,
  found: Unwrapped,
  depth: number,
): void {
  const wrapper = wrapperOf(command.program, args);
  if (wrapper === undefined) return;
  const { options, rest } = afterOptions(wrapper.args, wrapper.row.values ?? []);
  const { text } = wrapper.row;
  const whole = text === undefined ? -1 : options.findIndex((word) => text.test(word.text));
  if (text !== undefined && whole >= 0) followText([...valueAfter(options, whole, text), ...rest], found, depth);
  const assigns = [...command.assigns];
  let inner = rest.slice(wrapper.row.skip ?? 0);
  while (wrapper.row.assignments === true && inner[0] !== undefined && /^[A-Za-z_]\w*=/.test(inner[0].text)) {
    assigns.push(inner[0].text.slice(0, inner[0].text.indexOf('=')));
    inner = inner.slice(1);
  }
  if (inner.length === 0) return;
  command.plain = wrapper.row.plain === true && options.length === 0;
  // What xargs and the like add is not known.
  const extended =
    command.program === 'xargs' || command.program === 'parallel' ? [...inner, { text: '…', kind: 'computed' as const }] : inner;
  if (inner[0]?.text === '-c' && inner[0].kind === 'literal') followText(inner.slice(1, 2), found, depth);
  else inside(extended, assigns);
}

function wrapperOf(program: string, args: ShellWord[]): { row: Wrapper; args: ShellWord[] } | undefined {
  const row = Object.hasOwn(wrappers, program) ? wrappers[program] : undefined;
  if (row !== undefined) return { row, args };
  for (const [name, wrapper] of Object.entries(wrappers)) {
    const names = name.split(' ').slice(1);
    if (names.length === 0 || !name.startsWith(`${program} `)) continue;
    if (names.every((word, index) => args[index]?.text === word)) return { row: wrapper, args: args.slice(names.length) };
  }
  return undefined;
}

/** Options at the front, and what follows them. */
function afterOptions(args: ShellWord[], values: readonly string[]): { options: ShellWord[]; rest: ShellWord[] } {
  let index = 0;
  while (index < args.length) {
    const word = args[index];
    if (word === undefined || !word.text.startsWith('-') || word.text === '-') break;
    index += values.includes(word.text) ? 2 : 1;
    if (word.text === '--') return { options: args.slice(0, index - 1), rest: args.slice(index) };
  }
  return { options: args.slice(0, index), rest: args.slice(index) };
}

/** The value of the option at `index`, in the same word or in the next, and the options after it. */
function valueAfter(options: ShellWord[], index: number, name: RegExp): ShellWord[] {
  const word = options[index];
  const value = word?.text.replace(name, '') ?? '';
  return value === '' || word === undefined ? options.slice(index + 1) : [{ ...word, text: value }, ...options.slice(index + 1)];
}

function followShell(command: Judged, args: ShellWord[], found: Unwrapped, depth: number): void {
  let text = false;
  let index = 0;
  for (; index < args.length; index += 1) {
    const word = args[index];
    if (word === undefined || word.kind !== 'literal' || !/^[-+]./.test(word.text)) break;
    if (word.text === '--version' || word.text === '--help') return;
    if (word.text === '--') {
      index += 1;
      break;
    }
    if (/^-[a-zA-Z]*c/.test(word.text)) text = true;
    if (/^([-+][a-zA-Z]*[oO]|--rcfile|--init-file)$/.test(word.text)) index += 1;
    if (/^-[a-zA-Z]*s/.test(word.text)) args = [];
  }
  const script = args[index];
  if (text) followText(script === undefined ? [] : [script], found, depth);
  else if (script !== undefined && script.kind === 'literal' && script.text !== '-' && !script.text.startsWith('/dev/')) return;
  else if (script === undefined && command.input !== undefined) addScript(command.input, found, depth + 1);
  else found.problems.push(`what "${command.program}" is given to run is only known when it runs`);
}

/** Words that a shell reads as one more command line. */
function followText(words: ShellWord[], found: Unwrapped, depth: number): void {
  if (words.every((word) => word.kind === 'literal')) addScript(words.map((word) => word.text).join(' '), found, depth + 1);
  else found.problems.push('the shell text that it runs is only known when it runs: write it out');
}

const execOptions = new Set(['-exec', '-execdir', '-ok', '-okdir', '-x', '-X', '--exec', '--exec-batch']);

function execsOf(args: ShellWord[]): ShellWord[][] {
  const found: ShellWord[][] = [];
  args.forEach((word, index) => {
    if (!execOptions.has(word.text)) return;
    const rest = args.slice(index + 1);
    const end = rest.findIndex((candidate) => candidate.text === ';' || candidate.text === '+');
    const words = rest.slice(0, end < 0 ? rest.length : end);
    found.push(words.map((inner) => (inner.text.includes('{}') ? { text: inner.text, kind: 'computed' } : inner)));
  });
  return found;
}

/** The bare lower-case name of a program: no folder, no `.exe`, no version (`pip3.12` is `pip`). */
export function programName(text: string): string {
  const name = (text.split(/[\\/]/).pop() ?? '').toLowerCase().replace(/\.(exe|cmd|bat|com)$/, '');
  return name.replace(/^(pip|python|pypy|gem|ruby|perl|php)[\d.]+$/, '$1');
}

const isPython = (program: string): boolean => program === 'python' || program === 'pypy' || program === 'py';
