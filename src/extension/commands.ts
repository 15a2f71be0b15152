/** The table of commands: what each is called, where it is offered and when, its key, and what it does. */
import type { App } from './app.js';
import type { ContextKey } from './glance.js';

type Menu =
  | 'view/title'
  | 'editor/context'
  | 'editor/title'
  | 'editor/title/context'
  | 'explorer/context'
  | 'scm/title'
  | 'scm/change/title'
  | 'scm/resourceGroup/context'
  | 'scm/resourceState/context';

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
/** Of the files that are pending (inline/): in their editors, in the list of the source controls, in the peek view of changed lines. */
const pending = `${trusted} && massgen.hasPending`;
const inPending = 'resourcePath in massgen.pendingFiles';
const ofList = 'scmProvider == massgen';
const ofPeek = 'originalResourceScheme == massgen-tree';
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
    run: (app, id, candidate) => app.review(idOf(id), idOf(candidate)),
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
    command: 'massgen.undoPending',
    title: 'Undo the Apply That Is Pending',
    icon: '$(discard)',
    when: pending,
    places: [{ menu: 'scm/title', group: 'navigation@1', when: ofList }],
    run: (app) => app.pending.undo(),
  },
  {
    command: 'massgen.nextChange',
    title: 'Next Change',
    icon: '$(arrow-down)',
    when: 'massgen.hasPending',
    key: 'n',
    places: [{ menu: 'editor/title', group: 'navigation@-13', when: inPending }],
    run: (app) => app.pending.go(1),
  },
  {
    command: 'massgen.previousChange',
    title: 'Previous Change',
    icon: '$(arrow-up)',
    when: 'massgen.hasPending',
    key: 'b',
    run: (app) => app.pending.go(-1),
  },
  {
    command: 'massgen.acceptChange',
    title: 'Accept Change',
    icon: '$(check)',
    when: pending,
    key: 'k',
    places: [{ menu: 'scm/change/title', group: 'navigation@1', when: ofPeek }],
    run: (app, ...args) => app.pending.change('accept', args),
  },
  {
    command: 'massgen.rejectChange',
    title: 'Reject Change',
    icon: '$(discard)',
    when: pending,
    key: 'd',
    places: [{ menu: 'scm/change/title', group: 'navigation@2', when: ofPeek }],
    run: (app, ...args) => app.pending.change('reject', args),
  },
  {
    command: 'massgen.acceptFile',
    title: 'Accept File',
    icon: '$(check-all)',
    when: pending,
    key: 'shift+k',
    places: [
      { menu: 'editor/title', group: 'navigation@-12', when: inPending },
      { menu: 'scm/resourceState/context', group: 'inline@2', when: ofList },
    ],
    run: (app, ...args) => app.pending.file('accept', args),
  },
  {
    command: 'massgen.rejectFile',
    title: 'Reject File',
    icon: '$(discard)',
    when: pending,
    key: 'shift+d',
    places: [
      { menu: 'editor/title', group: 'navigation@-11', when: inPending },
      { menu: 'scm/resourceState/context', group: 'inline@1', when: ofList },
    ],
    run: (app, ...args) => app.pending.file('reject', args),
  },
  {
    command: 'massgen.diffPending',
    title: 'Compare Pending File with What Stood Before',
    icon: '$(diff)',
    when: 'massgen.hasPending',
    places: [{ menu: 'scm/resourceState/context', group: '1_compare@1', when: ofList }],
    run: (app, ...args) => app.pending.diff(args),
  },
  {
    command: 'massgen.diffAllPending',
    title: 'Compare All Pending Files with What Stood Before',
    icon: '$(diff-multiple)',
    when: 'massgen.hasPending',
    places: [{ menu: 'scm/resourceGroup/context', group: 'inline@3', when: ofList }],
    run: (app) => app.pending.diffAll(),
  },
  {
    command: 'massgen.acceptAll',
    title: 'Accept All Pending Changes',
    icon: '$(check-all)',
    when: pending,
    places: [{ menu: 'scm/resourceGroup/context', group: 'inline@2', when: ofList }],
    run: (app) => app.pending.all('accept'),
  },
  {
    command: 'massgen.rejectAll',
    title: 'Reject All Pending Changes',
    icon: '$(discard)',
    when: pending,
    places: [{ menu: 'scm/resourceGroup/context', group: 'inline@1', when: ofList }],
    run: (app) => app.pending.all('reject'),
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
    command: 'massgen.freeDiskSpace',
    title: 'Free Disk Space…',
    when: all(trusted, 'massgen.hasSessions'),
    places: title('2_record@4'),
    run: (app) => app.freeDiskSpace(),
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
  { command: 'massgen.showAllowed', title: 'Show What Is Always Allowed', when: folder, run: (app) => app.showAllowed() },
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
