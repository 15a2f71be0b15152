/** What package.json contributes to the editor, made from the tables: `npm run manifest` writes it, and a test holds it. */
import { type CommandRow, commands } from './commands.js';
import { type SettingRow, settings } from './settings.js';
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
const settingRows: readonly SettingRow[] = settings;

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
      properties: Object.fromEntries(settingRows.map((row) => [row.key, property(row, text)])),
    },
    chatParticipants: [
      {
        id: 'massgen',
        name: 'massgen',
        fullName: 'MassGen',
        description: text('chat', 'Several agents solve it and vote'),
        isSticky: true,
      },
    ],
    walkthroughs: [walkthrough(text)],
    configurationDefaults: {
      'files.watcherExclude': { '**/.massgen/**': true },
      'search.exclude': { '**/.massgen/**': true },
    },
  };
  const capabilities = {
    untrustedWorkspaces: {
      supported: 'limited',
      description: text('untrusted', 'Sessions can be read, but no agent and no command runs, until the folder is trusted.'),
      restrictedConfigurations: settingRows.flatMap(({ key, restricted }) => (restricted ? [key] : [])),
    },
    virtualWorkspaces: { supported: false, description: text('virtual', 'Agents work on copies of a folder: it must be on a disk.') },
  };
  return { contributes, capabilities, texts };
}

function property({ key, description, meanings, restricted: _, ...rest }: SettingRow, text: (key: string, english: string) => string) {
  return {
    ...rest,
    ...(meanings && { enumDescriptions: meanings.map((one, at) => text(`${key}.${at}`, one)) }),
    markdownDescription: text(`${key}.description`, description),
  };
}

/** It ends in a session that needs no key. */
function walkthrough(text: (key: string, english: string) => string) {
  const step = (id: string, title: string, description: string, completionEvents: string[]) => ({
    id,
    title: text(`walkthrough.${id}.title`, title),
    description: text(`walkthrough.${id}.description`, description),
    media: { markdown: text(`walkthrough.${id}.media`, `media/walkthrough/${id}.md`) },
    completionEvents,
  });
  return {
    id: 'start',
    title: text('walkthrough.title', 'Several agents, one answer'),
    description: text('walkthrough.description', 'How agents work side by side on your task, and how you stay in charge.'),
    steps: [
      step(
        'how',
        'How it goes',
        'Each agent works in its own copy of your folder, sees what works in the others’ answers, and votes with a reason. Your folder is not touched until you apply.\n[Open MassGen](command:massgen.sidebar.focus)',
        ['onView:massgen.sidebar'],
      ),
      step(
        'models',
        'Models',
        'Models that the editor offers need no key. Other keys are kept in its secret storage and go to their vendor alone.\n[Set API Key](command:massgen.setApiKey)\n[Import from the Environment](command:massgen.importApiKeys)',
        ['onCommand:massgen.setApiKey', 'onCommand:massgen.importApiKeys'],
      ),
      step(
        'demo',
        'See it without a key',
        'Three agents with written replies repair a sample project, offline. Their tools, tests and votes are real.\n[Run Demo](command:massgen.demo)',
        ['onCommand:massgen.demo'],
      ),
    ],
  };
}

function menus(): Record<string, { command: string; when?: string; group?: string }[]> {
  const found: ReturnType<typeof menus> = {
    // The palette offers everything by itself: a row is needed only where that is too much.
    commandPalette: rows.flatMap(({ command, when, hidden }) => {
      if (hidden) return [{ command, when: 'false' }];
      return when === undefined ? [] : [{ command, when }];
    }),
  };
  for (const { command, when, places = [] } of rows)
    for (const place of places) {
      const here = both(place.menu === 'view/title' ? VIEW : undefined, when, place.when);
      found[place.menu] = [...(found[place.menu] ?? []), { command, group: place.group, ...here }];
    }
  return found;
}
