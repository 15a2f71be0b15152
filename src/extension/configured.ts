/** What the settings say about the teams of a folder. */
import { isAbsolute, resolve } from 'node:path';
import * as vscode from 'vscode';
import type { Overrule } from '../engine/overrule.js';

export interface Configured {
  /** A configuration to use before those that are found. */
  config: string | undefined;
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
  const seconds = number('timeout');
  const costUsd = number('maxCost');
  const dependencies = DEPENDENCIES.find((one) => one === text('dependencies'));
  return {
    config: config === undefined || isAbsolute(config) ? config : resolve(folder, config),
    over: {
      ...(seconds !== undefined && { seconds }),
      ...(costUsd !== undefined && { costUsd }),
      ...(dependencies !== undefined && { dependencies }),
    },
  };
}

/** Calls back when `configuredFor` may give something else. */
export const onConfigured = (folder: string, call: () => void): vscode.Disposable =>
  vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('massgen', vscode.Uri.file(folder))) call();
  });
