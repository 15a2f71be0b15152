/** The table of commands: what each is called, where it is offered and when, its key, and what it does. */
import type { App } from './app.js';

/** Where a command is offered besides the palette; `group` orders it there. */
interface Place {
  menu: 'view/title' | 'editor/context' | 'editor/title/context' | 'explorer/context';
  group: string;
  when?: string;
}

export interface CommandRow {
  command: `massgen.${string}`;
  /** English; `package.nls.*.json` has the other languages. */
  title: string;
  icon?: `$(${string})`;
  /** Where it makes sense: a `when` clause. Absent: always. */
  when?: string;
  /** The second key of a chord that begins with Ctrl+Alt+M. */
  key?: string;
  places?: readonly Place[];
  run(app: App, ...args: readonly unknown[]): unknown;
}

export const commands = [
  {
    command: 'massgen.start',
    title: 'Start Session',
    icon: '$(add)',
    when: 'workspaceFolderCount > 0',
    key: 's',
    places: [{ menu: 'view/title', group: 'navigation@1' }],
    run: (app) => app.compose({}),
  },
  {
    command: 'massgen.showLog',
    title: 'Show Log',
    icon: '$(output)',
    places: [{ menu: 'view/title', group: '9_log@1' }],
    run: (app) => app.log.show(),
  },
] as const satisfies readonly CommandRow[];
