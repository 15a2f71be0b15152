/** What the commands can do: one for each window, made by `main.ts`. */
import type { LogOutputChannel } from 'vscode';
import type { Part } from '../protocol/content.js';

export interface App {
  readonly log: LogOutputChannel;
  /** Shows the composer, with this in it. */
  compose(what: { text?: string; parts?: Part[] }): Promise<void>;
}
