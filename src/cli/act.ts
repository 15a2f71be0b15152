/** `massgen act`: what an applied answer planned beyond the folder, done by the person's word, in the folder, as the person. */
import { spawn } from 'node:child_process';
import { type Actable, actables, type Perform } from '../engine/acting.js';
import { findProgram } from '../engine/process/programs.js';
import type { CandidateId } from '../protocol/events.js';
import { exactly } from '../protocol/exactly.js';
import type { Options } from './args.js';
import { questionHere } from './asker.js';
import { canAsk, err, json, out } from './output.js';
import { candidateBy } from './refs.js';
import { sessionOf } from './review.js';

/** Exit code 0: nothing is left that could be done. Where nobody can be asked nothing is done, and it is said. */
export async function act(which: string, ref: string | undefined, options: Options): Promise<number> {
  await using session = await sessionOf(which, options);
  const { candidate } = candidateBy(session.state, ref);
  const planned = () => actables(session.state, candidate.id);
  if (canAsk() && !options.json) {
    for (const [place, one] of planned().entries()) {
      if (one.not !== undefined) continue;
      if (!(await isWanted(one, session.store.folder))) break;
      if (!(await session.act(candidate.id, place, inFolder(session.store.folder)))) break;
    }
  }
  report(candidate.id, planned(), options);
  return planned().every(({ status }) => status === 'done') ? 0 : 1;
}

/** Invariant: only a plain yes to the whole line. */
async function isWanted({ what, why }: Actable, folder: string): Promise<boolean> {
  const question = `Beyond your folder, and not to be taken back:  ${exactly(what)}\n  in ${exactly(folder)}, as you: with your keys and the network, outside of the sandbox, and so is what it starts\n  asked because ${exactly(why)}\n  y do it now · n no [n] `;
  return /^(y|yes)$/i.test((await questionHere(question, new AbortController().signal)).trim());
}

/**
 * As if it were typed there: with this terminal, for passwords, and the environment of this process. The folder's `.env` is no part of that.
 */
const inFolder =
  (folder: string): Perform =>
  (line) =>
    new Promise((resolve) => {
      const shell = process.platform === 'win32' ? true : (findProgram('bash', process.env.PATH) ?? '/bin/sh');
      const child = spawn(line, { cwd: folder, shell, stdio: 'inherit' });
      child.once('error', (error) => {
        err(`It could not be started: ${error.message}`);
        resolve(126);
      });
      child.once('exit', (code) => resolve(code));
    });

function report(candidate: CandidateId, planned: readonly Actable[], options: Options): void {
  if (options.json) return void json({ candidate, plan: planned });
  if (planned.length === 0) return void out('This answer planned nothing beyond the folder.');
  out(
    planned
      .map(({ what, status, not }) => `${status.padEnd(10)}  ${exactly(what)}${not && status !== 'done' ? `  (${not})` : ''}`)
      .join('\n'),
  );
  if (!canAsk() && planned.some((one) => one.not === undefined)) err('Nothing was done: it needs a terminal to ask you on.');
}
