/** Words for a notification, in which the editor makes no link: `[label](command:…)` would show the label alone, and run the command. */
export const unlinked = (text: string): string => text.replaceAll('](', '] (');
