/** What a folder tells those who work on it: AGENTS.md and the like, from the base, so that no candidate can change the rules. */
import type { TreeId } from '../../protocol/events.js';
import type { Store } from '../workspace/store.js';

/** In each folder the first that is there; the others mostly say the same. */
const NAMES = ['AGENTS.md', 'CLAUDE.md', 'GEMINI.md', '.github/copilot-instructions.md', '.cursorrules'];
const BYTES = 24_000;

/** From the top of what was captured down to the open folder. */
export async function guidesOf(store: Pick<Store, 'read' | 'prefix'>, base: TreeId): Promise<{ path: string; text: string }[]> {
  const folders = foldersDown(store.prefix).map((folder) => NAMES.map((name) => (folder === '' ? name : `${folder}/${name}`)));
  const found = await store.read(base, folders.flat());
  return folders.flatMap((paths) => {
    const path = paths.find((one) => found.has(one));
    const bytes = path === undefined ? undefined : found.get(path);
    return path === undefined || bytes === undefined ? [] : [{ path, text: textOf(bytes) }];
  });
}

function foldersDown(prefix: string): string[] {
  const parts = prefix === '' ? [] : prefix.split('/');
  return ['', ...parts.map((_, at) => parts.slice(0, at + 1).join('/'))];
}

function textOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, BYTES)).toString('utf8');
  return bytes.length > BYTES ? `${text}\n[… cut at ${BYTES} bytes; read the file for the rest …]` : text;
}
