/** Begins the front of one folder: what answers its views and commands. */
import * as vscode from 'vscode';
import { detectTeam } from '../engine/config/detect.js';
import type { Host } from '../engine/host.js';
import { listSessions } from '../engine/sessions.js';
import { fail } from '../protocol/failure.js';
import type { SessionRow, TeamChoice, ToView } from '../protocol/wire.js';
import type { Front } from './front.js';
import { editorHost } from './host.js';
import type { Keys } from './keys.js';
import { mentionsFor } from './mentions.js';

export interface FrontPorts {
  context: vscode.ExtensionContext;
  keys: Keys;
  log: vscode.LogOutputChannel;
}

/** Reads the folder's sessions. Working on them comes with `hosting`. */
export async function openFront(folder: string, { keys, log }: FrontPorts): Promise<Front & vscode.Disposable> {
  const rows = (await listSessions(folder)).map((row): SessionRow => ({ ...row, agents: 0, bytes: 0, applied: 0 }));
  const views = new Set<(message: ToView) => void>();
  const refused = () => fail('usage', 'Sessions can only be read yet.');
  const opened = (view: 'sidebar' | 'review'): ToView => ({
    send: 'open',
    opened: { view, rows, teams: [], asking: [], locale: vscode.env.language, trusted: vscode.workspace.isTrusted },
  });
  return {
    folder,
    seen: () => ({ working: false, rows, asking: [] }),
    onChange: () => ({ dispose: () => undefined }),
    onEvent: () => ({ dispose: () => undefined }),
    intend: async () => Promise.reject(refused()),
    ask: async () => Promise.reject(refused()),
    teams: async () => found(editorHost(await keys.env(folder), log)),
    show: async () => undefined,
    prefer: () => undefined,
    compose: (what) => {
      for (const post of views) post({ send: 'compose', ...what, focus: true });
    },
    connect(view, _session, post) {
      views.add(post);
      return {
        receive(message) {
          if (message.send === 'query' && message.query.get === 'mentions') {
            const { id } = message;
            void mentionsFor(message.query.text, folder).then((value) => post({ send: 'answer', id, value }));
            return;
          }
          if (message.send === 'ready' || message.send === 'resync') post(opened(view));
          else if (message.send === 'command') void vscode.commands.executeCommand(message.command, ...message.args);
          else if (message.send === 'intent' || message.send === 'query')
            post({ send: 'refusal', id: message.id, failure: refused().failure });
        },
        dispose: () => views.delete(post),
      };
    },
    dispose: () => views.clear(),
  };
}

async function found(host: Pick<Host, 'env' | 'models'>): Promise<TeamChoice[]> {
  const { team } = await detectTeam(host.env, { editor: host.models });
  if (team === undefined) return [];
  const agents = team.agents.map(({ id, label, backend }) => ({ id, label, model: backend.model }));
  return [{ id: 'found', from: vscode.l10n.t('What was found'), agents, pattern: team.pattern.id, limits: team.limits }];
}
