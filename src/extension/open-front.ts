/** Begins the front of one folder: its sessions, what of them the window shows, and the views on them. */
import * as vscode from 'vscode';
import { offeredTeams } from '../engine/offers.js';
import { sizesOf, storageLimits, tightStorage } from '../engine/storage.js';
import type { Event, SessionId } from '../protocol/events.js';
import { failureOf } from '../protocol/failure.js';
import type { SessionRow } from '../protocol/wire.js';
import type { Composed } from './app.js';
import { configuredFor, onConfigured } from './configured.js';
import type { Front } from './front.js';
import { editorHost } from './host.js';
import type { Clock, Editor } from './hosting/editor.js';
import { openSessions } from './hosting/open-sessions.js';
import { openViewHost, type ViewHost } from './hosting/view-host.js';
import type { Watch } from './hosting/watching.js';
import type { Keys } from './keys.js';
import { mentionsFor } from './mentions.js';

export interface FrontPorts {
  context: vscode.ExtensionContext;
  keys: Keys;
  log: vscode.LogOutputChannel;
}

const clock: Clock = {
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

export async function openFront(folder: string, { context, keys, log }: FrontPorts): Promise<Front> {
  const memory = memoryOf(context, folder);
  let env = await keys.env(folder);
  const host = editorHost(() => env, log);
  const sessions = openSessions({
    folder,
    host,
    clock,
    trusted: () => vscode.workspace.isTrusted,
    over: () => configuredFor(folder).over,
    async offers() {
      const all = await offeredTeams({ folder, env, probes: { editor: host.models }, ...configuredFor(folder) });
      const preferred = memory.team();
      return all.sort((a, b) => Number(b.choice.id === preferred) - Number(a.choice.id === preferred));
    },
  });
  const editor: Editor = {
    locale: vscode.env.language,
    trusted: () => vscode.workspace.isTrusted,
    mentions: (text) => mentionsFor(text, folder),
    run: async (command, args) => vscode.commands.executeCommand(command, ...args),
    draft: memory.draft,
    keepDraft: memory.keepDraft,
  };

  const changed = new vscode.EventEmitter<void>();
  const pending = new vscode.EventEmitter<void>();
  const happened = new vscode.EventEmitter<Parameters<Parameters<Front['onEvent']>[0]>>();
  /** Sessions that this window works on are followed whatever it shows. */
  const followed = new Map<SessionId, Watch>();
  let rows: SessionRow[] = await sessions.rows();
  let shown: Watch | undefined;
  let sidebar: ViewHost | undefined;
  let composed: Composed | undefined;

  /** Told by the sidebar, or without one by whoever shows a session. A session that is gone is none. */
  function nowShown(id: SessionId | undefined): void {
    const before = shown;
    shown = id === undefined ? undefined : watched(id);
    before?.end();
    memory.keepShown(shown?.id);
    changed.fire();
  }
  function watched(id: SessionId): Watch | undefined {
    try {
      return sessions.watch(id);
    } catch (error) {
      log.info(failureOf(error).message);
      return undefined;
    }
  }
  function follow(id: SessionId): void {
    if (!followed.has(id)) followed.set(id, sessions.watch(id));
  }
  const show = async (id: SessionId | undefined): Promise<void> => (sidebar === undefined ? nowShown(id) : sidebar.show(id));
  const during = async <T>(id: SessionId, ask: (watch: Watch) => Promise<T>): Promise<T> => {
    const watch = sessions.watch(id);
    try {
      return await ask(watch);
    } finally {
      watch.end();
    }
  };

  function list(): void {
    sessions.rows().then(
      (now) => {
        if (appliedIn(now) !== appliedIn(rows)) pending.fire();
        rows = now;
        for (const { id } of now) if (sessions.works(id)) follow(id);
        changed.fire();
      },
      (error: unknown) => log.warn(failureOf(error).message),
    );
  }

  const limits = () => storageLimits(folder, env, configuredFor(folder).config);

  const listening = sessions.subscribe((change) => {
    if (change.of === 'event') {
      if (SETTLING.has(change.event.type)) pending.fire();
      // Others are watched for what is pending of them alone.
      if (change.session === shown?.id || followed.has(change.session)) happened.fire([change.session, change.event]);
      if (change.event.type === 'turn.ended') {
        followed.get(change.session)?.end();
        followed.delete(change.session);
      }
      if ('seq' in change.event && change.session === shown?.id) changed.fire();
    } else if (change.of === 'asking') changed.fire();
    else if (change.of === 'rows') list();
  });
  const renew = async (): Promise<void> => {
    env = await keys.env(folder);
    sessions.refreshTeams();
  };
  const renewed = (): void => void renew().catch((error: unknown) => log.warn(failureOf(error).message));
  const keysChanging = keys.onDidChange(renewed);
  const configuring = onConfigured(folder, renewed);
  const trusting = vscode.workspace.onDidGrantWorkspaceTrust(() => {
    sidebar?.receive({ send: 'ready' });
    pending.fire();
  });
  nowShown(memory.shown());

  return {
    folder,
    seen: () => ({
      state: shown?.now().state,
      working: shown !== undefined && sessions.works(shown.id),
      elsewhere: rows.some((row) => row.id === shown?.id && row.status === 'running'),
      rows,
      asking: sessions.asking(),
    }),
    onChange: (listener) => changed.event(listener),
    onEvent: (listener) => happened.event(([session, event]) => listener(session, event)),
    async intend(intent) {
      const id = await sessions.intend(intent.do === 'start' ? withTeam(intent, memory.team()) : intent);
      if (intent.do === 'start') await show(id);
      if (intent.do === 'remove' && shown?.id === id) await show(undefined);
      list();
      return id;
    },
    pending: () => sessions.allPending(),
    onPending: (listener) => pending.event(listener),
    accept: (id, apply, selection) => sessions.accept(id, apply, selection),
    reject: (id, apply, selection) => sessions.reject(id, apply, selection),
    undo: (id) => sessions.intend({ do: 'undo', session: id }),
    read: (tree, path) => sessions.read(tree, path),
    preview: (id, chosen) => during(id, (watch) => sessions.preview(watch, chosen)),
    files: (id, candidate) => during(id, async (watch) => (await sessions.review(watch)).files(candidate, 'base')),
    storage: async () => ({ sizes: await sizesOf(folder), limits: await limits() }),
    tightStorage: async () => tightStorage(folder, await limits()),
    async prune(options) {
      const pruned = await sessions.prune(options);
      if (!options.dryRun && pruned.removed.some(({ id }) => id === shown?.id)) await show(undefined);
      return pruned;
    },
    teams: () => sessions.teams(),
    async prefer(team) {
      await memory.keepTeam(team);
      sessions.refreshTeams();
    },
    show,
    connect(view, session, post) {
      const viewHost = openViewHost({
        view,
        sessions,
        editor,
        clock,
        send: post,
        session: view === 'sidebar' ? shown?.id : session,
        ...(view === 'sidebar' && { showing: nowShown }),
        log: (message) => log.warn(message),
      });
      if (view === 'sidebar') {
        sidebar = viewHost;
        if (composed !== undefined) viewHost.compose({ ...composed, focus: true });
        composed = undefined;
      }
      return {
        receive: viewHost.receive,
        look: viewHost.look,
        dispose() {
          if (sidebar === viewHost) sidebar = undefined;
          viewHost.end();
        },
      };
    },
    compose(what) {
      if (sidebar === undefined) composed = what;
      else sidebar.compose({ ...what, focus: true });
    },
    async [Symbol.asyncDispose]() {
      listening();
      keysChanging.dispose();
      configuring.dispose();
      trusting.dispose();
      shown?.end();
      for (const watch of followed.values()) watch.end();
      await sessions[Symbol.asyncDispose]();
      changed.dispose();
      happened.dispose();
      pending.dispose();
    },
  };
}

/** After these facts something else is pending. */
const SETTLING: ReadonlySet<string> = new Set<Event['type']>(['changes.applied', 'changes.undone', 'changes.accepted', 'changes.rejected']);

const appliedIn = (rows: readonly SessionRow[]): string => rows.map(({ id, applied }) => `${id} ${applied}`).join();

type Start = Extract<Parameters<Front['intend']>[0], { do: 'start' }>;

/** What the person chose before holds where nothing else is said. */
const withTeam = (intent: Start, team: string | undefined): Start =>
  intent.team === undefined && team !== undefined ? { ...intent, team } : intent;

/** What survives a reload of the window, for each folder. */
function memoryOf({ workspaceState }: vscode.ExtensionContext, folder: string) {
  const key = (what: string): string => `massgen.${what}:${folder}`;
  const keep = (what: string, value: unknown): Thenable<void> => workspaceState.update(key(what), value);
  return {
    shown: () => workspaceState.get<SessionId>(key('shown')),
    keepShown: (id: SessionId | undefined) => void keep('shown', id),
    team: () => workspaceState.get<string>(key('team')),
    keepTeam: (team: string) => keep('team', team),
    draft: (view: string) => workspaceState.get<unknown>(key(`draft.${view}`)),
    keepDraft: (view: string, draft: unknown) => void keep(`draft.${view}`, draft),
  };
}
