/** `massgen sessions`: what was worked on in this folder. */
import { loadEnv } from '../engine/config/env.js';
import { aboutTurn } from '../engine/export/about.js';
import { openSession } from '../engine/session.js';
import { exportSession, findSession, listSessions, removeSession, searchSessions } from '../engine/sessions.js';
import { sizesOf } from '../engine/storage.js';
import { titleOf } from '../protocol/state.js';
import { folderOf, type Options } from './args.js';
import { logOf } from './candidates.js';
import { cliHost } from './host.js';
import { err, json, out, say } from './output.js';
import { sizesText } from './render/storage.js';
import { sessionsText, sessionText } from './render/tables.js';

export async function list(options: Options): Promise<number> {
  const folder = await folderOf(options);
  const rows = await listSessions(folder);
  if (options.json) json(rows);
  else say(sessionsText(rows));
  if (!options.json && rows.length > 0) err(sizesText(await sizesOf(folder)));
  return 0;
}

export async function show(which: string, options: Options): Promise<number> {
  const { folder: _, ...log } = await logOf(which, options);
  if (options.json)
    json({ id: log.id, ...(log.readOnly && { readOnly: log.readOnly }), state: log.state, turns: log.state.turns.map(aboutTurn) });
  else say(sessionText(log));
  return 0;
}

export async function search(text: string, options: Options): Promise<number> {
  const found = await searchSessions(await folderOf(options), text);
  if (options.json) json(found);
  else if (found.length === 0) err(`No session of this folder says "${text}".`);
  else say(sessionsText(found));
  return 0;
}

export async function exportAs(which: string, options: Options): Promise<number> {
  const folder = await folderOf(options);
  const session = await findSession(folder, which);
  const format = options.format ?? (options.json ? 'json' : 'md');
  const document = await exportSession(folder, session, format);
  if (options.json && format !== 'json') json({ session, format, document });
  else out(document);
  return 0;
}

export async function rename(which: string, title: string, options: Options): Promise<number> {
  const folder = await folderOf(options);
  const host = cliHost(await loadEnv(folder, process.env));
  await using session = await openSession({ folder, host, id: await findSession(folder, which) });
  session.rename(title);
  if (options.json) json({ id: session.id, title: titleOf(session.state) });
  else err(`${session.id} is called: ${titleOf(session.state)}`);
  return 0;
}

export async function remove(which: string, options: Options): Promise<number> {
  const folder = await folderOf(options);
  const id = await findSession(folder, which);
  await removeSession(folder, id);
  if (options.json) json({ removed: id });
  else err(`${id} is removed.`);
  return 0;
}
