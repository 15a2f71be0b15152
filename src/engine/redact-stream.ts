/** Takes secrets out of text that comes in pieces: a secret that is cut in two is still found. */

export interface StreamRedactor {
  /** What of the text so far may be shown now. */
  push(text: string): string;
  /** What was held back. */
  flush(): string;
}

/** `redact` replaces whole secrets; `secrets` are those that a piece may end in the middle of. */
export function redactStream(secrets: readonly string[], redact: (text: string) => string): StreamRedactor {
  let held = '';
  return {
    push(text) {
      const safe = redact(held + text);
      const from = safe.length - beginsIn(safe, secrets);
      held = safe.slice(from);
      return safe.slice(0, from);
    },
    flush() {
      const rest = held;
      held = '';
      return rest;
    },
  };
}

/** Length of the longest end of `text` that a secret begins with. */
function beginsIn(text: string, secrets: readonly string[]): number {
  let longest = 0;
  for (const secret of secrets) {
    for (let length = Math.min(secret.length - 1, text.length); length > longest; length -= 1) {
      if (text.endsWith(secret.slice(0, length))) longest = length;
    }
  }
  return longest;
}
