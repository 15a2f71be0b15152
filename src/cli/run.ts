/** `massgen run`: starts a session, or goes on with one, and works one turn to its outcome. */
import { text as textFrom } from 'node:stream/consumers';
import { loadEnv } from '../engine/config/env.js';
import type { StartedTeam } from '../engine/consenting.js';
import { type Replay, replayOf } from '../engine/replaying.js';
import { createSession, openSession, type Session } from '../engine/session.js';
import { findSession, readSession, type SessionLog } from '../engine/sessions.js';
import type { Part } from '../protocol/content.js';
import { fail } from '../protocol/failure.js';
import { currentTurn } from '../protocol/state.js';
import { folderOf, namedFile, type Options, recorded } from './args.js';
import { askerFor } from './asker.js';
import { cliHost } from './host.js';
import { warnOfStorage } from './storage.js';
import { teamFor } from './teams.js';
import { work } from './work.js';

/** Everything that can be wrong with the words typed is found before anything is started. */
export async function run(task: string, options: Options): Promise<number> {
  const folder = await folderOf(options);
  const env = await loadEnv(folder, process.env);
  // Who reads the task from stdin has used it up.
  const asker = task === '-' ? undefined : askerFor(options);
  const before = options.session === undefined ? undefined : await readSession(folder, await findSession(folder, options.session));
  const replay = await replayFor(folder, task, options, before);
  const own = cliHost(env, { verbosity: options.verbosity, approve: asker?.approve, consent: asker?.consent });
  const host = replay?.host(own) ?? own;
  const lastTurn = before === undefined ? undefined : currentTurn(before.state);
  const team = replay?.team ?? (await teamFor(folder, env, options, lastTurn));
  const files = await Promise.all((options.attach ?? []).map((name) => namedFile(folder, name)));
  const request = replay?.request ?? (await requestOf(task));
  const code = await work({
    options,
    asker,
    open: async () => {
      const more = { folder, host, ...recorded(options) };
      const session = before === undefined ? await createSession(more) : await openSession({ ...more, id: before.id });
      return { session, seen: before?.facts.length ?? 0 };
    },
    perform: (session) => turn(session, request, files, team),
  });
  await warnOfStorage(folder, env, options);
  return code;
}

async function replayFor(folder: string, task: string, options: Options, before: SessionLog | undefined): Promise<Replay | undefined> {
  if (options.replay === undefined) {
    if (options.pace !== undefined) throw fail('usage', '--pace is of a recording that is played: --replay names it.');
    return undefined;
  }
  if (task !== '') throw fail('usage', 'A recording brings its own task.', { hint: 'massgen run --replay <file>' });
  return replayOf(await namedFile(folder, options.replay), options.pace ?? 'at-once', before?.state.turns.length ?? 0);
}

async function turn(session: Session, request: readonly Part[], files: readonly string[], team: StartedTeam) {
  const parts = [...request];
  for (const file of files) parts.push(await session.attach(file));
  return session.turn(parts, team);
}

async function requestOf(task: string): Promise<Part[]> {
  const text = (task === '-' ? await textFrom(process.stdin) : task).trim();
  if (text === '') throw fail('usage', 'There is no task.', { hint: 'massgen run "what to do", or - to read it from stdin' });
  return [{ type: 'text', text }];
}
