/** The engine's ports as an editor fills them in. */
import { randomInt } from 'node:crypto';
import type { LogOutputChannel } from 'vscode';
import type { Host } from '../engine/host.js';
import { editorModels } from './editor-models.js';

/** What asks the person is added by whoever knows the session. */
export function editorHost(env: Host['env'], log: LogOutputChannel): Omit<Host, 'approve'> {
  return {
    now: Date.now,
    env,
    seed: () => randomInt(2 ** 32),
    models: editorModels,
    log: (level, message) => log[level](message),
  };
}
