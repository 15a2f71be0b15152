/** `massgen` alone, on a terminal: task after task in one session, with what a person does in between. */
import { createInterface } from 'node:readline/promises';
import { loadEnv } from '../engine/config/env.js';
import { createSession, type Session } from '../engine/session.js';
import type { Team } from '../protocol/events.js';
import { failureOf } from '../protocol/failure.js';
import { currentTurn } from '../protocol/state.js';
import { folderOf, type Options } from './args.js';
import { type Asker, openAsker, questionOn } from './asker.js';
import { cliHost } from './host.js';
import { err, hasColour, out, say } from './output.js';
import { candidateBy } from './refs.js';
import { applyText, candidatesText, outcomeText } from './render/tables.js';
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
  await using session = await createSession({ folder, host: cliHost(env, { approve: asker.approve }) });
  // While a turn is under way Ctrl-C ends it, at the prompt it ends the program.
  let working = false;
  lines.on('SIGINT', () => (working ? session.stop() : lines.close()));
  err(`${team.agents.map((agent) => agent.label).join(', ')} in ${folder}. A line is a task; /help says what else there is.`);
  lines.setPrompt('> ');
  lines.prompt();
  try {
    for await (const line of lines) {
      if (line.trim() === '/quit') break;
      working = true;
      await take(session, line.trim(), team, asker);
      working = false;
      lines.prompt();
    }
  } finally {
    lines.close();
  }
  return 0;
}

/** What goes wrong with one line is said, and the next one is waited for. */
async function take(session: Session, line: string, team: Team, asker: Asker): Promise<void> {
  try {
    if (line.startsWith('/')) await command(session, line.slice(1));
    else if (line !== '') await task(session, line, team, asker);
  } catch (error) {
    const { message, hint } = failureOf(error);
    err(hint === undefined ? message : `${message}\n${hint}`);
  }
}

async function task(session: Session, text: string, team: Team, asker: Asker): Promise<void> {
  const shown = asPicture(session, {});
  asker.beside(shown.hold);
  try {
    await session.turn([{ type: 'text', text }], team);
  } finally {
    shown.end();
  }
  sayOutcome(session);
}

async function command(session: Session, text: string): Promise<void> {
  const [name, ref, ...rest] = text.split(/\s+/);
  const colour = hasColour('stdout');
  const turn = currentTurn(session.state);
  if (name === 'candidates' && turn !== undefined) say(candidatesText(session.state, turn, { colour }));
  else if (name === 'diff') {
    const found = candidateBy(session.state, ref);
    out(await session.store.diff(found.turn.base, found.candidate.tree));
  } else if (name === 'vote' && ref !== undefined) {
    session.vote(candidateBy(session.state, ref).candidate.id, rest.join(' '));
    sayOutcome(session);
  } else if (name === 'apply') {
    const candidate = candidateBy(session.state, ref).candidate.id;
    say(applyText(await session.apply({ chosen: [{ candidate, selection: 'all' }] }), { dryRun: false, undo: false }));
  } else if (name === 'undo') say(applyText(await session.undo(), { dryRun: false, undo: true }));
  else err(HELP);
}

function sayOutcome(session: Session): void {
  const turn = currentTurn(session.state);
  if (turn !== undefined) say(outcomeText(session.state, turn, { colour: hasColour('stdout'), commands: false }));
}
