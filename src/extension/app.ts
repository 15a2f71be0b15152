/** What the commands can do: one for each window, made by `main.ts`. */
import type { Part } from '../protocol/content.js';
import type { PendingCommands } from './inline/actions.js';

/** Put into the composer; the person reads it over and starts it. */
export interface Composed {
  text?: string;
  parts?: Part[];
}

export interface App {
  // sessions.ts
  compose(what: Composed): Promise<void>;
  openSession(id: string | undefined): Promise<void>;
  renameSession(id: string | undefined): Promise<void>;
  removeSession(id: string | undefined): Promise<void>;
  stop(): Promise<void>;
  resume(): Promise<void>;
  chooseTeam(): Promise<void>;
  answer(): Promise<void>;
  // results.ts
  review(session: string | undefined, candidate: string | undefined): Promise<void>;
  openDiff(session: string, candidate: string, path: string): Promise<void>;
  openChanges(session: string, candidate: string): Promise<void>;
  vote(): Promise<void>;
  choose(): Promise<void>;
  apply(): Promise<void>;
  undo(): Promise<void>;
  openLog(): Promise<void>;
  exportSession(session: string | undefined): Promise<void>;
  cleanUp(): Promise<void>;
  // about.ts
  composeAbout(uris: readonly unknown[]): Promise<void>;
  composeAboutSelection(): Promise<void>;
  // inline/actions.ts: what was applied and is pending
  pending: PendingCommands;
  // disk.ts
  freeDiskSpace(): Promise<void>;
  // main.ts, keys.ts, allowed.ts, folder.ts
  setKey(): Promise<void>;
  importKeys(): Promise<void>;
  removeKey(): Promise<void>;
  showAllowed(): Promise<void>;
  chooseFolder(): Promise<void>;
  demo(fast: boolean): Promise<void>;
  showLog(): void;
}
