/** Names of sessions. */
import { randomBytes } from 'node:crypto';
import type { SessionId } from '../protocol/events.js';

/** Sorts by time: 20261121-093005-x7kq. */
export function newSessionId(now: number): SessionId {
  const time = new Date(now).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${time}-${randomBytes(3).toString('hex').slice(0, 4)}`;
}
