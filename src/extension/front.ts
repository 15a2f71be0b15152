/** What the window's parts need of the sessions of its folder. */
import type { StorageLimits } from '../engine/config/team.js';
import type { Pruned, PruneOptions, Sizes } from '../engine/storage.js';
import type { ApplyId, CandidateId, Chosen, Event, Selection, SessionId, TreeId } from '../protocol/events.js';
import type { Intent } from '../protocol/intents.js';
import type { FileDiff, Preview } from '../protocol/review.js';
import type { TeamChoice, ToHost, ToView } from '../protocol/wire.js';
import type { Composed } from './app.js';
import type { Seen } from './glance.js';
import type { FolderPending } from './hosting/pendings.js';

/** A webview, as what answers it knows it. */
export interface Connection {
  receive(message: ToHost): void;
  /** The review turns to an answer. */
  look(candidate: CandidateId): void;
  dispose(): void;
}

export interface Front extends AsyncDisposable {
  readonly folder: string;
  seen(): Seen;
  /** Something that `seen` gives has changed. */
  onChange(listener: () => void): { dispose(): void };
  /** Events of the session that is shown, and of those that this window works on. */
  onEvent(listener: (session: SessionId, event: Event) => void): { dispose(): void };
  /** Gives the session that it is about; resolves of a turn once it has begun. Throws a failure where it was refused. */
  intend(intent: Intent): Promise<SessionId>;
  /** What was applied to the folder and is neither accepted nor rejected yet, whichever session it is from. */
  pending(): Promise<FolderPending>;
  /** `pending` may give something else. */
  onPending(listener: () => void): { dispose(): void };
  accept(session: SessionId, apply: ApplyId, selection: Selection): Promise<void>;
  reject(session: SessionId, apply: ApplyId, selection: Selection): Promise<void>;
  undo(session: SessionId): Promise<unknown>;
  /** A file of a tree of the store. */
  read(tree: TreeId, path: string): Promise<Uint8Array | undefined>;
  preview(session: SessionId, chosen: readonly Chosen[]): Promise<Preview>;
  /** What a candidate changes against the base of its turn. */
  files(session: SessionId, candidate: CandidateId): Promise<FileDiff[]>;
  /** What `.massgen` takes of the disk, and what its configuration allows. */
  storage(): Promise<{ sizes: Sizes; limits: StorageLimits }>;
  /** Both, where the limit is near. Nothing is looked through where there is none. */
  tightStorage(): Promise<{ total: number; maxBytes: number } | undefined>;
  /** Removes old sessions and what none needs, or says what would go. */
  prune(options: PruneOptions): Promise<Pruned>;
  teams(): Promise<TeamChoice[]>;
  /** The team that is offered first from now on. */
  prefer(team: string): Promise<void>;
  /** Which session the window shows; undefined: none, to begin a new one. */
  show(session: SessionId | undefined): Promise<void>;
  /** `session`: what a review is of. The sidebar shows the window's. */
  connect(view: 'sidebar' | 'review', session: SessionId | undefined, post: (message: ToView) => void): Connection;
  /** Puts it into the composer; kept until that is there. */
  compose(what: Composed): void;
}
