/** A command as a person must see it before saying yes: all of it, and nothing in it that hides, moves, or looks like something else. */

/** What shows as nothing or as empty space, is obeyed by a terminal, or turns the direction of writing. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/** Letters that are taken for others, in words that have those others too; a word all in one script is as it is. */
const ALIKE =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Coptic}\p{Script=Lisu}\u0251\u0261\u0269\u{1d400}-\u{1d7ff}\uff01-\uff5e\u2044\u2215\u2236\ua789]/gu;

/** More spaces than anybody sets: they push what follows out of sight. */
const SPACES = / {9,}/g;

const sign = (character: string): string => `⟨${character.codePointAt(0)?.toString(16)}⟩`;

/**
 * Invariant: two different commands never look the same, and what is shown is one line. What cannot be seen is told by its code, a new line by `⏎`, a
 * letter that could be taken for another by its code behind it.
 */
export const exactly = (command: string): string =>
  command
    .replace(/[⟨⟩⏎]/g, sign)
    .split('\n')
    .map((line) =>
      line
        .replace(UNSEEN, sign)
        .replace(/\S+/g, (word) => (/[A-Za-z]/.test(word) ? word.replace(ALIKE, (letter) => `${letter}${sign(letter)}`) : word))
        .replace(SPACES, (spaces) => ` ⟨${spaces.length} spaces⟩ `),
    )
    .join(' ⏎ ');

/** It stands there as it is, on one line. */
export const isPlain = (command: string): boolean => exactly(command) === command;
