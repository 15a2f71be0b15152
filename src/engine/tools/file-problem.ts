/** File system errors as text that a model can act upon. */

const problems: Readonly<Record<string, (path: string) => string>> = {
  ENOENT: (path) => `"${path}" does not exist.`,
  ENOTDIR: (path) => `A part of "${path}" is a file, not a folder.`,
  EISDIR: (path) => `"${path}" is a folder, not a file.`,
  ELOOP: (path) => `"${path}" passes symbolic links that lead in a circle, or one that was put there just now; it is not followed.`,
  EMLINK: (path) => `"${path}" is a symbolic link that was put there just now; it is not followed.`,
  EACCES: (path) => `Permission denied for "${path}".`,
  EPERM: (path) => `The system does not permit this for "${path}".`,
  EROFS: (path) => `"${path}" is on a read-only file system.`,
  EEXIST: (path) => `"${path}" exists already.`,
  ENOTEMPTY: (path) => `"${path}" is a folder that is not empty.`,
  ENAMETOOLONG: (path) => `The name of "${path}" is too long for the file system.`,
  ENOSPC: () => 'The disk is full; nothing was written.',
  EDQUOT: () => 'The disk quota is used up; nothing was written.',
  EFBIG: (path) => `"${path}" would be larger than the file system allows.`,
  EBUSY: (path) => `"${path}" is in use by another program; try again.`,
  ETXTBSY: (path) => `"${path}" is a program that is running; stop it first.`,
  EMFILE: () => 'Too many files are open; try again.',
  ENFILE: () => 'Too many files are open; try again.',
  EXDEV: (path) => `"${path}" is on another file system.`,
  ENXIO: (path) => `"${path}" is a device or pipe, not a file.`,
  ENODEV: (path) => `"${path}" is a device or pipe, not a file.`,
  EILSEQ: (path) => `"${path}" is not a name that the file system accepts.`,
  EINVAL: (path) => `"${path}" is not a name that the file system accepts.`,
  EIO: (path) => `The disk reported an error for "${path}".`,
};

/** The system's error code (`ENOENT` …) of something thrown, if it has one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** What the model reads of a file system error. Anything else is a bug and is thrown on. */
export function fileProblem(error: unknown, path: string): string {
  const problem = problems[codeOf(error) ?? ''];
  if (problem === undefined) throw error;
  return problem(path);
}
