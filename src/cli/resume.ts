/** `massgen resume`: goes on with a turn that was cut off; of one that had ended it says the outcome again. */
import { loadEnv } from '../engine/config/env.js';
import { openSession } from '../engine/session.js';
import { findSession, readSession, type SessionLog, wasKilled } from '../engine/sessions.js';
import { FailureError, fail } from '../protocol/failure.js';
import { currentTurn } from '../protocol/state.js';
import { folderOf, type Options, recorded } from './args.js';
import { askerFor } from './asker.js';
import { cliHost } from './host.js';
import { hasColour, json, say } from './output.js';
import { outcomeText } from './render/tables.js';
import { exitCodeOf, work } from './work.js';

export async function resume(which: string, options: Options): Promise<number> {
  const folder = await folderOf(options);
  const env = await loadEnv(folder, process.env);
  const asker = askerFor(options);
  const host = cliHost(env, { verbosity: options.verbosity, approve: asker?.approve, consent: asker?.consent });
  const log = await readSession(folder, await findSession(folder, which));
  const turn = currentTurn(log.state);
  if (turn === undefined && log.readOnly !== undefined) throw new FailureError(log.readOnly);
  if (turn === undefined)
    throw fail('not-found', 'This session has no turn to go on with.', { hint: `massgen run --session ${log.id} "…"` });
  if (turn.decision !== undefined) {
    // Its apply may be what was cut off, or its tidying up: opening the session completes that.
    if (log.state.applies.some((apply) => apply.status === 'started') || (await wasKilled(folder, log.id)))
      await (await openSession({ folder, host, id: log.id }))[Symbol.asyncDispose]();
    return again(log, options);
  }
  return work({
    options,
    asker,
    from: 'session.resumed',
    open: async () => ({
      session: await openSession({ folder, host, id: log.id, ...recorded(options) }),
      seen: log.facts.length,
    }),
    perform: (session) => session.resume(),
  });
}

function again({ state, facts }: SessionLog, options: Options): number {
  const turn = currentTurn(state);
  const end = facts.latest.findLast((event) => event.type === 'turn.ended');
  if (turn?.decision === undefined || end === undefined) throw new Error('a turn that has a decision has the fact of it');
  if (options.json) json(end);
  else say(outcomeText(state, turn, { colour: hasColour('stdout'), commands: true }));
  return exitCodeOf(turn.decision);
}
