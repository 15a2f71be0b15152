/** Keys as the window keeps them: a secret storage like the editor's, and the environment under it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { openKeys } from '../../../src/extension/keys.js';

/** What `openKeys` uses of a context. */
function context(): { context: vscode.ExtensionContext; stored: Map<string, string> } {
  const stored = new Map<string, string>();
  const state = new Map<string, unknown>();
  const changed = new vscode.EventEmitter<vscode.SecretStorageChangeEvent>();
  const secrets = {
    get: async (key: string) => stored.get(key),
    async store(key: string, value: string) {
      stored.set(key, value);
      changed.fire({ key });
    },
    async delete(key: string) {
      stored.delete(key);
      changed.fire({ key });
    },
    onDidChange: changed.event,
  };
  const globalState = {
    get: (key: string, otherwise: unknown) => state.get(key) ?? otherwise,
    update: async (key: string, value: unknown) => void state.set(key, value),
  };
  return { context: { secrets, globalState } as unknown as vscode.ExtensionContext, stored };
}

describe('keys', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'massgen-keys-'));
    await writeFile(join(folder, '.env'), 'XAI_API_KEY=from-the-folder\nGROQ_API_KEY=from-the-folder\n');
  });
  after(() => rm(folder, { recursive: true }));

  it('that are stored go before those of the environment and of the folder', async () => {
    const { context: of, stored } = context();
    const keys = openKeys(of);
    await of.globalState.update('massgen.keys', ['XAI_API_KEY']);
    stored.set('massgen.key.XAI_API_KEY', 'stored');
    const env = await keys.env(folder);
    assert.deepEqual([env.XAI_API_KEY, env.GROQ_API_KEY], ['stored', 'from-the-folder']);
    keys.dispose();
  });

  it('that are changed are told of', async () => {
    const { context: of } = context();
    const keys = openKeys(of);
    let told = 0;
    keys.onDidChange(() => {
      told += 1;
    });
    await of.secrets.store('massgen.key.XAI_API_KEY', 'new');
    assert.equal(told, 1);
    keys.dispose();
  });
});
