/** What was applied to the folder and is still pending, of all of its sessions: a function of their facts, the same in every window. */
import type { Pending } from '../../engine/pending.js';
import { allPending } from '../../engine/rejecting.js';
import type { Store } from '../../engine/workspace/store.js';
import type { SessionId } from '../../protocol/events.js';
import type { SessionRow } from '../../protocol/wire.js';
import type { Watch } from './watching.js';

export interface FolderPending {
  /** Absolute and real: what the files' paths are relative to. */
  root: string;
  changes: (Pending & { session: SessionId; title: string })[];
}

export interface Pendings {
  all(): Promise<FolderPending>;
  end(): void;
}

export interface PendingsOptions {
  store(): Promise<Store>;
  rows(): Promise<SessionRow[]>;
  watch(id: SessionId): Watch;
}

/** A session that has nothing pending is not looked at again before its log has grown. */
export function openPendings({ store, rows, watch }: PendingsOptions): Pendings {
  const watches = new Map<SessionId, Watch>();
  const settled = new Map<SessionId, number>();

  async function of({ id, title, lastAt }: SessionRow): Promise<FolderPending['changes']> {
    if (settled.get(id) === lastAt) return [];
    const one = watches.get(id) ?? watch(id);
    watches.set(id, one);
    const { state } = one.now();
    const changes = await allPending(await store(), state);
    if (changes.length === 0) {
      settled.set(id, state.at);
      leave(id);
    }
    return changes.map((change) => ({ ...change, session: id, title }));
  }
  function leave(id: SessionId): void {
    watches.get(id)?.end();
    watches.delete(id);
  }

  return {
    async all() {
      const applied = (await rows()).filter((row) => row.applied > 0 && row.status !== 'unreadable');
      for (const id of watches.keys()) if (!applied.some((row) => row.id === id)) leave(id);
      // A store is made where it is opened: a folder without sessions is left alone.
      if (applied.length === 0) return { root: '', changes: [] };
      const found = await Promise.all(applied.map(of));
      return { root: (await store()).root, changes: found.flat() };
    },
    end() {
      for (const id of [...watches.keys()]) leave(id);
    },
  };
}
