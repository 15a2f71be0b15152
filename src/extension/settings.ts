/** The table of settings. English; `package.nls.*.json` has the other languages. */

export interface SettingRow {
  key: `massgen.${string}`;
  type: 'string' | 'boolean' | 'number';
  enum?: readonly string[];
  /** What each value of `enum` means. */
  meanings?: readonly string[];
  default: string | boolean | number;
  scope: 'resource' | 'window' | 'machine';
  minimum?: number;
  /** In a folder that is not trusted the folder's own value counts for nothing. */
  restricted?: true;
  /** Markdown. */
  description: string;
}

export const settings = [
  {
    key: 'massgen.config',
    type: 'string',
    default: '',
    scope: 'resource',
    restricted: true,
    description:
      'The configuration file whose team is offered first: a path, from the folder that the sessions are about. Empty: `massgen.yaml` of the folder, or your own.',
  },
  {
    key: 'massgen.maxCost',
    type: 'number',
    default: 0,
    minimum: 0,
    scope: 'resource',
    restricted: true,
    description:
      'A session stops once so many US dollars are known to be spent, whatever the configuration says. 0: as the configuration says. Where a price is not known, its cost cannot count.',
  },
  {
    key: 'massgen.timeout',
    type: 'number',
    default: 0,
    minimum: 0,
    scope: 'resource',
    restricted: true,
    description:
      'A turn ends after so many seconds with what is decided by then, whatever the configuration says. 0: as the configuration says.',
  },
  {
    key: 'massgen.dependencies',
    type: 'string',
    enum: ['', 'link', 'copy', 'none'],
    meanings: [
      'As the configuration says; without it, links.',
      'Links to your installed packages, which agents’ commands cannot write.',
      'Copies of your installed packages.',
      'Nothing: checks that need packages are not run.',
    ],
    default: '',
    scope: 'resource',
    restricted: true,
    description:
      'How installed packages that git ignores (`node_modules`, virtual environments …) come into the agents’ copies of your folder.',
  },
  {
    key: 'massgen.notifications',
    type: 'string',
    enum: ['all', 'needed', 'none'],
    default: 'all',
    scope: 'window',
    meanings: ['What an agent asks you, and that a turn has ended.', 'Only what an agent asks you.', 'Nothing: the sidebar shows both.'],
    description: 'What is shown as a notification.',
  },
  {
    key: 'massgen.statusBar',
    type: 'boolean',
    default: true,
    scope: 'window',
    description: 'Show the state of the session, its cost and the disk space of all sessions in the status bar.',
  },
] as const satisfies readonly SettingRow[];
