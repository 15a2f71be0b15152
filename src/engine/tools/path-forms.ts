/** Spellings of a path that are refused before any file system is asked, and the names no tool may touch. */

const looksLikeDrive = /^[A-Za-z]:/;
const looksLikeUrl = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;
// Characters that some file systems ignore in names, so that `.g<U+200C>it` opens `.git` (HFS+).
const ignorable = /[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;
const reservedOnWindows = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?$/i;

/** Why a path cannot be meant, whatever the file system holds; undefined where it may be looked at. */
export function refusedForm(path: string, platform: NodeJS.Platform = process.platform): string | undefined {
  if (path.trim() === '') return 'The path is empty; name a file relative to your workspace ("." is its top).';
  if (path.includes('\0')) return 'The path holds a NUL character; no file can be named so.';
  if (path.length > 4096) return 'The path is too long.';
  if (path.startsWith('~')) return `"${path}" starts with "~", which is not expanded here; use a path relative to your workspace.`;
  if (looksLikeUrl.test(path)) return `"${path}" is a URL, not a path; use a path relative to your workspace.`;
  if (platform === 'win32') return refusedOnWindows(path);
  // On other systems a backslash is a letter of a name: what is written so was meant for Windows.
  if (looksLikeDrive.test(path) && /^[A-Za-z]:[\\/]/.test(path)) return outside(path);
  if (path.startsWith('\\\\')) return outside(path);
  if (/(^|\\)\.\.(\\|$)/.test(path)) return `"${path}" has backslashes; write the path with "/".`;
  return undefined;
}

function refusedOnWindows(path: string): string | undefined {
  if (/^[\\/]{2}/.test(path)) return `"${path}" is a network or device path; use a path relative to your workspace.`;
  const rest = path.replace(/^[A-Za-z]:(?=[\\/])/, '');
  if (looksLikeDrive.test(rest)) return `"${path}" depends on the current folder of a drive; use a path relative to your workspace.`;
  if (rest.includes(':')) return `"${path}" names an alternate data stream; use a plain file name.`;
  const names = rest.split(/[\\/]/);
  if (names.some((name) => reservedOnWindows.test(name))) return `"${path}" holds a device name.`;
  if (names.some((name) => /[. ]$/.test(name) && name !== '.' && name !== '..'))
    return `"${path}" holds a name that ends in a dot or a space.`;
  return undefined;
}

/** What the model is told of a path that is not its own. */
export const outside = (path: string): string => `"${path}" is outside your workspace; use a path relative to it.`;

/** A name as the file systems that fold names would compare it. */
const folded = (name: string): string =>
  name
    .replace(ignorable, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/[. ]+$/, '');

/** Whether a name is git's own folder, in any spelling that a file system may take for it; git itself refuses to record any of them. */
export const isGitName = (name: string): boolean => folded(name.split(':')[0] ?? '') === '.git' || /^git~\d+$/i.test(name);

/** Whether a name is the product's own folder. */
export const isMassgenName = (name: string): boolean => folded(name) === '.massgen' || /^massge~\d+$/i.test(name);
