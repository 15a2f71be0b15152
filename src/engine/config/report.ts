/** Collects the problems of one configuration, each with the place in the file that it is about. */
import type { Source } from './document.js';
import { type ConfigPath, type Problem, pathText } from './problem.js';

export interface Report {
  readonly problems: Problem[];
  error(path: ConfigPath, message: string, more?: More): void;
  warn(path: ConfigPath, message: string, more?: More): void;
  failed(): boolean;
}

interface More {
  hint?: string | undefined;
  /** Point at the key instead of its value. */
  part?: 'key' | 'value';
}

/** Invariant: at most one error for one path; what follows from a first error is not said again. */
export function reportOn(source: Source): Report {
  const problems: Problem[] = [...source.warnings];
  const add = (severity: Problem['severity'], path: ConfigPath, message: string, more: More): void => {
    const text = pathText(path);
    if (severity === 'error' && problems.some((problem) => problem.severity === 'error' && problem.path === text)) return;
    const place = source.at(path, more.part) ?? { line: 1, column: 1 };
    problems.push({
      file: source.file,
      ...(place ?? {}),
      path: text,
      message,
      ...(more.hint === undefined ? {} : { hint: more.hint }),
      severity,
    });
  };
  return {
    problems,
    error: (path, message, more = {}) => add('error', path, message, more),
    warn: (path, message, more = {}) => add('warning', path, message, more),
    failed: () => problems.some((problem) => problem.severity === 'error'),
  };
}
