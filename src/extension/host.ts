/** The engine's ports as an editor fills them in; what agents ask is answered by whoever knows their session. */
import { randomInt } from 'node:crypto';
import type { LogOutputChannel } from 'vscode';
import type { Host } from '../engine/host.js';
import { askConsent } from './consent.js';
import { editorModels } from './editor-models.js';
import { settleUnsaved } from './inline/unsaved.js';

/** `env` is read whenever a key is needed: keys may be set while the window is open. */
export function editorHost(env: () => Host['env'], log: LogOutputChannel): Omit<Host, 'approve'> {
  return {
    now: Date.now,
    get env() {
      return env();
    },
    seed: () => randomInt(2 ** 32),
    consent: askConsent,
    models: editorModels,
    settle: settleUnsaved,
    log: (level, message) => log[level](message),
  };
}
