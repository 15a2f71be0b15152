/** The table of commands: what each is called, where it is offered and when, its key, and what it does. */
import type { App } from './app.js';
import type { ContextKey } from './glance.js';

type Menu = 'view/title' | 'editor/context' | 'editor/title/context' | 'explorer/context';

/** Where a command is offered besides the palette; `group` orders it there. */
interface Place {
  menu: Menu;
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
  /** Only where it is called from has what it needs: not in the palette. */
  hidden?: true;
  /** The second key of a chord that begins with Ctrl+Alt+M. */
  key?: string;
  places?: readonly Place[];
  run(app: App, ...args: readonly unknown[]): unknown;
}

const trusted = 'isWorkspaceTrusted';
const folder = 'workspaceFolderCount > 0';
const all = (...clauses: (ContextKey | typeof trusted | typeof folder | `!${ContextKey}`)[]): string => clauses.join(' && ');
const title = (group: string): Place[] => [{ menu: 'view/title', group }];
const isFast = (value: unknown): boolean => typeof value === 'object' && value !== null && 'fast' in value && value.fast === true;
const idOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const commands = [
  {
    command: 'massgen.start',
    title: 'Start Session',
    icon: '$(add)',
    when: all(trusted, folder),
    key: 's',
    places: title('navigation@1'),
    run: (app, text) => app.compose(typeof text === 'string' ? { text } : {}),
  },
  {
    command: 'massgen.openSession',
    title: 'Continue Session',
    icon: '$(history)',
    when: 'massgen.hasSessions',
    key: 'c',
    places: title('1_session@1'),
    run: (app, id) => app.openSession(idOf(id)),
  },
  {
    command: 'massgen.stop',
    title: 'Stop',
    icon: '$(debug-stop)',
    when: 'massgen.running',
    key: 'x',
    places: title('navigation@2'),
    run: (app) => app.stop(),
  },
  {
    command: 'massgen.resume',
    title: 'Resume',
    icon: '$(debug-continue)',
    when: all(trusted, 'massgen.cutOff'),
    places: title('navigation@2'),
    run: (app) => app.resume(),
  },
  {
    command: 'massgen.answer',
    title: 'Answer What an Agent Asks',
    icon: '$(bell-dot)',
    when: 'massgen.asking',
    key: 'p',
    run: (app) => app.answer(),
  },
  {
    command: 'massgen.review',
    title: 'Review Candidates',
    icon: '$(diff-multiple)',
    when: 'massgen.hasCandidates',
    key: 'r',
    places: title('navigation@3'),
    run: (app, id) => app.review(idOf(id)),
  },
  {
    command: 'massgen.vote',
    title: 'Vote for a Candidate',
    when: all(trusted, 'massgen.hasCandidates'),
    key: 'v',
    run: (app) => app.vote(),
  },
  {
    command: 'massgen.choose',
    title: 'Choose the Winner Yourself',
    when: all(trusted, 'massgen.hasCandidates'),
    run: (app) => app.choose(),
  },
  {
    command: 'massgen.apply',
    title: 'Apply Winner',
    icon: '$(check-all)',
    when: all(trusted, 'massgen.canApply'),
    key: 'a',
    run: (app) => app.apply(),
  },
  {
    command: 'massgen.undo',
    title: 'Undo Apply',
    icon: '$(discard)',
    when: all(trusted, 'massgen.canUndo'),
    key: 'u',
    run: (app) => app.undo(),
  },
  {
    command: 'massgen.openLog',
    title: 'Open Session Log',
    when: 'massgen.hasSession',
    places: title('2_record@1'),
    run: (app) => app.openLog(),
  },
  {
    command: 'massgen.exportSession',
    title: 'Export Session',
    when: 'massgen.hasSession',
    places: title('2_record@2'),
    run: (app, id) => app.exportSession(idOf(id)),
  },
  {
    command: 'massgen.rename',
    title: 'Rename Session',
    when: all(trusted, 'massgen.hasSessions'),
    run: (app, id) => app.renameSession(idOf(id)),
  },
  {
    command: 'massgen.delete',
    title: 'Delete Session',
    when: all(trusted, 'massgen.hasSessions'),
    run: (app, id) => app.removeSession(idOf(id)),
  },
  {
    command: 'massgen.cleanUp',
    title: 'Clean Up Workspaces',
    when: all(trusted, 'massgen.hasSessions'),
    places: title('2_record@3'),
    run: (app) => app.cleanUp(),
  },
  {
    command: 'massgen.chooseTeam',
    title: 'Choose Team',
    when: all(trusted, folder),
    key: 't',
    places: title('3_setup@1'),
    run: (app) => app.chooseTeam(),
  },
  { command: 'massgen.setApiKey', title: 'Set API Key', places: title('3_setup@2'), run: (app) => app.setKey() },
  { command: 'massgen.importApiKeys', title: 'Import API Keys from the Environment', run: (app) => app.importKeys() },
  { command: 'massgen.removeApiKey', title: 'Remove API Key', run: (app) => app.removeKey() },
  { command: 'massgen.chooseFolder', title: 'Choose Folder', when: 'workspaceFolderCount > 1', run: (app) => app.chooseFolder() },
  { command: 'massgen.demo', title: 'Run Demo', places: title('4_help@1'), run: (app, options) => app.demo(isFast(options)) },
  { command: 'massgen.showLog', title: 'Show Log', places: title('4_help@2'), run: (app) => app.showLog() },
  {
    command: 'massgen.startAboutFile',
    title: 'Start Session about This',
    when: all(trusted, folder),
    hidden: true,
    places: [
      { menu: 'explorer/context', group: '4_search@9', when: 'resourceScheme == file' },
      { menu: 'editor/title/context', group: '4_massgen@1', when: 'resourceScheme == file' },
    ],
    run: (app, clicked, selected) => app.composeAbout(Array.isArray(selected) && selected.length > 0 ? selected : [clicked]),
  },
  {
    command: 'massgen.startAboutSelection',
    title: 'Start Session about the Selection',
    when: all(trusted, folder),
    key: 'f',
    places: [{ menu: 'editor/context', group: '1_massgen@1', when: 'resourceScheme == file' }],
    run: (app) => app.composeAboutSelection(),
  },
  {
    command: 'massgen.openDiff',
    title: 'Open Diff',
    hidden: true,
    run: (app, session, candidate, path) => app.openDiff(String(session), String(candidate), String(path)),
  },
  {
    command: 'massgen.openChanges',
    title: 'Open All Changes',
    hidden: true,
    run: (app, session, candidate) => app.openChanges(String(session), String(candidate)),
  },
] as const satisfies readonly CommandRow[];
