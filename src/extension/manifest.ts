/** What package.json contributes to the editor, made from the tables: `npm run manifest` writes it, and a test holds it. */
import { type CommandRow, commands } from './commands.js';
import { settings } from './settings.js';
import { views } from './views/ids.js';

/** `texts` are the entries of package.nls.json: the manifest names them, and the editor puts its own language's in. */
export interface Manifest {
  contributes: Record<string, unknown>;
  capabilities: Record<string, unknown>;
  texts: Record<string, string>;
}

const VIEW = `view == ${views.sidebar}`;
const CHORD = 'ctrl+alt+m';
const rows: readonly CommandRow[] = commands;

const both = (...clauses: (string | undefined)[]): { when?: string } => {
  const given = clauses.filter((clause) => clause !== undefined);
  if (given.length === 0) return {};
  return { when: given.length === 1 ? String(given[0]) : given.map((one) => (one.includes('||') ? `(${one})` : one)).join(' && ') };
};

export function manifest(): Manifest {
  const texts: Record<string, string> = {};
  const text = (key: string, english: string): string => {
    texts[key] = english;
    return `%${key}%`;
  };
  const contributes = {
    commands: rows.map(({ command, title, icon }) => ({
      command,
      title: text(`${command}.title`, title),
      category: 'MassGen',
      ...(icon !== undefined && { icon }),
    })),
    menus: menus(),
    keybindings: rows.flatMap(({ command, key, when }) => (key === undefined ? [] : [{ command, key: `${CHORD} ${key}`, ...both(when) }])),
    viewsContainers: { activitybar: [{ id: 'massgen', title: 'MassGen', icon: 'media/activity.svg' }] },
    views: {
      massgen: [{ id: views.sidebar, name: text('view.sidebar', 'Sessions'), type: 'webview', icon: 'media/activity.svg' }],
    },
    configuration: {
      title: 'MassGen',
      properties: Object.fromEntries(
        settings.map(({ key, description, ...rest }) => [key, { ...rest, markdownDescription: text(`${key}.description`, description) }]),
      ),
    },
    configurationDefaults: {
      'files.watcherExclude': { '**/.massgen/**': true },
      'search.exclude': { '**/.massgen/**': true },
    },
  };
  const capabilities = {
    untrustedWorkspaces: {
      supported: 'limited',
      description: text('untrusted', 'Sessions can be read, but no agent and no command runs, until the folder is trusted.'),
    },
    virtualWorkspaces: { supported: false, description: text('virtual', 'Agents work on copies of a folder: it must be on a disk.') },
  };
  return { contributes, capabilities, texts };
}

function menus(): Record<string, { command: string; when?: string; group?: string }[]> {
  const found: ReturnType<typeof menus> = {
    // The palette offers everything by itself: a row is needed only where that is too much.
    commandPalette: rows.flatMap(({ command, when }) => (when === undefined ? [] : [{ command, when }])),
  };
  for (const { command, when, places = [] } of rows)
    for (const place of places) {
      const here = both(place.menu === 'view/title' ? VIEW : undefined, when, place.when);
      found[place.menu] = [...(found[place.menu] ?? []), { command, group: place.group, ...here }];
    }
  return found;
}
