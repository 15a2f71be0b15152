/** `massgen run`: starts a session, or goes on with one, and works one turn to its outcome. */
import { text as textFrom } from 'node:stream/consumers';
import { loadEnv } from '../engine/config/env.js';
import { createSession, openSession, type Session } from '../engine/session.js';
import { findSession, readSession } from '../engine/sessions.js';
import type { Part } from '../protocol/content.js';
import type { Team } from '../protocol/events.js';
import { fail } from '../protocol/failure.js';
import { currentTurn } from '../protocol/state.js';
import { folderOf, namedFile, type Options } from './args.js';
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
  const host = cliHost(env, { verbosity: options.verbosity, approve: asker?.approve });
  const before = options.session === undefined ? undefined : await readSession(folder, await findSession(folder, options.session));
  const lastTurn = before === undefined ? undefined : currentTurn(before.state);
  const team = await teamFor(folder, env, options, lastTurn);
  const files = await Promise.all((options.attach ?? []).map((name) => namedFile(folder, name)));
  const request = await requestOf(task);
  const code = await work({
    options,
    asker,
    open: async () => {
      const session = before === undefined ? await createSession({ folder, host }) : await openSession({ folder, host, id: before.id });
      return { session, seen: before?.events.at(-1)?.seq ?? 0 };
    },
    perform: (session) => turn(session, request, files, team),
  });
  await warnOfStorage(folder, env, options);
  return code;
}

async function turn(session: Session, request: string, files: readonly string[], team: Team) {
  const parts: Part[] = [{ type: 'text', text: request }];
  for (const file of files) parts.push(await session.attach(file));
  return session.turn(parts, team);
}

async function requestOf(task: string): Promise<string> {
  const request = (task === '-' ? await textFrom(process.stdin) : task).trim();
  if (request === '') throw fail('usage', 'There is no task.', { hint: 'massgen run "what to do", or - to read it from stdin' });
  return request;
}
