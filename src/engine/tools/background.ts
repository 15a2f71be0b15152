/** The commands that one run keeps going in the background, stopped when it ends. */
import type { BackgroundCommand, CommandSpec, Commands } from '../process/commands.js';
import { ended } from './run-command.js';
import type { Background, CommandScope } from './tool.js';

const maxRunning = 10;

/** Invariant: once disposed nothing that was started here runs any more, and nothing can be started. */
export function openBackground(
  commands: Commands,
  scope: CommandScope & { env: Readonly<Record<string, string>> },
): Background & AsyncDisposable {
  const started = new Map<string, BackgroundCommand>();
  const finished = new Map<string, string>();
  let count = 0;
  let closed = false;

  const status = (id: string, result: ReturnType<BackgroundCommand['read']>['ended']): string => {
    if (result !== undefined) finished.set(id, ended(result));
    return finished.get(id) ?? 'running';
  };
  const stop = async (id: string): Promise<string | undefined> => {
    const command = started.get(id);
    if (command === undefined) return undefined;
    const earlier = finished.get(id);
    const result = await command.stop();
    finished.set(id, earlier ?? ended(result));
    return finished.get(id);
  };
  const running = () => [...started.keys()].filter((id) => !finished.has(id));

  return {
    start(command, cwd, timeoutMs, network) {
      if (closed) return { why: 'Not started: the work is over.' };
      if (running().length >= maxRunning)
        return {
          why: `Not started: ${maxRunning} commands are kept in the background already; stop one with stop_command (${running().join(', ')}).`,
        };
      count += 1;
      const id = `b${count}`;
      const { writable, readOnly, unreadable, env } = scope;
      const spec: CommandSpec = { command, cwd, env, writable, readOnly, unreadable, network: network ?? scope.network, timeoutMs };
      started.set(id, commands.start(id, spec));
      return { id };
    },
    read(id) {
      const command = started.get(id);
      if (command === undefined) return undefined;
      const { output, ended: result } = command.read();
      return { output, status: status(id, result) };
    },
    stop,
    async [Symbol.asyncDispose]() {
      closed = true;
      await Promise.all([...started.keys()].map(stop));
    },
  };
}
