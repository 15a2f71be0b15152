/** The command line: a composition root over the engine. Results go to stdout, messages to stderr. */
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../engine/config/problem.js';
import { didYouMean } from '../engine/nearest.js';
import { type Failure, fail, failureOf } from '../protocol/failure.js';
import type { Options } from './args.js';
import { type CommandRow, commands, groups } from './commands.js';
import { INTERRUPTED } from './interrupt.js';
import { canAsk, err, sayFailure } from './output.js';

declare const MASSGEN_VERSION: string;

const argv = process.argv.slice(2);
/** Known before the words are read, for what is wrong with them. */
const asJson = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined).includes('--json');

const common = (command: Command): Command =>
  command
    .option('-C, --cwd <dir>', 'the folder to work on (default: .)')
    .option('--json', 'machine-readable output')
    .helpCommand(false)
    .configureHelp({ minWidthToWrap: 10 })
    .configureOutput({ outputError: (text, write) => !asJson && write(text) })
    .exitOverride();

async function main(): Promise<number> {
  let code = 0;
  const program = common(new Command('massgen')).version(MASSGEN_VERSION).enablePositionalOptions().helpCommand(true);
  const parents = new Map<string, Command>();
  const add = (row: CommandRow): void => {
    const [first = ''] = row.usage.split(' ');
    const description = groups[first];
    const parent = description === undefined ? program : (parents.get(first) ?? common(program.command(first)).description(description));
    if (description !== undefined) parents.set(first, parent);
    const usage = description === undefined ? row.usage : row.usage.slice(first.length + 1);
    const command = common(parent.command(usage)).description(row.description);
    for (const one of row.options ?? []) command.addOption(one);
    command.action(async () => {
      const options: Options = { ...program.opts(), ...(parent === program ? {} : parent.opts()), ...command.opts() };
      code = await row.run(command.args, options);
    });
  };
  for (const row of commands) add(row);
  program
    .usage('[options] <command>')
    .argument('[words...]')
    .action(async (words: string[]) => {
      code = await withoutCommand(program, words);
    });
  await program.parseAsync(argv, { from: 'user' });
  return code;
}

async function withoutCommand(program: Command, [word]: readonly string[]): Promise<number> {
  if (word !== undefined) {
    const known = program.commands.map((command) => command.name());
    throw fail('usage', `There is no command "${word}".`, { hint: didYouMean(word, known) });
  }
  if (asJson) throw fail('usage', 'There is no command.', { hint: 'massgen --help names them.' });
  if (canAsk()) return (await import('./interactive.js')).interactive(program.opts());
  err(program.helpInformation());
  return 2;
}

function exitCodeOf({ code }: Failure): number {
  if (code === 'interrupted') return INTERRUPTED;
  return ['config', 'usage', 'not-found'].includes(code) ? 2 : 1;
}

/** Commander has said it, but as JSON. Help that was asked for is no failure. */
function ofCommander({ exitCode, code, message }: CommanderError): number {
  if (exitCode === 0) return 0;
  if (asJson) {
    const said = code === 'commander.help' ? 'There is no command.' : message.replace(/^error: /, '');
    sayFailure(fail('usage', said).failure, true);
  }
  return 2;
}

// A reader that stops reading (`massgen … | head`) is no error; work that is under way is ended as by a signal.
process.stdout.once('error', (error: NodeJS.ErrnoException) => {
  process.stdout.on('error', () => undefined);
  if (error.code !== 'EPIPE') throw error;
  if (!process.emit('SIGTERM')) process.exit();
});

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (error instanceof CommanderError) {
      process.exitCode = ofCommander(error);
      return;
    }
    const failure = failureOf(error);
    sayFailure(failure, asJson, error instanceof ConfigError ? { problems: error.problems } : {});
    process.exitCode = exitCodeOf(failure);
  },
);
