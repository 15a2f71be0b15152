/** What the settings say about the teams of a folder. */
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import * as vscode from 'vscode';
import { configPlaces } from '../engine/config/load.js';
import type { Overrule } from '../engine/overrule.js';

export interface Configured {
  /** A configuration to use before those that are found. */
  config: string | undefined;
  /** The person's own settings name it: neither the folder's settings nor a path within it. */
  chosen: boolean;
  over: Overrule;
}

const DEPENDENCIES = ['link', 'copy', 'none'] as const;

/** Invariant: a setting that says nothing changes nothing: '' and 0 leave it to the configuration. */
export function configuredFor(folder: string): Configured {
  const settings = vscode.workspace.getConfiguration('massgen', vscode.Uri.file(folder));
  const text = (key: string): string | undefined => settings.get<string>(key)?.trim() || undefined;
  const number = (key: string): number | undefined => {
    const value = settings.get<number>(key);
    return value !== undefined && value > 0 ? value : undefined;
  };
  const config = text('config');
  const { globalValue } = settings.inspect<string>('config') ?? {};
  const seconds = number('timeout');
  const costUsd = number('maxCost');
  const dependencies = DEPENDENCIES.find((one) => one === text('dependencies'));
  return {
    config: config === undefined || isAbsolute(config) ? config : resolve(folder, config),
    chosen: config !== undefined && isAbsolute(config) && globalValue?.trim() === config,
    over: {
      ...(seconds !== undefined && { seconds }),
      ...(costUsd !== undefined && { costUsd }),
      ...(dependencies !== undefined && { dependencies }),
    },
  };
}

/** Calls back when `configuredFor` may give something else, or a file says something else of teams and keys. */
export function onConfigured(folder: string, call: () => void): vscode.Disposable {
  let files = watched(folder, call);
  const settings = vscode.workspace.onDidChangeConfiguration((event) => {
    if (!event.affectsConfiguration('massgen', vscode.Uri.file(folder))) return;
    files.dispose();
    files = watched(folder, call);
    call();
  });
  return new vscode.Disposable(() => {
    settings.dispose();
    files.dispose();
  });
}

/** Files that are there or not yet. */
function watched(folder: string, call: () => void): vscode.Disposable {
  const { config } = configuredFor(folder);
  const places = [...configPlaces(folder, process.env), join(folder, '.env'), ...(config === undefined ? [] : [config])];
  const watchers = [...new Set(places)].flatMap((place) => {
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.file(dirname(place)), basename(place)));
    return [watcher, watcher.onDidCreate(call), watcher.onDidChange(call), watcher.onDidDelete(call)];
  });
  return vscode.Disposable.from(...watchers);
}
