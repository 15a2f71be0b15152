/** What a person gives with a request: its bytes go into the store, the request names them. */
import type { MediaPart } from '../protocol/content.js';
import { mediaType } from './media-type.js';
import type { Store } from './workspace/store.js';

export async function attachment(store: Pick<Store, 'putBlob'>, name: string, bytes: Uint8Array): Promise<MediaPart> {
  const { type, mime } = mediaType(name);
  return { type, name, mime, blob: await store.putBlob(bytes), bytes: bytes.length };
}
