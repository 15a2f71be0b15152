/** The command boundary: what a command throws becomes words for the person, and the whole of it goes to the log. */
import * as vscode from 'vscode';
import { FailureError, failureOf } from '../protocol/failure.js';
import { unlinked } from './unlinked.js';

export function showFailure(error: unknown, log: vscode.LogOutputChannel): void {
  if (!(error instanceof FailureError)) log.error(error instanceof Error ? error : String(error));
  const { message, hint } = failureOf(error);
  log.warn(message);
  void vscode.window.showErrorMessage(unlinked(hint === undefined ? message : `${message} ${hint}`));
}
