/** What can be wrong with the store, its indexes and the locks, between turns and in the midst of one. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { currentTurn } from '../../src/protocol/state.js';
import type { Fault } from './fault.js';
import { outcomeOf } from './judge.js';
import type { Scene } from './scene.js';

const store = (scene: Scene, ...path: string[]): string => join(scene.own, 'store.git', ...path);

/** The loose object of a file, as the winner or (`of`) another tree has it. */
function objectOf(scene: Scene, path: string, of?: string): string {
  const tree = of ?? outcomeOf(scene).tree;
  const id = execFileSync('git', [`--git-dir=${store(scene)}`, 'rev-parse', `${tree}:${path}`], { encoding: 'utf8' }).trim();
  return store(scene, 'objects', id.slice(0, 2), id.slice(2));
}

const broken = (name: string, play: Fault['play'], before: (scene: Scene) => void, more: Partial<Fault> = {}): Fault => ({
  name: `store: ${name}`,
  play,
  before,
  first: 'workspace',
  ends: 'workspace',
  breaks: ['store'],
  ...more,
});

const healed = (name: string, play: Fault['play'], before: (scene: Scene) => void, more: Partial<Fault> = {}): Fault => ({
  name: `store: ${name}`,
  play,
  before,
  first: 'done',
  ends: 'same',
  ...more,
});

const cut = (path: string): void => {
  execFileSync('chmod', ['u+w', path]);
  truncateSync(path, Math.floor(statSync(path).size / 2));
};

const remove = (path: string): void => rmSync(path, { recursive: true });

const garbage = (path: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'garbage\0garbage');
};

const lock = (entry: object): string => {
  const whole = { pid: process.pid, host: hostname(), purpose: 'a test', since: Date.now(), start: '', id: 'x', ...entry };
  return `${JSON.stringify(whole)}\n`;
};

const deadPid = (): number => spawnSync('true').pid;

const sessionLock = (scene: Scene): string => join(dirname(scene.log()), 'lock');

const locks: readonly [what: string, text: () => string][] = [
  ['garbage', () => '\0\0garbage'],
  ['empty', () => ''],
  ['of a process that is gone', () => lock({ pid: deadPid(), start: '1' })],
  ["with an id that is another process's by now", () => lock({ pid: process.pid, start: '1' })],
];

const inTurn = (name: string, paused: (scene: Scene) => void, more: Partial<Fault>): Fault => ({
  name: `store: ${name}`,
  play: 'turn',
  hits: [{ at: { fact: 20 }, do: 'pause' }],
  paused,
  ends: 'same',
  ...more,
});

export const storeFaults: readonly Fault[] = [
  broken('an object of the winner is cut short', 'apply', (scene) => cut(objectOf(scene, 'sum.js'))),
  broken('an object of the winner is missing', 'apply', (scene) => remove(objectOf(scene, 'sum.js'))),
  broken('an object of the winner is garbage', 'apply', (scene) => {
    rmSync(objectOf(scene, 'sum.js'));
    garbage(objectOf(scene, 'sum.js'));
  }),
  broken('a tree of the winner is missing', 'apply', (scene) => remove(objectOf(scene, 'sub'))),
  broken('all objects are missing', 'apply', (scene) => remove(store(scene, 'objects'))),
  broken('it is missing', 'apply', (scene) => remove(store(scene))),
  broken('it is missing, in the midst of a turn', 'resume', (scene) => remove(store(scene)), { breaks: ['store', 'turn'] }),
  broken('what stood before an apply is missing', 'undo', (scene) => remove(objectOf(scene, 'sum.js', currentTurn(scene.state())?.base))),
  healed('its HEAD is missing', 'apply', (scene) => remove(store(scene, 'HEAD'))),
  healed('its HEAD is garbage', 'apply', (scene) => garbage(store(scene, 'HEAD'))),
  healed('its config is missing', 'apply', (scene) => remove(store(scene, 'config'))),
  healed('its config is garbage', 'apply', (scene) => garbage(store(scene, 'config'))),
  healed('its refs are missing', 'apply', (scene) => remove(store(scene, 'refs'))),
  healed('the mark that it is whole is missing', 'apply', (scene) => remove(store(scene, 'massgen.json')), {}),
  healed('the index of the folder is garbage', 'apply', (scene) => garbage(store(scene, 'capture.index'))),
  healed('the index of the folder is cut short', 'apply', (scene) => cut(store(scene, 'capture.index'))),
  healed('the index of the folder is empty', 'apply', (scene) => truncateSync(store(scene, 'capture.index'), 0)),
  healed('the index of the folder is locked by a git that is gone', 'apply', (scene) =>
    writeFileSync(store(scene, 'capture.index.lock'), ''),
  ),
  healed("the workspaces' indexes are garbage", 'resume', (scene) => {
    for (const path of readdirSync(store(scene, 'workspaces'), { recursive: true, encoding: 'utf8' }))
      if (path.endsWith('.index')) garbage(store(scene, 'workspaces', path));
  }),
  healed("what the workspaces' were made with is missing", 'resume', (scene) => remove(store(scene, 'workspaces')), { calls: 8 }),
  healed('the workspaces are missing', 'resume', (scene) => remove(join(scene.own, 'workspaces')), { calls: 4 }),
  healed("a workspace's repository is missing", 'resume', (scene) => {
    const all = join(scene.own, 'workspaces', scene.session() ?? '');
    for (const name of readdirSync(all)) rmSync(join(all, name, '.git'), { recursive: true, force: true });
  }),
  // What becomes of it depends on whether an answer was there: there is something that failed, or something to vote for that nobody can look at.
  inTurn('it is removed while the first answers are worked on', (scene) => remove(store(scene)), {
    hits: [{ at: { fact: 'tool.called' }, do: 'pause' }],
    ends: 'workspace',
    breaks: ['store', 'turn'],
    calls: 20,
  }),
  inTurn('it is removed when an answer is there', (scene) => remove(store(scene)), {
    hits: [{ at: { fact: 'candidate.submitted' }, do: 'pause' }],
    ends: 'no-answer',
    breaks: ['store', 'turn'],
    calls: 20,
  }),
  inTurn('the workspaces are removed while a turn is worked', (scene) => remove(join(scene.own, 'workspaces')), {
    calls: 20,
    breaks: ['turn'],
  }),
  inTurn('the index of the folder becomes garbage while a turn is worked', (scene) => garbage(store(scene, 'capture.index')), {}),
  inTurn('our .gitignore is removed while a turn is worked', (scene) => remove(join(scene.own, '.gitignore')), {}),
  ...locks.map(
    ([what, text]): Fault => ({
      name: `lock: the session's is ${what}`,
      play: 'resume',
      before: (scene) => writeFileSync(sessionLock(scene), text()),
      first: 'done',
      ends: 'same',
    }),
  ),
  ...locks.map(
    ([what, text]): Fault => ({
      name: `lock: the folder's and the store's are ${what}`,
      play: 'apply',
      before(scene) {
        for (const path of ['folder.lock', 'store.git/capture.lock']) writeFileSync(join(scene.own, path), text());
      },
      first: 'done',
      ends: 'same',
    }),
  ),
  {
    name: "lock: the session's is of another machine",
    play: 'resume',
    before: (scene) => writeFileSync(sessionLock(scene), lock({ host: 'elsewhere' })),
    first: 'locked',
    // As its words say.
    mend: (scene) => rmSync(sessionLock(scene)),
    ends: 'same',
  },
  {
    name: "lock: the folder's is of another machine",
    play: 'apply',
    before: (scene) => writeFileSync(join(scene.own, 'folder.lock'), lock({ host: 'elsewhere' })),
    first: 'locked',
    mend: (scene) => rmSync(join(scene.own, 'folder.lock')),
    ends: 'same',
  },
];
