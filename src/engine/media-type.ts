/** What kind of attachment a file is, by its name. */
import { extname } from 'node:path';
import type { MediaPart } from '../protocol/content.js';

const MIMES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.mp3': 'audio/mpeg',
  '.wav': 'audio/wav',
  '.ogg': 'audio/ogg',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.mov': 'video/quicktime',
  '.pdf': 'application/pdf',
  '.json': 'application/json',
};

export function mediaType(file: string): Pick<MediaPart, 'type' | 'mime'> {
  const mime = MIMES[extname(file).toLowerCase()] ?? 'text/plain';
  const kind = mime.split('/')[0];
  return { type: kind === 'image' || kind === 'audio' || kind === 'video' ? kind : 'file', mime };
}
