/** Whether a key may go where a folder's configuration sends it is asked in words, and a setting of the folder is no choice of the person's. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Sending } from '../../../src/engine/config/sendings.js';
import { configuredFor } from '../../../src/extension/configured.js';
import { askConsent } from '../../../src/extension/consent.js';

const folder = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? assert.fail('no folder');
const sending = () => ({
  name: 'MY_KEY',
  to: 'https://gw.example/v1',
  place: { file: join(folder(), 'massgen.yaml'), line: 3, column: 5 },
});

/** What is asked and offered, and whether it is taken for consent when this is answered. */
async function asked(sendings: readonly Sending[], answer: (buttons: string[]) => string | undefined) {
  const { showWarningMessage } = vscode.window;
  let seen: { text: string; options: vscode.MessageOptions; buttons: string[] } | undefined;
  try {
    Object.assign(vscode.window, {
      async showWarningMessage(text: string, options: vscode.MessageOptions, ...buttons: string[]) {
        seen = { text, options, buttons };
        return answer(buttons);
      },
    });
    const agreed = await askConsent(sendings);
    return { ...(seen ?? assert.fail('nothing was asked')), agreed };
  } finally {
    Object.assign(vscode.window, { showWarningMessage });
  }
}

describe('consent', () => {
  it('is asked for in a question that waits, with all that is sent, and only its button gives it', async () => {
    const { options, agreed } = await asked([sending(), { ...sending(), name: 'OTHER' }], () => 'Send');
    assert.equal(agreed, true);
    assert.equal(options.modal, true);
    assert.match(options.detail ?? '', /MY_KEY goes to https:\/\/gw\.example\/v1\nmassgen\.yaml, line 3/);
    assert.match(options.detail ?? '', /OTHER goes to/);
    assert.equal((await asked([sending()], () => undefined)).agreed, false);
  });

  it('is not what Enter gives: the first button shows the line, or is no', async () => {
    writeFileSync(sending().place.file, 'agents:\n  - id: a\n    backend: {}\n');
    try {
      const { buttons, agreed } = await asked([sending()], ([first]) => first);
      assert.deepEqual([buttons, agreed], [['Open massgen.yaml', 'Send'], false]);
      assert.deepEqual(
        [vscode.window.activeTextEditor?.document.fileName, vscode.window.activeTextEditor?.selection.active.line],
        [sending().place.file, 2],
      );
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      rmSync(sending().place.file);
    }
    const { place: _, ...placeless } = sending();
    const { buttons, agreed } = await asked([placeless], ([first]) => first);
    assert.deepEqual([buttons, agreed], [['Do Not Send', 'Send'], false]);
  });

  it('is given by the own settings that name a configuration, and not by those of the folder', async () => {
    const settings = vscode.workspace.getConfiguration('massgen', vscode.Uri.file(folder()));
    const file = join(folder(), 'elsewhere.yaml');
    const { Global, Workspace } = vscode.ConfigurationTarget;
    const chosen = async (value: string, target: vscode.ConfigurationTarget) => {
      await settings.update('config', value, target);
      try {
        return configuredFor(folder()).chosen;
      } finally {
        await settings.update('config', undefined, target);
      }
    };
    assert.equal(await chosen(file, Global), true);
    assert.equal(await chosen('massgen.yaml', Global), false);
    assert.equal(await chosen(file, Workspace), false);
  });
});
