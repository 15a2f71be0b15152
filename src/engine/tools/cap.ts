/** Cuts long text in the middle, keeping its head and its tail. */

/** At most about `bytes` bytes of UTF-8, half of it head and half tail; the cut is marked in the text. */
export function capText(text: string, bytes: number): string {
  if (text.length * 3 <= bytes) return text;
  const raw = Buffer.from(text, 'utf8');
  if (raw.length <= bytes) return text;
  const half = Math.floor(bytes / 2);
  const head = raw.subarray(0, startOfCharacter(raw, half));
  const tail = raw.subarray(startOfCharacter(raw, raw.length - half));
  const cut = raw.length - head.length - tail.length;
  return `${head.toString('utf8')}\n… ${cut} bytes left out here …\n${tail.toString('utf8')}`;
}

/** The nearest place at or before `index` where a character starts. */
function startOfCharacter(raw: Buffer, index: number): number {
  let at = Math.max(0, Math.min(index, raw.length));
  while (at > 0 && ((raw[at] ?? 0) & 0xc0) === 0x80) at -= 1;
  return at;
}

/** A line that stays readable: what is past `characters` is left out, and said so. */
export function capLine(line: string, characters: number): string {
  if (line.length <= characters) return line;
  const end = isHighSurrogate(line.charCodeAt(characters - 1)) ? characters - 1 : characters;
  return `${line.slice(0, end)}… (${line.length - end} more characters)`;
}

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code < 0xdc00;
