/** What is ours in a folder's `.massgen` is no link: it may have come along with the folder, and would have us write, and remove, where it leads. */
import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../../protocol/failure.js';
import { isMissing } from './disk.js';

/** What is looked at in a folder of ours, and what in that in turn. */
interface Places {
  /** By names of ours, as the file system knows them. */
  named?: Readonly<Record<string, Places>>;
  /** Whatever is there, or has such a name. */
  each?: Places;
  like?: RegExp;
}

const ENTRIES: Places = { each: {} };

/** What is further down is written by a rename, which replaces a link. */
const STORE: Places = {
  each: {},
  named: {
    info: ENTRIES,
    objects: { each: {}, named: { info: ENTRIES, pack: ENTRIES } },
    refs: { each: {}, named: { massgen: ENTRIES } },
    workspaces: { each: ENTRIES },
    // Git goes on with the journals that it finds, and the store has none: refs/massgen/kept/<id>.
    logs: { each: { each: { each: { each: ENTRIES } } } },
  },
};

/** What else is there is an older MassGen's, or the person's. */
const HOME: Places = {
  named: {
    '.gitignore': {},
    'policy.yaml': {},
    'policy.yaml.new': {},
    'policy.lock': {},
    'folder.lock': {},
    sessions: {},
    checks: {},
    'checks-kept': { named: { 'go-build': ENTRIES } },
    // Links in a workspace are its agent's.
    workspaces: { each: { each: {}, like: /^[0-9a-f]{8}(-peers)?$/i } },
    'store.git': STORE,
  },
};

const PRIVATE: Places = { named: { home: {}, tmp: {} } };
const SESSION: Places = { each: {}, named: { home: { each: {}, named: { scopes: { each: PRIVATE } } } } };

/** To be called before anything is written in `home`, which may itself be a link: the person's, to another disk. Throws `workspace` where there is one. */
export const requireOwnHome = (home: string): void => look(home, HOME);

/** To be called before anything is written of a session. */
export const requireOwnSession = (home: string, id: string): void => look(home, { named: { sessions: { named: { [id]: SESSION } } } });

/** At once: to wait for each of these looks takes several times as long. */
function look(folder: string, { named, each, like }: Places): void {
  for (const entry of each === undefined ? [] : entriesOf(folder)) {
    if (like?.test(entry.name) === false) continue;
    requireOurs(entry, folder, entry.name);
    if (each?.each !== undefined || each?.named !== undefined) look(join(folder, entry.name), each);
  }
  for (const name in named) {
    const there = orNothing(() => lstatSync(join(folder, name)));
    if (there === undefined) continue;
    requireOurs(there, folder, name);
    look(join(folder, name), named[name] ?? {});
  }
}

const entriesOf = (folder: string): Dirent[] => orNothing(() => readdirSync(folder, { withFileTypes: true })) ?? [];

function requireOurs(there: Pick<Dirent, 'isDirectory' | 'isFile' | 'isSymbolicLink'>, folder: string, name: string): void {
  if (there.isDirectory() || there.isFile()) return;
  const what = there.isSymbolicLink() ? 'a link' : 'neither a file nor a folder';
  throw fail(
    'workspace',
    `${join(folder, name)} is ${what}, and MassGen makes no such thing there: what is written would go where it leads.`,
    {
      hint: 'It may have come along with this folder, from another person. Remove it, or all of .massgen.',
    },
  );
}

function orNothing<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
