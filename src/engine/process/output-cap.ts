/** Keeps the head and the tail of a stream of bytes in flat memory, and marks what was left out. */

export interface CappedOutput {
  push(chunk: Uint8Array): void;
  /** The text so far; never cut inside a UTF-8 character. */
  text(): string;
  /** Forgets everything. */
  clear(): void;
}

/** Invariant: holds at most `maxBytes` however much is pushed; what fits is kept whole. */
export function cappedOutput(maxBytes: number): CappedOutput {
  const headSize = Math.ceil(maxBytes / 2);
  const tailSize = Math.max(1, Math.floor(maxBytes / 2));
  let head: Buffer[] = [];
  let headBytes = 0;
  let ring: Buffer | undefined;
  let ringAt = 0;
  let total = 0;

  const pushTail = (chunk: Uint8Array): void => {
    ring ??= Buffer.alloc(tailSize);
    const last = chunk.length > tailSize ? chunk.subarray(chunk.length - tailSize) : chunk;
    const first = Math.min(last.length, tailSize - ringAt);
    ring.set(last.subarray(0, first), ringAt);
    ring.set(last.subarray(first), 0);
    ringAt = (ringAt + last.length) % tailSize;
  };
  const tail = (): Buffer => {
    const bytes = total - headBytes;
    if (!ring || bytes === 0) return Buffer.alloc(0);
    if (bytes < tailSize) return ring.subarray(0, bytes);
    return Buffer.concat([ring.subarray(ringAt), ring.subarray(0, ringAt)]);
  };

  return {
    push(chunk) {
      total += chunk.length;
      const room = headSize - headBytes;
      if (room > 0) {
        // A copy: the chunk may be a small view on a large pooled buffer.
        const kept = Buffer.from(chunk.subarray(0, room));
        head.push(kept);
        headBytes += kept.length;
      }
      if (chunk.length > room) pushTail(chunk.subarray(Math.max(0, room)));
    },
    text() {
      const front = Buffer.concat(head);
      const back = tail();
      if (front.length + back.length === total) return Buffer.concat([front, back]).toString('utf8');
      const start = front.subarray(0, wholeCharacters(front));
      const end = back.subarray(firstCharacter(back));
      const left = total - start.length - end.length;
      return `${start.toString('utf8')}\n… ${left.toLocaleString('en-US')} bytes left out …\n${end.toString('utf8')}`;
    },
    clear() {
      head = [];
      headBytes = 0;
      ring = undefined;
      ringAt = 0;
      total = 0;
    },
  };
}

const isContinuation = (byte: number): boolean => (byte & 0b1100_0000) === 0b1000_0000;

/** How many bytes from the start end with a whole character. */
function wholeCharacters(bytes: Buffer): number {
  let lead = bytes.length - 1;
  while (lead >= 0 && bytes.length - lead < 4 && isContinuation(bytes[lead] ?? 0)) lead--;
  if (lead < 0) return bytes.length;
  const byte = bytes[lead] ?? 0;
  const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
  return bytes.length - lead < needs ? lead : bytes.length;
}

/** Where the first character begins: bytes that continue a character cut away are skipped. */
function firstCharacter(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length && at < 3 && isContinuation(bytes[at] ?? 0)) at++;
  return at;
}
