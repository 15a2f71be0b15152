/** `massgen sessions`: what was worked on in this folder. */
import { rm } from 'node:fs/promises';
import { documentOf } from '../engine/export/document.js';
import { acquireLock } from '../engine/process/lock.js';
import { findSession, listSessions, readSession, type SessionRow, sessionFiles } from '../engine/sessions.js';
import { openStore } from '../engine/workspace/open-store.js';
import { textOf } from '../protocol/content.js';
import type { SessionState } from '../protocol/state.js';
import { folderOf, type Options } from './args.js';
import { logOf } from './candidates.js';
import { err, json, out, say } from './output.js';
import { sessionsText, sessionText } from './render/tables.js';

export async function list(options: Options): Promise<number> {
  return listed(await listSessions(await folderOf(options)), options);
}

function listed(rows: readonly SessionRow[], options: Options): number {
  if (options.json) json(rows);
  else say(sessionsText([...rows]));
  return 0;
}

export async function show(which: string, options: Options): Promise<number> {
  const { folder: _, ...log } = await logOf(which, options);
  if (options.json) json({ id: log.id, ...(log.readOnly && { readOnly: log.readOnly }), state: log.state });
  else say(sessionText(log));
  return 0;
}

/** In what was asked, answered and given as a reason; upper and lower case are alike. */
export async function search(text: string, options: Options): Promise<number> {
  const folder = await folderOf(options);
  const rows = await listSessions(folder);
  const found: (SessionRow & { matches: Match[] })[] = [];
  for (const row of rows) {
    const matches = matchesIn((await readSession(folder, row.id)).state, text.toLowerCase());
    if (matches.length > 0) found.push({ ...row, matches });
  }
  if (options.json) json(found);
  else if (found.length === 0) err(`Nothing in ${rows.length} sessions says "${text}".`);
  else say(sessionsText(found));
  return 0;
}

interface Match {
  turn: string;
  in: 'request' | 'candidate' | 'ballot';
  text: string;
}

function matchesIn(state: SessionState, wanted: string): Match[] {
  const said = state.turns.flatMap((turn): Match[] => [
    { turn: turn.turn, in: 'request', text: textOf(turn.request) },
    ...turn.candidates.map((candidate): Match => ({ turn: turn.turn, in: 'candidate', text: textOf(candidate.words) })),
    ...turn.ballots.map((ballot): Match => ({ turn: turn.turn, in: 'ballot', text: ballot.reason })),
  ]);
  return said.filter((one) => one.text.toLowerCase().includes(wanted));
}

export async function exportAs(which: string, options: Options): Promise<number> {
  const { id, folder, events } = await logOf(which, options);
  const format = options.format ?? (options.json ? 'json' : 'md');
  await using store = await openStore(folder);
  const document = await documentOf(format, events, (base, tree) => store.diff(base, tree));
  if (options.json && format !== 'json') json({ session: id, format, document });
  else out(document);
  return 0;
}

/** Removes the session's log and its workspaces. Invariant: never one that a living process writes. */
export async function remove(which: string, options: Options): Promise<number> {
  const folder = await folderOf(options);
  const id = await findSession(folder, which);
  const files = sessionFiles(folder, id);
  await using _lock = await acquireLock(files.lock, `the removal of session ${id}`);
  await using store = await openStore(folder);
  await store.cleanUp(id);
  await rm(files.folder, { recursive: true, force: true });
  if (options.json) json({ removed: id });
  else err(`${id} is removed.`);
  return 0;
}
