/** What a folder tells those who work on it: AGENTS.md and the like, from the base, so that no candidate can change the rules. */
import type { TreeId } from '../../protocol/events.js';
import type { Store } from '../workspace/store.js';

/** In each folder the first that is there; the others mostly say the same. */
const NAMES = ['AGENTS.md', 'CLAUDE.md', 'GEMINI.md', '.github/copilot-instructions.md', '.cursorrules'];
const BYTES = 24_000;

/** From the top of what was captured down to the open folder. */
export async function guidesOf(store: Pick<Store, 'read' | 'prefix'>, base: TreeId): Promise<{ path: string; text: string }[]> {
  const guides = await Promise.all(foldersDown(store.prefix).map((folder) => guideIn(store, base, folder)));
  return guides.flatMap((guide) => guide ?? []);
}

function foldersDown(prefix: string): string[] {
  const parts = prefix === '' ? [] : prefix.split('/');
  return ['', ...parts.map((_, at) => parts.slice(0, at + 1).join('/'))];
}

async function guideIn(store: Pick<Store, 'read'>, base: TreeId, folder: string): Promise<{ path: string; text: string } | undefined> {
  for (const name of NAMES) {
    const path = folder === '' ? name : `${folder}/${name}`;
    const bytes = await store.read(base, path);
    if (bytes === undefined) continue;
    const text = Buffer.from(bytes.subarray(0, BYTES)).toString('utf8');
    return { path, text: bytes.length > BYTES ? `${text}\n[… cut at ${BYTES} bytes; read the file for the rest …]` : text };
  }
  return undefined;
}
