/** Sessions one after another in one process, as an editor that is never closed has them: after each of them, what the process still holds. Prints JSON. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createSession, type Session } from '../src/engine/session.js';
import { type ModelCall, type ModelReply, startModelServer } from '../test/fixtures/model-server.js';
import { scratch } from './scratch.js';
import { host, teamFor } from './team.js';

/** After one session that was closed. What cannot be had on this system is absent. */
export interface Held {
  /** Bytes, after a collection. */
  heap: number;
  rss: number;
  /** Open files, sockets and pipes. */
  files?: number;
  /** What keeps the process alive: timers, sockets, processes. */
  handles: number;
  children?: number;
  /** Bytes that this session added under `.massgen`. */
  disk: number;
  workspaces: number;
}

const [sessions = 8, turns = 5] = process.argv.slice(2).map(Number);
const AGENTS = 2;
setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

let turn = 0;
const server = await startModelServer((call) => {
  // The server would keep what it was asked.
  server.calls.length = 0;
  return reply(call);
});
const { folder } = await scratch();
try {
  for (let file = 0; file < 20; file += 1) await writeFile(join(folder, `file-${file}.txt`), `${file}\n`.repeat(100));
  const held: Held[] = [];
  let before = 0;
  for (let done = 0; done < sessions; done += 1) {
    await using session = await createSession({ folder, host });
    for (let at = 0; at < turns; at += 1) await play(session);
    await session[Symbol.asyncDispose]();
    const disk = bytesIn(join(folder, '.massgen'));
    held.push(await heldNow(disk - before));
    before = disk;
  }
  process.stdout.write(JSON.stringify(held));
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}

/** A turn to its decision, what it decided applied, and every other time taken back. */
async function play(session: Session): Promise<void> {
  turn += 1;
  const off = session.subscribe(() => undefined);
  const { outcome, winner, failure } = await session.turn([{ type: 'text', text: `Write file ${turn}.` }], teamFor(AGENTS, server.baseUrl));
  off();
  if (outcome !== 'decided' || winner === undefined) throw new Error(`Turn ${turn} ended ${outcome}: ${JSON.stringify(failure)}`);
  await session.apply({ chosen: [{ candidate: winner, selection: 'all' }] });
  if (turn % 2 === 0) await session.undo();
}

function reply({ tools, body, model }: ModelCall): ModelReply {
  if (tools.includes('vote'))
    return { text: 'Both will do.', toolCalls: [{ name: 'vote', arguments: { agent_id: labelIn(body), reason: 'ok' } }] };
  if (!tools.includes('new_answer')) return { text: 'It is done.' };
  return {
    toolCalls: [
      { name: 'write_file', arguments: { path: `${model}.txt`, content: `${turn}\n`.repeat(200) } },
      { name: 'run_command', arguments: { command: 'ls' } },
      { name: 'new_answer', arguments: { content: `Turn ${turn} by ${model}` } },
    ],
  };
}

function labelIn(body: Record<string, unknown>): string {
  const [, label = ''] = /"agent_id":\{[^}]*"enum":\["([^"]+)"/.exec(JSON.stringify(body)) ?? [];
  return label;
}

async function heldNow(disk: number): Promise<Held> {
  // What was let go of is closed a little later.
  await new Promise((resolve) => setTimeout(resolve, 50));
  collect();
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  const workspaces = join(folder, '.massgen/workspaces');
  await mkdir(workspaces, { recursive: true });
  return {
    heap: heapUsed,
    rss,
    ...(existsSync('/proc/self/fd') && { files: readdirSync('/proc/self/fd').length, children: childrenOf(process.pid) }),
    handles: process.getActiveResourcesInfo().length,
    disk,
    workspaces: (await readdir(workspaces)).length,
  };
}

/** Without the one that counts them. */
function childrenOf(pid: number): number {
  const lines = execFileSync('ps', ['-o', 'args=', '--ppid', `${pid}`], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('ps ')).length;
}

function bytesIn(root: string): number {
  let sum = 0;
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) sum += statSync(join(entry.parentPath, entry.name)).size;
  return sum;
}
