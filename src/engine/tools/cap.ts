/** Cuts text that is too long for a model, and says so where it is cut. */
import { cappedOutput } from '../process/output-cap.js';

/** At most about `bytes` bytes of UTF-8, half of it head and half tail. */
export function capText(text: string, bytes: number): string {
  if (text.length * 3 <= bytes) return text;
  const capped = cappedOutput(bytes);
  capped.push(Buffer.from(text, 'utf8'));
  return capped.text();
}

/** A line that stays readable: what is past `characters` is left out. */
export function capLine(line: string, characters: number): string {
  if (line.length <= characters) return line;
  const end = isHighSurrogate(line.charCodeAt(characters - 1)) ? characters - 1 : characters;
  return `${line.slice(0, end)}… (${line.length - end} more characters)`;
}

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code < 0xdc00;
