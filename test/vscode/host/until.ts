/** Waits in the extension host for what comes by itself. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';

/** Gives what `look` finds; fails after forty seconds. */
export async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 400; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Waited in vain for ${what}`);
}

/** Until the editor tells of what is written in a folder: its watchers begin a while after they were asked for, and tell of nothing before. */
export async function watched(folder: string): Promise<void> {
  const probe = join(folder, 'watched.txt');
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.file(folder), 'watched.txt'));
  let told: true | undefined;
  const tell = () => {
    told = true;
  };
  try {
    for (const event of [watcher.onDidCreate, watcher.onDidChange]) event(tell);
    await until(`what is written in ${folder}`, async () => {
      if (told === undefined) await writeFile(probe, `${Date.now()}`);
      return told;
    });
  } finally {
    watcher.dispose();
    await rm(probe, { force: true });
  }
}
