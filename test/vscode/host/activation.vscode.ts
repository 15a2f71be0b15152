/** The extension as the editor knows it. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const extension = () => {
  const found = vscode.extensions.getExtension('massgen.massgen');
  assert.ok(found, 'the extension is not there');
  return found;
};

describe('the extension', () => {
  it('sleeps until it is needed', () => {
    assert.equal(extension().isActive, false);
  });

  it('has every command of its manifest once it is awake', async () => {
    await extension().activate();
    const known = new Set(await vscode.commands.getCommands(true));
    const { commands } = extension().packageJSON.contributes as { commands: { command: string }[] };
    assert.ok(commands.length > 0);
    assert.deepEqual(
      commands.map(({ command }) => command).filter((command) => !known.has(command)),
      [],
    );
  });
});
