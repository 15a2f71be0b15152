/** The window's one front at a time: that of the folder which the sessions are about. Views stay when the folder changes. */
import * as vscode from 'vscode';
import type { SessionId } from '../protocol/events.js';
import { fail, failureOf } from '../protocol/failure.js';
import type { ToHost, ToView } from '../protocol/wire.js';
import type { Connection, Front } from './front.js';
import type { Connect } from './views/sidebar.js';

export interface Fronts extends AsyncDisposable {
  /** Throws where no folder is open. */
  front(): Promise<Front>;
  /** From now on the sessions are about this folder. */
  turnTo(folder: string): Promise<Front>;
  /** For a view: what it says goes to the front of the moment. */
  connect(view: 'sidebar' | 'review', session?: SessionId): Connect;
}

interface Attached {
  view: 'sidebar' | 'review';
  session: SessionId | undefined;
  post(message: ToView): void;
  connection: Promise<Connection> | undefined;
}

/** `first`: the folder at the start. `open` begins a front; `onFront` sees each as it comes. */
export function openFronts(options: {
  first(): string | undefined;
  open(folder: string): Promise<Front>;
  onFront(front: Front): vscode.Disposable;
  onFailure(error: unknown): void;
}): Fronts {
  let current: { folder: string; front: Promise<Front>; watching: Promise<vscode.Disposable> } | undefined;
  const views = new Set<Attached>();

  function begin(folder: string): Promise<Front> {
    const front = options.open(folder);
    current = { folder, front, watching: front.then(options.onFront) };
    // Whoever asked is told; the next one tries again.
    current.watching.catch(() => {
      if (current?.front === front) current = undefined;
    });
    return front;
  }

  async function front(): Promise<Front> {
    const folder = current?.folder ?? options.first();
    if (folder === undefined) throw noFolder();
    return current?.front ?? begin(folder);
  }

  const bind = (view: Attached): Promise<Connection> => front().then((one) => one.connect(view.view, view.session, view.post));

  async function end(): Promise<void> {
    const before = current;
    current = undefined;
    for (const view of views) (await view.connection?.catch(() => undefined))?.dispose();
    (await before?.watching.catch(() => undefined))?.dispose();
    await (await before?.front.catch(() => undefined))?.[Symbol.asyncDispose]();
  }

  async function turnTo(folder: string): Promise<Front> {
    if (current?.folder === folder) return current.front;
    await end();
    const begun = await begin(folder);
    for (const view of views) {
      view.connection = bind(view);
      (await view.connection).receive({ send: 'ready' });
    }
    return begun;
  }

  function connect(view: 'sidebar' | 'review', session?: SessionId): Connect {
    return (post) => {
      const attached: Attached = { view, session, post, connection: undefined };
      views.add(attached);
      return {
        look(candidate) {
          attached.connection ??= bind(attached);
          attached.connection.then((connection) => connection.look(candidate)).catch(options.onFailure);
        },
        receive(message) {
          attached.connection ??= bind(attached);
          attached.connection.then(
            (connection) => connection.receive(message),
            (error: unknown) => {
              attached.connection = undefined;
              answerWithout(message, view, post, error);
            },
          );
        },
        dispose() {
          views.delete(attached);
          attached.connection?.then((connection) => connection.dispose()).catch(options.onFailure);
        },
      };
    };
  }

  return { front, turnTo, connect, [Symbol.asyncDispose]: end };
}

const noFolder = () =>
  fail('usage', vscode.l10n.t('No folder is open.'), { hint: vscode.l10n.t('Open one, or run the demo: it needs none.') });

/** Where there is no front, a view is shown empty, and what it asks is refused with the reason. */
function answerWithout(message: ToHost, view: 'sidebar' | 'review', post: (message: ToView) => void, error: unknown): void {
  if (message.send === 'intent' || message.send === 'query') post({ send: 'refusal', id: message.id, failure: failureOf(error) });
  if (message.send !== 'ready' && message.send !== 'resync') return;
  const { language: locale } = vscode.env;
  post({ send: 'open', opened: { view, rows: [], teams: [], asking: [], locale, trusted: vscode.workspace.isTrusted } });
}
