/** The table of commands: their words and options, and where each is done. What a command needs is loaded when it is called. */
import { Option } from 'commander';
import { age, choosing, collected, countFrom0, type Options, positive } from './args.js';

export interface CommandRow {
  /** The words that call it, and its arguments. */
  usage: string;
  description: string;
  options?: readonly Option[];
  run(args: readonly string[], options: Options): Promise<number>;
}

const option = (flags: string, description: string): Option => new Option(flags, description);
const number = (flags: string, description: string): Option => option(flags, description).argParser(positive);
const verbosity = () => option('--verbosity <level>', 'how much is told').choices(['quiet', 'normal', 'verbose']).default('normal');
const config = () => option('-c, --config <file>', "YAML or JSON, MassGen's schema (default: the one found)");
const record = () => option('--record <file|dir>', 'writes down all that models are asked and answer, to be played again with --replay');
const dryRun = () => option('--dry-run', 'only says what would be done');

const choice = choosing();

/** Parts of what was applied, as `pending` numbers them. */
const pendingParts = () => {
  const part = choosing();
  return [
    option('--file <path>', 'only this file; repeatable').argParser(part.file),
    option('--hunk <path:n>', 'only this hunk, or lines of it; repeatable').argParser(part.hunk),
  ];
};

export const commands: readonly CommandRow[] = [
  {
    usage: 'run [task]',
    description: 'works one task to its outcome; - reads the task from stdin',
    options: [
      config(),
      option('--detect', 'no file: a team of what is found (keys, local servers)').conflicts('config'),
      option('--session <id>', 'go on with a session (an id, or latest): the next turn'),
      option('--attach <file>', 'image, audio, video, PDF, any file; repeatable').argParser(collected),
      option('--apply', 'apply the winner to the folder when the turn is decided'),
      number('--timeout <s>', 'seconds over the whole turn'),
      number('--max-cost <usd>', 'US dollars over the whole session'),
      record(),
      option('--replay <file>', 'plays the next turn of a recording again: its task, team and replies, offline and free').conflicts([
        ...['config', 'detect', 'attach', 'timeout', 'maxCost', 'record'],
      ]),
      option('--pace <pace>', 'of a recording that is played: as it was, or each reply at once (the default)').choices([
        'recorded',
        'at-once',
      ]),
      verbosity(),
    ],
    run: async ([task = ''], options) => (await import('./run.js')).run(task, options),
  },
  {
    usage: 'resume <session>',
    description: 'goes on with a turn that was cut off (crash, kill, Ctrl-C)',
    options: [record(), verbosity()],
    run: async ([session = ''], options) => (await import('./resume.js')).resume(session, options),
  },
  {
    usage: 'sessions list',
    description: 'the sessions of the folder, newest first',
    run: async (_, options) => (await import('./sessions.js')).list(options),
  },
  {
    usage: 'sessions show <session>',
    description: 'what happened in a session',
    run: async ([session = ''], options) => (await import('./sessions.js')).show(session, options),
  },
  {
    usage: 'sessions search <text>',
    description: 'the sessions that say something',
    run: async ([text = ''], options) => (await import('./sessions.js')).search(text, options),
  },
  {
    usage: 'sessions export <session>',
    description: 'a session as a document, on stdout',
    options: [option('--format <format>', 'md (the default), html or json (the default with --json)').choices(['md', 'html', 'json'])],
    run: async ([session = ''], options) => (await import('./sessions.js')).exportAs(session, options),
  },
  {
    usage: 'sessions rename <session> <title>',
    description: 'what a session is called in lists',
    run: async ([session = '', title = ''], options) => (await import('./sessions.js')).rename(session, title, options),
  },
  {
    usage: 'sessions remove <session>',
    description: 'removes a session; what it applied stays',
    run: async ([session = ''], options) => (await import('./sessions.js')).remove(session, options),
  },
  {
    usage: 'sessions sizes',
    description: 'what .massgen takes of the disk',
    run: async (_, options) => (await import('./storage.js')).sizes(options),
  },
  {
    usage: 'sessions prune',
    description: 'removes old sessions, left-over workspaces, and what of the store no session needs any more',
    options: [
      config(),
      option('--older-than <age>', 'sessions not used for so long: 12h, 30d, 2w (default: storage.keep_days)').argParser(age),
      option('--keep <n>', 'the newest ones that stay whatever their age').argParser(countFrom0),
      dryRun(),
    ],
    run: async (_, options) => (await import('./storage.js')).pruned(options),
  },
  {
    usage: 'candidates <session>',
    description: 'each candidate: agent, files, evidence, ballots, similarity; * marks the winner',
    run: async ([session = ''], options) => (await import('./candidates.js')).candidates(session, options),
  },
  {
    usage: 'diff <session> [candidate]',
    description: "a candidate's change (the winner's where none is named), as `git apply` takes it",
    options: [option('--against <candidate>', 'from another candidate instead of the base'), option('--stat', 'files and sizes only')],
    run: async ([session = '', candidate], options) => (await import('./candidates.js')).diff(session, candidate, options),
  },
  {
    usage: 'vote <session> <candidate>',
    description: 'your ballot; it decides again',
    options: [option('--reason <text>', 'why')],
    run: async ([session = '', candidate = ''], options) => (await import('./review.js')).vote(session, candidate, options),
  },
  {
    usage: 'apply <session> [candidate]',
    description: "merges a candidate's change (the winner's where none is named) into the folder, all or nothing",
    options: [
      option('--file <path>', 'only this file; repeatable').argParser(choice.file),
      option('--hunk <path:n>', 'only this hunk, numbered from 1, or lines of it (path:n.1,n.3-4); repeatable').argParser(choice.hunk),
      option('--from <candidate>', 'what follows is of this candidate, and goes in together; repeatable').argParser(choice.from),
      option('--check', 'first runs the checks on what is chosen; applies it only if nothing newly fails'),
      dryRun(),
      option('--markers', 'write conflicts with markers instead of refusing'),
    ],
    run: async ([session = '', candidate], options) => (await import('./review.js')).apply(session, candidate, options),
  },
  {
    usage: 'act <session> [candidate]',
    description: 'asks for each thing that an applied answer planned beyond the folder (a push, a release), and does it there, as you',
    run: async ([session = '', candidate], options) => (await import('./act.js')).act(session, candidate, options),
  },
  {
    usage: 'undo <session>',
    description: 'brings back what stood before the last apply',
    options: [dryRun()],
    run: async ([session = ''], options) => (await import('./review.js')).undo(session, options),
  },
  {
    usage: 'pending <session>',
    description: 'what of the last apply is neither accepted nor rejected, hunk by hunk',
    run: async ([session = ''], options) => (await import('./pending.js')).pending(session, options),
  },
  {
    usage: 'accept <session>',
    description: 'you looked at it and keep it: all that is pending, or what is named',
    options: pendingParts(),
    run: async ([session = ''], options) => (await import('./pending.js')).accept(session, options),
  },
  {
    usage: 'reject <session>',
    description: 'takes what is named out of the folder again, and tells the agents in the next turn',
    options: pendingParts(),
    run: async ([session = ''], options) => (await import('./pending.js')).reject(session, options),
  },
  {
    usage: 'policy',
    description: 'what you always allow agents to run in this folder',
    options: [option('--forget <command>', 'asks again about this command')],
    run: async (_, options) => (await import('./policy.js')).policy(options),
  },
  {
    usage: 'config init',
    description: 'writes massgen.yaml for what is found on this machine',
    run: async (_, options) => (await import('./config.js')).init(options),
  },
  {
    usage: 'config validate [file]',
    description: 'checks a configuration: file:line:column of what is wrong',
    run: async ([file], options) => (await import('./config.js')).validate(file, options),
  },
  {
    usage: 'config show [file]',
    description: 'the team as it is used, every default filled in, without keys',
    options: [config()],
    run: async ([file], options) => (await import('./config.js')).show(file, options),
  },
  {
    usage: 'config schema',
    description: 'the JSON Schema of a configuration',
    run: async () => (await import('./config.js')).schema(),
  },
  {
    usage: 'config migrate <file>',
    description: "an older MassGen's configuration in the shape that is used here, on stdout; says what is left out",
    options: [option('--write', 'writes it over the file; what it was is kept beside it')],
    run: async ([file = ''], options) => (await import('./config.js')).migrate(file, options),
  },
  {
    usage: 'config test [file]',
    description: "whether each agent's model can be reached with its key; spends nothing",
    run: async ([file], options) => (await import('./config-test.js')).test(file, options),
  },
  {
    usage: 'config consent [key] [address]',
    description: 'where your keys may go though only what came with a folder says so; with a key and an address: it may go there',
    options: [option('--withdraw', 'it may not any more')],
    run: async ([key, address], options) => (await import('./consent.js')).consent(key, address, options),
  },
  {
    usage: 'doctor',
    description: 'what was found: keys, local servers, agents on PATH, git, sandbox, checks',
    run: async (_, options) => (await import('./doctor.js')).doctor(options),
  },
  {
    usage: 'demo [folder]',
    description: 'the main job offline, on a sample project in a new folder',
    options: [option('--fast', 'the agents speak without pauses'), verbosity()],
    run: async ([folder], options) => (await import('./demo-command.js')).demo(folder, options),
  },
];

/** Commands whose first word is shared. */
export const groups: Readonly<Record<string, string>> = {
  sessions: 'what was worked on in this folder',
  config: 'the team and how it deliberates',
};
