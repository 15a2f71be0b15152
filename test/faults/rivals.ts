/** A second process at the same session, or at the same folder. */
import type { Fault } from './fault.js';
import { failureOf } from './judge.js';
import type { Ran, Scene } from './scene.js';

const endOf = (ran: Ran): string => failureOf(ran)?.code ?? (ran.code === 0 ? 'done' : `exit ${ran.code}`);

/** Another process comes while the first is in the midst of a turn. */
const comes = (command: string, ends: string, more: Partial<Fault> = {}): Fault => ({
  name: `second process: ${command.split(' -')[0]} in the midst of a turn`,
  play: 'turn',
  hits: [{ at: { fact: 45 }, do: 'pause' }],
  async paused(scene) {
    const other = await scene.run(command);
    if (endOf(other) !== ends) throw new Error(`${command} ended as ${endOf(other)}, not as ${ends}: ${other.stderr}`);
  },
  first: 'done',
  ends: 'same',
  ...more,
});

/** Both are started at once: each is done, or is told why not. */
const race = (play: Fault['play'], command: string, more: Partial<Fault> = {}): Fault => {
  const others = new WeakMap<Scene, Promise<Ran>>();
  return {
    name: `second process: ${command} at the same moment as ${play}`,
    play,
    before: (scene) => void others.set(scene, scene.run(command)),
    mend: async (scene) => void (await others.get(scene)),
    ends: 'same',
    async also(scene) {
      const other = await others.get(scene);
      const end = other === undefined ? 'none' : endOf(other);
      return ['done', 'locked', 'not-found', 'usage'].includes(end) ? [] : [`the other ended as ${end}: ${other?.stderr}`];
    },
    calls: 2,
    ...more,
  };
};

export const rivals: readonly Fault[] = [
  comes('resume latest', 'locked'),
  comes('apply latest c1', 'locked'),
  comes('undo latest', 'locked'),
  comes('vote latest c1', 'locked'),
  comes('sessions rename latest other', 'locked'),
  comes('sessions remove latest', 'locked'),
  comes('run --session latest more', 'locked'),
  comes('sessions list', 'done'),
  comes('sessions show latest', 'done'),
  comes('candidates latest', 'done'),
  comes('diff latest c1', 'done'),
  race('resume', 'resume latest'),
  race('apply', 'apply latest'),
  race('undo', 'undo latest'),
  race('apply', 'undo latest'),
  race('apply', 'sessions show latest'),
  race('apply', 'vote latest right'),
];
