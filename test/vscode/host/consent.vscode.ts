/** Whether a key may go where a folder's configuration sends it is asked in words, and a setting of the folder is no choice of the person's. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { configuredFor } from '../../../src/extension/configured.js';
import { askConsent } from '../../../src/extension/consent.js';

const sending = { name: 'MY_KEY', to: 'https://gw.example/v1', place: { file: '/w/massgen.yaml', line: 3, column: 5 } };

describe('consent', () => {
  it('is asked for in a question that waits, with all that is sent, and only its button gives it', async () => {
    const { showWarningMessage } = vscode.window;
    const asked: vscode.MessageOptions[] = [];
    let answer: string | undefined;
    try {
      Object.assign(vscode.window, {
        async showWarningMessage(_text: string, options: vscode.MessageOptions, button: string) {
          asked.push(options);
          return answer ?? button;
        },
      });
      assert.equal(await askConsent([sending]), true);
      answer = 'something else';
      assert.equal(await askConsent([sending, { ...sending, name: 'OTHER' }]), false);
    } finally {
      Object.assign(vscode.window, { showWarningMessage });
    }
    assert.ok(asked.every(({ modal }) => modal));
    assert.match(asked[0]?.detail ?? '', /MY_KEY goes to https:\/\/gw\.example\/v1 \(\/w\/massgen\.yaml:3:5\)/);
    assert.match(asked[1]?.detail ?? '', /OTHER goes to/);
  });

  it('is given by the own settings that name a configuration, and not by those of the folder', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? assert.fail('no folder');
    const settings = vscode.workspace.getConfiguration('massgen', vscode.Uri.file(folder));
    const file = join(folder, 'elsewhere.yaml');
    const { Global, Workspace } = vscode.ConfigurationTarget;
    const chosen = async (value: string, target: vscode.ConfigurationTarget) => {
      await settings.update('config', value, target);
      try {
        return configuredFor(folder).chosen;
      } finally {
        await settings.update('config', undefined, target);
      }
    };
    assert.equal(await chosen(file, Global), true);
    assert.equal(await chosen('massgen.yaml', Global), false);
    assert.equal(await chosen(file, Workspace), false);
  });
});
