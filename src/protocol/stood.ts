/** What a tree has no word for, of the places that an apply writes. */

/**
 * What stood at paths that an apply writes, where no tree tells: permissions in octal, of a folder under its name and a slash, or `absent`
 * for what a sparse checkout had left away.
 */
export type Stood = Readonly<Record<string, string>>;
