/** What a person does to the folder meanwhile: during a turn, between a diff and an apply, and in the midst of an apply. */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git } from '../fixtures/team.js';
import type { Fault } from './fault.js';
import type { Scene } from './scene.js';

interface Act {
  name: string;
  does(scene: Scene): void;
  /** What it leaves in the folder after all; undefined: nothing at that path. */
  files?: Fault['files'];
  changesGit?: true;
}

const write = (scene: Scene, path: string, text: string): void => writeFileSync(join(scene.folder, path), text);
const text = (scene: Scene, path: string): string => readFileSync(join(scene.folder, path), 'utf8');

/** Nothing of it touches what the winner changes. */
const acts: readonly Act[] = [
  { name: 'edits a file', does: (scene) => write(scene, 'a.txt', 'mine\n'), files: { 'a.txt': 'mine\n' } },
  { name: 'writes a new file', does: (scene) => write(scene, 'fresh.txt', 'fresh\n'), files: { 'fresh.txt': 'fresh\n' } },
  { name: 'removes a file', does: (scene) => rmSync(join(scene.folder, 'mine.txt')), files: { 'mine.txt': undefined } },
  {
    name: 'commits',
    does: (scene) => {
      git(scene.folder, 'add', '-A');
      git(scene.folder, 'commit', '-q', '-m', 'mine');
    },
    changesGit: true,
  },
  {
    name: 'amends and collects garbage',
    does: (scene) => {
      git(scene.folder, 'commit', '-q', '--amend', '-m', 'other');
      git(scene.folder, 'reflog', 'expire', '--expire=now', '--all');
      git(scene.folder, 'gc', '-q', '--prune=now');
    },
    changesGit: true,
  },
  { name: 'switches to a new branch', does: (scene) => void git(scene.folder, 'switch', '-q', '-c', 'other'), changesGit: true },
  {
    name: 'stashes',
    does: (scene) => void git(scene.folder, 'stash', '-q', '-u', '--', 'a.txt', 'mine.txt'),
    files: { 'a.txt': 'one\n', 'mine.txt': undefined },
    changesGit: true,
  },
  {
    name: 'rebases',
    does: (scene) => {
      git(scene.folder, 'stash', '-q');
      git(scene.folder, 'commit', '-q', '--allow-empty', '-m', 'second');
      git(scene.folder, '-c', 'sequence.editor=true', 'rebase', '-q', '--root', '--exec', 'true');
      git(scene.folder, 'stash', 'pop', '-q');
    },
    changesGit: true,
  },
  { name: "removes git's folder", does: (scene) => rmSync(join(scene.folder, '.git', 'objects'), { recursive: true }), changesGit: true },
  {
    name: 'leaves a lock of git',
    does: (scene) => writeFileSync(join(scene.folder, '.git', 'index.lock'), ''),
    changesGit: true,
  },
  {
    name: 'makes a file executable',
    does: (scene) => execFileSync('chmod', ['755', join(scene.folder, 'a.txt')]),
    files: { 'a.txt': 'one\ntwo\n' },
  },
];

/** What a file must hold in the end is looked at here, whatever else is compared. */
const holds = (files: NonNullable<Fault['files']>): NonNullable<Fault['also']> => {
  return (scene) =>
    Object.entries(files).flatMap(([path, wanted]) => {
      let now: string | undefined;
      try {
        now = text(scene, path);
      } catch {
        now = undefined; // It is gone.
      }
      return now === wanted ? [] : [`${path} holds ${JSON.stringify(now)}, not ${JSON.stringify(wanted)}`];
    });
};

const as = (act: Act): Pick<Fault, 'files' | 'changesGit' | 'also'> => ({
  ...(act.files && { files: act.files, also: holds(act.files) }),
  ...(act.changesGit && { changesGit: true }),
});

const during: readonly Fault[] = acts.map((act) => ({
  name: `person: ${act.name} during a turn`,
  play: 'turn',
  hits: [{ at: { fact: 20 }, do: 'pause' }],
  paused: (scene) => act.does(scene),
  first: 'done',
  ends: 'same',
  ...as(act),
}));

const between: readonly Fault[] = acts.map((act) => ({
  name: `person: ${act.name} between diff and apply`,
  play: 'apply',
  before: (scene) => act.does(scene),
  first: 'done',
  ends: 'same',
  ...as(act),
}));

const beforeUndo: readonly Fault[] = acts.map((act) => ({
  name: `person: ${act.name} between apply and undo`,
  play: 'undo',
  before: (scene) => act.does(scene),
  first: 'done',
  ends: 'same',
  ...as(act),
}));

const amid: readonly Fault[] = acts.map((act) => ({
  name: `person: ${act.name} in the midst of an apply`,
  play: 'apply',
  hits: [{ at: { call: 'rename .*sum.js' }, do: 'pause' }],
  paused: (scene) => act.does(scene),
  first: 'done',
  ends: 'same',
  ...as(act),
}));

const tool = (scene: Scene): void => write(scene, 'tool.sh', '#!/bin/sh\necho mine\n');
const MINE = { 'tool.sh': '#!/bin/sh\necho mine\n' };

export const personFaults: readonly Fault[] = [
  ...during,
  ...between,
  ...beforeUndo,
  ...amid,
  {
    name: 'person: edits what the winner changes, between diff and apply',
    play: 'apply',
    before: tool,
    first: 'conflict',
    ends: 'conflict',
    files: MINE,
    also: holds({ ...MINE, 'docs/old.md': 'The sum starts at 1.\n' }),
  },
  {
    name: 'person: edits what the winner changes, in the midst of an apply, before it is written',
    play: 'apply',
    hits: [{ at: { call: 'rename .*sum.js' }, do: 'pause' }],
    paused: tool,
    first: 'conflict',
    ends: 'conflict',
    files: MINE,
    also: holds({ ...MINE, 'docs/old.md': 'The sum starts at 1.\n' }),
  },
  {
    name: 'person: edits what the winner changes, in the midst of an apply, after it was written',
    play: 'apply',
    hits: [{ at: { call: 'rename .*tool.sh' }, do: 'pause' }],
    paused: (scene) => write(scene, 'sub/dir/new.txt', 'mine\n'),
    first: 'done',
    ends: 'same',
    files: { 'sub/dir/new.txt': 'mine\n' },
    also: holds({ 'sub/dir/new.txt': 'mine\n' }),
  },
  {
    name: 'person: edits what was applied, before the undo',
    play: 'undo',
    before: tool,
    first: 'conflict',
    ends: 'conflict',
    files: MINE,
    also: holds(MINE),
  },
  {
    name: "person: removes all of the folder's files during a turn",
    play: 'turn',
    hits: [{ at: { fact: 20 }, do: 'pause' }],
    paused(scene) {
      for (const path of ['sum.js', 'docs', 'a.txt', 'tool.sh', 'check.sh', 'mine.txt'])
        rmSync(join(scene.folder, path), { recursive: true });
    },
    first: 'done',
    ends: 'same',
    files: {
      'sum.js': undefined,
      'docs/old.md': undefined,
      'a.txt': undefined,
      'tool.sh': undefined,
      'check.sh': undefined,
      'mine.txt': undefined,
    },
  },
  {
    name: 'person: removes .massgen during a turn',
    play: 'turn',
    hits: [{ at: { fact: 20 }, do: 'pause' }],
    paused: (scene) => rmSync(scene.own, { recursive: true }),
    ends: 'same',
    calls: 30,
  },
];
