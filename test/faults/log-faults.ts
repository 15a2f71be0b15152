/** What can be wrong with a session's log, before it is opened and while it is written. */
import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Fault } from './fault.js';
import type { Scene } from './scene.js';

/** Rewrites the log's lines. */
const lines =
  (change: (all: string[]) => string[]) =>
  (scene: Scene): void =>
    writeFileSync(scene.log(), change(readFileSync(scene.log(), 'utf8').split(/(?<=\n)/)).join(''));

const middle = (all: readonly string[]): number => Math.floor(all.length / 2);

/** Rows whose log can only be read: it must say so, and stay as it is to the byte. */
const readOnly = (name: string, damage: (all: string[]) => string[]): Fault => {
  const damaged = new WeakMap<Scene, string>();
  return {
    name: `log: ${name}`,
    play: 'resume',
    before(scene) {
      lines(damage)(scene);
      damaged.set(scene, readFileSync(scene.log(), 'latin1'));
    },
    first: 'log',
    ends: 'log',
    also: (scene) => (readFileSync(scene.log(), 'latin1') === damaged.get(scene) ? [] : ['the log was changed']),
    breaks: ['turn'],
  };
};

/** The last line's bytes that a torn one has left, from the end of the log before it. */
function tear(scene: Scene, keep: (length: number) => number): void {
  const bytes = readFileSync(scene.log());
  const start = bytes.lastIndexOf(0x0a, bytes.length - 2) + 1;
  truncateSync(scene.log(), start + keep(bytes.length - start));
}

const torn = (name: string, keep: (length: number) => number): Fault => ({
  name: `log: last line torn ${name}`,
  play: 'resume',
  before: (scene) => tear(scene, keep),
  ends: 'same',
  calls: 1,
});

export const logFaults: readonly Fault[] = [
  torn('after its first byte', () => 1),
  torn('in the midst', (length) => Math.floor(length / 2)),
  torn('before its line end', (length) => length - 1),
  {
    name: 'log: ended by NUL bytes after a power cut',
    play: 'resume',
    before: (scene) => appendFileSync(scene.log(), Buffer.alloc(4096)),
    ends: 'same',
  },
  {
    name: 'log: its last lines are NUL bytes after a power cut',
    play: 'resume',
    before(scene) {
      const bytes = readFileSync(scene.log());
      writeFileSync(scene.log(), bytes.fill(0, bytes.length - 700));
    },
    ends: 'same',
    calls: 3,
  },
  readOnly('a line in the middle is not JSON', (all) => all.with(middle(all), 'garbage\n')),
  readOnly('a line in the middle is half NUL bytes', (all) => all.with(middle(all), `${'\0'.repeat(200)}\n`)),
  readOnly('the first line is missing', (all) => all.slice(1)),
  readOnly('a line in the middle is missing', (all) => all.toSpliced(middle(all), 1)),
  readOnly('a line in the middle stands twice', (all) => all.toSpliced(middle(all), 0, all[middle(all)] ?? '')),
  readOnly('of a newer version', (all) => all.with(0, (all[0] ?? '').replace('"version":1', '"version":99'))),
  readOnly('with a fact of a newer version', (all) => all.with(-1, (all.at(-1) ?? '').replace(/"type":"[^"]+"/, '"type":"moon.landed"'))),
  {
    name: 'log: empty',
    play: 'resume',
    before: (scene) => truncateSync(scene.log(), 0),
    first: 'not-found',
    ends: 'same',
    calls: 8,
  },
  {
    name: 'log: it may not be written',
    play: 'resume',
    hits: [{ at: { call: 'open .*events.jsonl' }, do: { error: 'EACCES' } }],
    first: 'log',
    ends: 'same',
  },
  {
    name: 'log: removed while it is written',
    play: 'turn',
    hits: [{ at: { fact: 30 }, do: 'pause' }],
    paused: (scene) => rmSync(scene.log()),
    first: 'log',
    ends: 'same',
    calls: 8,
  },
  {
    name: "log: removed with the session's folder while it is written",
    play: 'turn',
    hits: [{ at: { fact: 30 }, do: 'pause' }],
    paused: (scene) => rmSync(dirname(scene.log()), { recursive: true }),
    first: 'log',
    ends: 'same',
    calls: 8,
  },
  ...['tool.called', 'tool.returned', 'candidate.submitted', 'evidence.recorded', 'ballot.cast', 'run.ended', 'turn.ended'].map(
    (fact): Fault => ({
      name: `log: the process dies with half a line of ${fact} written`,
      play: 'turn',
      hits: [{ at: { fact }, do: { tear: 60 } }],
      ends: 'same',
      calls: 1,
    }),
  ),
];
