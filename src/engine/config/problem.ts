/** What is wrong with a configuration, and where exactly. */
import { FailureError } from '../../protocol/failure.js';

export interface Problem {
  file?: string;
  /** From 1. */
  line?: number;
  /** From 1. */
  column?: number;
  /** Where in the configuration: `agents[0].backend.model`; '' for the whole. */
  path: string;
  /** Never quotes a value that may be a secret. */
  message: string;
  hint?: string;
  severity: 'error' | 'warning';
}

/** In the order of the file. */
export const byPlace = (a: Problem, b: Problem): number => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);

export type ConfigPath = readonly (string | number)[];

/** A configuration that cannot be used; `problems` holds every error and warning that was found. */
export class ConfigError extends FailureError {
  constructor(readonly problems: readonly Problem[]) {
    super({
      code: 'config',
      message: summary(problems),
      retryable: false,
      hint: 'massgen config validate shows all that is wrong with a file.',
    });
    this.name = 'ConfigError';
  }
}

/** One line as compilers print it: `file:line:column: message (hint)`. */
export function formatProblem(problem: Problem): string {
  const place = [problem.file, problem.line, problem.line === undefined ? undefined : problem.column]
    .filter((part) => part !== undefined)
    .join(':');
  const kind = problem.severity === 'warning' ? 'warning: ' : '';
  return `${place === '' ? '' : `${place}: `}${kind}${problem.message}${problem.hint === undefined ? '' : ` (${problem.hint})`}`;
}

/** `agents[0].backend.model`; keys that are not plain words are quoted. */
export function pathText(path: ConfigPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    if (!/^[\w$-]+$/.test(step)) return `${text}[${JSON.stringify(step)}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

function summary(problems: readonly Problem[]): string {
  const errors = problems.filter((problem) => problem.severity === 'error');
  const first = errors[0];
  if (first === undefined) return 'The configuration cannot be used.';
  const more = errors.length - 1;
  return more === 0 ? formatProblem(first) : `${formatProblem(first)} (and ${more} more ${more === 1 ? 'error' : 'errors'})`;
}
