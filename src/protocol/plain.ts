/** What agents and files say, with nothing in it that hides, turns round, or is obeyed by a terminal. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is shown as such.
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Invariant: it is shown as it is: what hides or turns text round is shown as a sign of its own. */
export const plain = (text: string): string =>
  text.replace(HIDDEN, (sign) => (sign === '\r' ? '␍' : `⟨${sign.charCodeAt(0).toString(16)}⟩`));
