/** `massgen` alone, on a terminal: task after task in one session, with what a person does in between. */
import { createInterface } from 'node:readline/promises';
import { loadEnv } from '../engine/config/env.js';
import type { StartedTeam } from '../engine/consenting.js';
import { didYouMean } from '../engine/nearest.js';
import { createSession, type Session } from '../engine/session.js';
import { fail, failureOf } from '../protocol/failure.js';
import { chosenOf } from '../protocol/standing.js';
import { currentTurn } from '../protocol/state.js';
import { folderOf, type Options } from './args.js';
import { type Asker, openAsker, questionOn } from './asker.js';
import { cliHost } from './host.js';
import { err, hasColour, out, say } from './output.js';
import { candidateBy } from './refs.js';
import { applyText, candidatesText, outcomeText } from './render/tables.js';
import { coloursOf } from './render/words.js';
import { warnOfStorage } from './storage.js';
import { teamFor } from './teams.js';
import { asPicture } from './work.js';

const HELP = `A line is a task. Beside that:
  /candidates              what was put forward
  /diff [candidate]        a candidate's change
  /vote <candidate> [why]  your ballot; it decides again
  /apply [candidate]       merges it into the folder
  /undo                    takes the last apply back
  /quit`;

export async function interactive(options: Options): Promise<number> {
  const folder = await folderOf(options);
  const env = await loadEnv(folder, process.env);
  const team = await teamFor(folder, env, options);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const asker = openAsker(questionOn(lines));
  await using session = await createSession({ folder, host: cliHost(env, { approve: asker.approve, consent: asker.consent }) });
  // While a turn is under way Ctrl-C ends it; at the prompt it takes back what is typed, and where nothing is it ends the program.
  let working = false;
  lines.on('SIGINT', () => {
    if (working) session.stop();
    else if (lines.line === '') lines.close();
    else {
      // To its end, and all before it.
      lines.write(null, { ctrl: true, name: 'e' });
      lines.write(null, { ctrl: true, name: 'u' });
    }
  });
  err(`${team.agents.map((agent) => agent.label).join(', ')} in ${folder}. A line is a task; /help says what else there is.`);
  lines.setPrompt('> ');
  lines.prompt();
  try {
    for await (const line of lines) {
      if (['/quit', '/exit'].includes(line.trim())) break;
      working = true;
      if (await take(session, line.trim(), team, asker)) await warnOfStorage(folder, env, options);
      working = false;
      if (line.trim() !== '') err('');
      lines.prompt();
    }
  } finally {
    lines.close();
  }
  if (session.state.turns.length > 0) err(`\nKept as ${session.id}. massgen run --session ${session.id} "…" goes on with it.`);
  return 0;
}

/** What goes wrong with one line is said, and the next one is waited for. Gives whether it was a task that came to an end. */
async function take(session: Session, line: string, team: StartedTeam, asker: Asker): Promise<boolean> {
  try {
    if (line.startsWith('/')) await command(session, line.slice(1));
    else if (line !== '') await task(session, line, team, asker);
    return line !== '' && !line.startsWith('/');
  } catch (error) {
    const { message, hint } = failureOf(error);
    err(hint === undefined ? message : `${message}\n${hint}`);
    return false;
  }
}

async function task(session: Session, text: string, team: StartedTeam, asker: Asker): Promise<void> {
  const shown = asPicture(session, {});
  asker.beside(shown.hold);
  try {
    await session.turn([{ type: 'text', text }], team);
  } finally {
    shown.end();
  }
  sayOutcome(session);
  const turn = currentTurn(session.state);
  if (turn !== undefined && chosenOf(turn) !== undefined)
    err(coloursOf(hasColour('stderr')).dim('  /diff shows it, /apply brings it into your folder; or say what is to be different.'));
}

type Command = (session: Session, ref: string | undefined, rest: string) => Promise<void> | void;

const commands: Readonly<Record<string, Command>> = {
  help: () => void err(HELP),
  candidates(session) {
    const turn = currentTurn(session.state);
    if (turn === undefined) err('Nothing was asked yet: a line is a task.');
    else say(candidatesText(session.state, turn, { colour: hasColour('stdout') }));
  },
  async diff(session, ref) {
    const found = candidateBy(session.state, ref);
    out(await session.store.diff(found.turn.base, found.candidate.tree));
  },
  vote(session, ref, reason) {
    if (ref === undefined) throw fail('usage', 'For whom?', { hint: '/vote <candidate> [why]; /candidates names them.' });
    session.vote(candidateBy(session.state, ref).candidate.id, reason);
    sayOutcome(session);
  },
  async apply(session, ref) {
    const candidate = candidateBy(session.state, ref).candidate.id;
    const outcome = await session.apply({ chosen: [{ candidate, selection: 'all' }] });
    say(applyText(outcome, { dryRun: false, undo: false, undoBy: '/undo' }));
  },
  async undo(session) {
    say(applyText(await session.undo(), { dryRun: false, undo: true }));
  },
};

const COMMANDS = [...Object.keys(commands), 'quit'].map((name) => `/${name}`);

async function command(session: Session, text: string): Promise<void> {
  const [name = '', ref, ...rest] = text.split(/\s+/);
  const known = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (known === undefined) throw fail('usage', `There is no command /${name}.`, { hint: didYouMean(`/${name}`, COMMANDS) });
  await known(session, ref, rest.join(' '));
}

function sayOutcome(session: Session): void {
  const turn = currentTurn(session.state);
  if (turn !== undefined) say(outcomeText(session.state, turn, { colour: hasColour('stdout'), commands: false }));
}
