/** What is typed and chosen in the composer: kept over a reload. */
import type { Part } from '../../protocol/content.js';

export interface ComposerDraft {
  text: string;
  parts: Part[];
  team?: string;
  pattern?: string;
  /** It is for a new session, though one is shown. */
  fresh?: boolean;
}

export const noDraft: ComposerDraft = { text: '', parts: [] };

/** What was kept may be of another version: it is taken only as far as it has the shape. */
export function draftOf(kept: unknown): ComposerDraft {
  if (typeof kept !== 'object' || kept === null) return noDraft;
  const { text, parts, team, pattern, fresh } = kept as Partial<Record<keyof ComposerDraft, unknown>>;
  return {
    text: typeof text === 'string' ? text : '',
    parts: Array.isArray(parts) ? (parts as Part[]) : [],
    ...(typeof team === 'string' && { team }),
    ...(typeof pattern === 'string' && { pattern }),
    ...(fresh === true && { fresh }),
  };
}

/** The word with an `@` that the caret is at the end of: where it begins, and what is typed of it. */
export function mentionAt(text: string, caret: number): { from: number; typed: string } | undefined {
  const found = /(^|[\s(])@([^\s@]*)$/.exec(text.slice(0, caret));
  if (found === null) return undefined;
  const typed = found[2] ?? '';
  return { from: caret - typed.length - 1, typed };
}

/** The text with the mention in the place of what was typed, its `@` before it, and where the caret then is. */
export function withMention(text: string, at: { from: number; typed: string }, named: string): { text: string; caret: number } {
  const mention = named.startsWith('@') ? named : `@${named}`;
  const rest = text.slice(at.from + 1 + at.typed.length);
  const gap = rest.startsWith(' ') ? '' : ' ';
  return { text: text.slice(0, at.from) + mention + gap + rest, caret: at.from + mention.length + 1 };
}

export function requestOf({ text, parts }: ComposerDraft): Part[] {
  return [...(text.trim() === '' ? [] : [{ type: 'text' as const, text: text.trim() }]), ...parts];
}
