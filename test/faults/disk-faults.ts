/** A full disk, a disk that may not be written, and a clock that jumps. */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from './fault.js';
import { inShort } from './kills.js';
import type { Theatre } from './play.js';
import type { Scene } from './scene.js';

/** Takes all that is free of the file system that lies there. */
function fill(scene: Scene, place: string): void {
  const file = openSync(join(scene.folder, place, 'filler'), 'w');
  const block = Buffer.alloc(64 * 1024);
  try {
    for (let size = block.length; size > 0; ) {
      try {
        writeSync(file, block, 0, size);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        size = Math.floor(size / 2);
      }
    }
  } finally {
    closeSync(file);
  }
}

/** A small file system of its own lies at the place, and is full from a moment on until the person frees it. */
const full = (place: string, play: Fault['play'], at: NonNullable<Fault['hits']>[number]['at'], name: string): Fault => ({
  name: `full disk: ${name}`,
  play,
  mount: place,
  hits: [{ at, do: 'pause' }],
  paused: (scene) => fill(scene, place),
  mend: (scene) => rmSync(join(scene.folder, place, 'filler'), { force: true }),
  ends: 'same',
  calls: 20,
});

export function diskFaults({ facts, disk }: Theatre): Fault[] {
  const step = Array.from({ length: facts }, (_, at) => at + 1).filter((at) => at % 4 === 0);
  const changes = (['apply', 'undo'] as const).flatMap((play) => disk[play].map((what, index) => ({ play, what, nth: index + 1 })));
  return [
    ...[2, 5, 12, 20, 30, 40, 50, 60].map((fact) =>
      full('.massgen/sessions', 'turn', { fact }, `of the log, from fact ${fact} of a turn on`),
    ),
    ...[2, 12, 22, 32, 42].map((fact) => full('.massgen/store.git', 'turn', { fact }, `of the store, from fact ${fact} of a turn on`)),
    ...[2, 12, 22, 32, 42].map((fact) =>
      full('.massgen/workspaces', 'turn', { fact }, `of the workspaces, from fact ${fact} of a turn on`),
    ),
    ...[2, 12, 22, 32, 42].map((fact) => full('.massgen/checks', 'turn', { fact }, `of the checks, from fact ${fact} of a turn on`)),
    full('.massgen/apply', 'apply', { call: 'fsync .*events.jsonl' }, 'where an apply is made ready'),
    full('.massgen/store.git', 'apply', { call: 'folder.lock' }, 'of the store, at an apply'),
    full('.massgen/sessions', 'apply', { call: 'mkdir .*/apply/' }, 'of the log, in the midst of an apply'),
    ...step.map(
      (fact): Fault => ({
        name: `disk: the log cannot be written from fact ${fact} of a turn on`,
        play: 'turn',
        hits: [{ at: { fact }, do: { error: 'ENOSPC' } }],
        first: 'log',
        ends: 'same',
        calls: 2,
      }),
    ),
    ...changes.flatMap(({ play, what, nth }): Fault[] => [
      ...(['ENOSPC', 'EACCES', 'EIO'] as const).map(
        (error): Fault => ({
          name: `disk: change ${nth} of an ${play} fails by ${error}: ${inShort(what)}`,
          play,
          hits: [{ at: { call: '', nth }, do: { error, times: 1 } }],
          ends: 'same',
        }),
      ),
      {
        name: `disk: change ${nth} of an ${play} fails, and all after it: ${inShort(what)}`,
        play,
        hits: [{ at: { call: '', nth }, do: { error: 'ENOSPC' } }],
        ends: 'same',
      },
    ]),
    ...(
      [
        ['goes back by an hour', -3_600_000],
        ['jumps forward by a day', 86_400_000],
      ] as const
    ).flatMap(([name, ms]) =>
      [2, 20, 40, 60].map(
        (fact): Fault => ({
          name: `clock: it ${name} after fact ${fact}`,
          play: 'turn',
          hits: [{ at: { fact }, do: { clock: ms } }],
          first: 'done',
          ends: 'same',
        }),
      ),
    ),
    ...(
      [
        ['goes back by an hour', -3_600_000],
        ['jumps forward by a day', 86_400_000],
      ] as const
    ).map(
      ([name, ms]): Fault => ({
        name: `clock: it ${name} before a resume`,
        play: 'resume',
        hits: [{ at: { call: 'link .*/lock' }, do: { clock: ms } }],
        first: 'done',
        ends: 'same',
      }),
    ),
  ];
}
