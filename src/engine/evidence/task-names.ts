/** Which names of scripts, targets and recipes are checks, and what can never be one. */

/** What each check is called, and the tasks that are it; the first that exists is taken. */
export const CHECK_TASKS: readonly (readonly [check: string, tasks: readonly string[]])[] = [
  ['build', ['build', 'compile']],
  [
    'types',
    ['typecheck', 'type-check', 'types', 'tsc', 'check-types', 'check:types', 'types:check', 'lint:types', 'mypy', 'phpstan', 'psalm'],
  ],
  ['check', ['check']],
  ['format', ['format:check', 'check:format', 'fmt:check', 'check-format', 'format-check', 'fmt-check', 'prettier:check', 'cs:check']],
  ['lint', ['lint', 'eslint', 'lint:check', 'clippy', 'rubocop']],
  ['test', ['test', 'tests', 'spec']],
];

/** Tasks that go on for ever or reach out of the folder are no checks, whatever they are called. */
const ENDLESS =
  /(^|\s)--watch(All)?(?!=false)(\s|=|$)|\bnodemon\b|\bwebpack(-dev-server| serve)\b|\bng (serve|test)\b|\bvite (dev|serve)\b|\bnext dev\b/;
const OUTWARD =
  /\b(npm|pnpm|yarn|bun|cargo|gem|twine|poetry|uv) (publish|push|upload)\b|\bdeploy\b|\bvercel\b|\bfirebase\b|\bsemantic-release\b|\bdocker\b|\bterraform\b|\bkubectl\b/;
const NO_TEST = /no test specified/;

export const isCheckBody = (body: string): boolean =>
  body.trim() !== '' && !NO_TEST.test(body) && !ENDLESS.test(body) && !OUTWARD.test(body);

/** A task made of other tasks. */
export const COMBINES =
  /\b(npm|pnpm|yarn|bun)\s+(run\b|run-script\b|test\b|lint\b|build\b)|\b(run-s|run-p|npm-run-all|concurrently|turbo run|wireit)\b|(^|\s)@(test|lint|build|phpstan|cs)\b/;
