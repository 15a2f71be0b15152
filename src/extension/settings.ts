/** The table of settings. English; `package.nls.*.json` has the other languages. */

interface SettingRow {
  key: `massgen.${string}`;
  type: 'string' | 'boolean' | 'number';
  enum?: readonly string[];
  default: string | boolean | number;
  scope: 'resource' | 'window' | 'machine';
  description: string;
}

export const settings = [
  {
    key: 'massgen.notifications',
    type: 'string',
    enum: ['all', 'needed', 'none'],
    default: 'all',
    scope: 'window',
    description:
      'What is shown as a notification: `all` also says when a turn has ended, `needed` only what an agent asks you, `none` leaves both to the sidebar.',
  },
  {
    key: 'massgen.statusBar',
    type: 'boolean',
    default: true,
    scope: 'window',
    description: 'Show the state of the session, its cost and the disk space of all sessions in the status bar.',
  },
] as const satisfies readonly SettingRow[];
