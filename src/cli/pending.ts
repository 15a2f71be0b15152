/** `massgen pending`, `accept` and `reject`: what a person keeps of what was applied, and what goes again. */
import { type Pending, type PendingFile, selectionOf } from '../engine/pending.js';
import { exactly } from '../protocol/exactly.js';
import { fail } from '../protocol/failure.js';
import type { Options } from './args.js';
import { json, out, say, visible } from './output.js';
import { partsBy, report, sessionOf } from './review.js';

export async function pending(which: string, options: Options): Promise<number> {
  await using session = await sessionOf(which, options);
  const left = await session.pending();
  if (options.json) json(left);
  else out(left.files.length === 0 ? 'Nothing is pending: all that was applied is accepted or rejected.' : textOf(left));
  return 0;
}

export async function accept(which: string, options: Options): Promise<number> {
  await using session = await sessionOf(which, options);
  const { apply, files } = await session.pending();
  const named = partsBy(session, options);
  const selection = named.length > 0 ? named : files.flatMap((file) => selectionOf(file));
  if (selection.length > 0) await session.accept(apply, selection);
  const left = await session.pending(apply);
  if (options.json) json({ apply, accepted: selection, pending: left.files.length });
  else say(left.files.length === 0 ? 'Accepted. Nothing is pending any more.' : `Accepted. Pending still:\n${namesOf(left)}`);
  return 0;
}

export async function reject(which: string, options: Options): Promise<number> {
  await using session = await sessionOf(which, options);
  const selection = partsBy(session, options);
  if (selection.length === 0)
    throw fail('usage', 'It is not said what is rejected.', {
      hint: 'Name it by --file and --hunk, as `massgen pending` numbers them; `massgen undo` takes back everything.',
    });
  const { apply } = await session.pending();
  const outcome = await session.reject(apply, selection);
  return report(outcome, { rejected: selection }, { dryRun: false, undo: true }, options);
}

const textOf = (left: Pending): string =>
  left.files
    .map((file) => [headOf(file), ...file.hunks.flatMap((hunk) => [`@@ ${hunk.number}`, ...hunk.lines.map(visible)])].join('\n'))
    .join('\n');

const headOf = ({ path, from, kind, added, removed, hunks }: PendingFile): string => {
  const name = from === undefined ? exactly(path) : `${exactly(from)} → ${exactly(path)}`;
  return hunks.length === 0 ? `${name}  ${kind}, as a whole` : `${name}  +${added} −${removed}`;
};

const namesOf = (left: Pending): string =>
  left.files
    .map(({ path, hunks }) => `  ${exactly(path)}${hunks.length === 0 ? '' : `  hunk ${hunks.map(({ number }) => number).join(', ')}`}`)
    .join('\n');
