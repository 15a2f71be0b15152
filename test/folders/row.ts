/** An awkward folder as data: how it is made, what the agents do in it, and what is to come of it. */

import type { Settings } from '../../src/protocol/events.js';

/** Large contents are told by their size and the text that they repeat. */
export type Content = string | Uint8Array | { size: number; of: string };

/** A character U+DC80 to U+DCFF of a path stands for one byte that is no UTF-8. */
export type Step =
  | { do: 'file'; path: string; content: Content; mode?: number }
  | { do: 'files'; count: number; path: (number: number) => string; content: (number: number) => string }
  | { do: 'folder'; path: string; mode?: number }
  | { do: 'link'; path: string; to: string }
  | { do: 'git'; args: readonly string[]; at?: string; mayFail?: true }
  | { do: 'sh'; script: string; at?: string };

/** What an agent does: with its file tools where they can, else by a command. */
export type Act =
  | { act: 'write'; path: string; content: Content; executable?: boolean }
  | { act: 'edit'; path: string; from: string; to: string }
  | { act: 'remove'; path: string }
  | { act: 'move'; path: string; to: string }
  | { act: 'link'; path: string; to: string }
  | { act: 'mode'; path: string; executable: boolean }
  /** `makes`: what of it is in the answer. */
  | { act: 'run'; command: string; makes?: readonly Act[]; fails?: true };

/** What a machine may lack. */
export type Need = System | Program;
type System = 'root' | 'mount' | 'loop' | 'modes' | 'linux';
type Program =
  | 'cargo'
  | 'git-lfs'
  | 'git-crypt'
  | 'pnpm'
  | 'yarn'
  | 'uv'
  | 'npm'
  | 'btrfs'
  | 'xfs'
  | 'exfat'
  | 'yarn-berry'
  | 'bundle'
  | 'mix'
  | 'pdm';

export interface Row {
  name: string;
  needs?: readonly Need[];
  /** Played by `npm test` too. */
  sample?: true;
  /** Played in a process of a user without rights: where everything may be read, nothing is unreadable. */
  unprivileged?: true;
  /** In a new folder `project` of a new world, whose other folders (`../origin`) are the person's too. */
  make: readonly Step[];
  /** The folder that is opened, relative to `project`. */
  open?: string;
  env?: Readonly<Record<string, string>>;
  work: Readonly<Record<string, readonly Act[]>>;
  /** What happens between the turn and the apply; the person does it. */
  meanwhile?: readonly Step[];
  /** Of the root that is captured: what is not in the base, though it is on disk. A folder's name means all below. */
  left?: readonly string[];
  /** What is in the base, though it is not on disk. */
  also?: Readonly<Record<string, Content>>;
  /** Plain files on the disk that stand for links. */
  asLinks?: readonly string[];
  /** Where the captured root is, relative to `project`; '' where absent. */
  root?: string;
  /** Executable bits mean nothing there. */
  modeless?: true;
  /** What is in a workspace beside the base: dependencies. */
  installed?: readonly string[];
  checks?: Settings['checks'];
  /** How each check of each candidate ended. */
  evidence?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** A failure before anything has begun, or when it is applied. */
  refused?: { at: 'start' | 'apply'; agent?: string; says: RegExp };
}

export const file = (path: string, content: Content, mode?: number): Step => ({
  do: 'file',
  path,
  content,
  ...(mode !== undefined && { mode }),
});
export const folder = (path: string, mode?: number): Step => ({ do: 'folder', path, ...(mode !== undefined && { mode }) });
export const link = (path: string, to: string): Step => ({ do: 'link', path, to });
export const git = (...args: string[]): Step => ({ do: 'git', args });
export const gitAt = (at: string, ...args: string[]): Step => ({ do: 'git', args, at });
export const sh = (script: string, at?: string): Step => ({ do: 'sh', script, ...(at !== undefined && { at }) });
export const commit = (at?: string): Step[] => [
  { do: 'git', args: ['add', '-A'], ...(at !== undefined && { at }) },
  { do: 'git', args: ['commit', '-q', '-m', 'work'], ...(at !== undefined && { at }) },
];
/** A repository with these files in one commit. */
export const repository = (...steps: Step[]): Step[] => [git('init', '-q'), ...steps, ...commit()];

export const write = (path: string, content: Content, executable = false): Act => ({
  act: 'write',
  path,
  content,
  ...(executable && { executable }),
});
export const edit = (path: string, from: string, to: string): Act => ({ act: 'edit', path, from, to });
export const remove = (path: string): Act => ({ act: 'remove', path });
export const move = (path: string, to: string): Act => ({ act: 'move', path, to });
export const makeLink = (path: string, to: string): Act => ({ act: 'link', path, to });
export const mode = (path: string, executable: boolean): Act => ({ act: 'mode', path, executable });
export const run = (command: string, ...makes: Act[]): Act => ({ act: 'run', command, makes });

/** Enough to see that a folder works at all: an edit, a new file, one removed. */
export const plainFiles: readonly Step[] = [
  file('a.txt', 'one\ntwo\nthree\n'),
  file('gone.txt', 'to be removed\n'),
  file('run.sh', '#!/bin/sh\necho hello\n', 0o755),
  file('deep/er/b.txt', 'b\n'),
];
export const plainWork: Row['work'] = {
  a: [edit('a.txt', 'two', 'TWO'), write('deep/new.txt', 'new\n'), remove('gone.txt')],
  b: [move('deep/er/b.txt', 'moved.txt'), write('data.bin', Uint8Array.from([0, 255, 13, 10, 0])), mode('run.sh', false)],
};
