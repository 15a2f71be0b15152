/** Which command lines of a CI workflow are checks that can be run here, and of what. */

export interface CiCommand {
  command: string;
  /** Below the workflow's own folder for it: what `cd` before it says. */
  cwd: string;
  check: string;
  tool: string;
  language?: string;
}

type Row = readonly [pattern: RegExp, tool: string, check: string | undefined, language?: string];

const VIA = String.raw`^(?:npx (?:--no-install |-y |--yes )?|pnpm exec |yarn (?:exec )?|bunx |uv run (?:--\S+ )*|poetry run |pdm run |pipenv run |hatch run |bundle exec |python3? -m |\.?/?vendor/bin/|\./node_modules/\.bin/)?`;
const via = (rest: string): RegExp => new RegExp(`${VIA}${rest}`);

/** The name of a task is the name of its check, where the row has none. */
const ROWS: readonly Row[] = [
  [/^npm (test)\b/, 'npm', undefined, 'javascript'],
  [/^(?:npm (?:run |run-script )|(?:pnpm|yarn) (?:run )?|bun run )([\w:.-]+)/, 'npm', undefined, 'javascript'],
  [/^composer (?:run |run-script )?([\w:.-]+)/, 'composer', undefined, 'php'],
  [/^deno task ([\w:.-]+)/, 'deno', undefined, 'deno'],
  [/^(?:bundle exec )?rake ([\w:.-]+)/, 'rake', undefined, 'ruby'],
  [/^make (?:-\S+ )*([\w.-]+)/, 'make', undefined],
  [/^just ([\w.-]+)/, 'just', undefined],
  [/^task ([\w:.-]+)/, 'task', undefined],
  [/^cargo (?:\+\S+ )?(?:nextest run|test)\b/, 'cargo', 'test', 'rust'],
  [/^cargo (?:\+\S+ )?clippy\b/, 'cargo', 'lint', 'rust'],
  [/^cargo (?:\+\S+ )?fmt\b.*--check\b/, 'cargo', 'format', 'rust'],
  [/^cargo (?:\+\S+ )?(?:build|check)\b/, 'cargo', 'build', 'rust'],
  [/^go test\b/, 'go', 'test', 'go'],
  [/^go vet\b/, 'go', 'lint', 'go'],
  [/^golangci-lint run\b/, 'go', 'lint', 'go'],
  [/^go build\b/, 'go', 'build', 'go'],
  [/^(?:\.\/)?mvnw?\b.*\b(?:test|verify)\b/, 'maven', 'test', 'java'],
  [/^(?:\.\/)?gradlew?\b.*\b(?:test|check|build)\b/, 'gradle', 'test', 'java'],
  [/^dotnet test\b/, 'dotnet', 'test', 'dotnet'],
  [/^dotnet build\b/, 'dotnet', 'build', 'dotnet'],
  [/^dotnet format\b.*--verify-no-changes\b/, 'dotnet', 'format', 'dotnet'],
  [via(String.raw`rspec\b`), 'rspec', 'test', 'ruby'],
  [via(String.raw`rubocop\b`), 'rubocop', 'lint', 'ruby'],
  [via(String.raw`pest\b`), 'pest', 'test', 'php'],
  [via(String.raw`phpunit\b`), 'phpunit', 'test', 'php'],
  [via(String.raw`phpstan analy[sz]e\b`), 'phpstan', 'types', 'php'],
  [/^mix test\b/, 'mix', 'test', 'elixir'],
  [/^mix format\b.*--check-formatted\b/, 'mix', 'format', 'elixir'],
  [/^mix credo\b/, 'mix', 'lint', 'elixir'],
  [/^swift test\b/, 'swift', 'test', 'swift'],
  [/^swift build\b/, 'swift', 'build', 'swift'],
  [/^deno test\b/, 'deno', 'test', 'deno'],
  [/^deno lint\b/, 'deno', 'lint', 'deno'],
  [/^deno fmt\b.*--check\b/, 'deno', 'format', 'deno'],
  [/^bun test\b/, 'bun', 'test', 'javascript'],
  [via(String.raw`vitest run\b`), 'vitest', 'test', 'javascript'],
  [via(String.raw`jest\b`), 'jest', 'test', 'javascript'],
  [via(String.raw`mocha\b`), 'mocha', 'test', 'javascript'],
  [via(String.raw`eslint\b`), 'eslint', 'lint', 'javascript'],
  [via(String.raw`biome (?:check|ci|lint)\b`), 'biome', 'lint', 'javascript'],
  [via(String.raw`prettier\b.*(?:--check|-c)\b`), 'prettier', 'format', 'javascript'],
  [via(String.raw`tsc\b`), 'tsc', 'types', 'javascript'],
  [via(String.raw`pytest\b`), 'pytest', 'pytest', 'python'],
  [via(String.raw`unittest\b`), 'unittest', 'unittest', 'python'],
  [via(String.raw`tox\b`), 'tox', 'tox', 'python'],
  [via(String.raw`nox\b`), 'nox', 'nox', 'python'],
  [via(String.raw`ruff check\b`), 'ruff', 'lint', 'python'],
  [via(String.raw`ruff format\b.*--check\b`), 'ruff', 'format', 'python'],
  [via(String.raw`flake8\b`), 'flake8', 'lint', 'python'],
  [via(String.raw`mypy\b`), 'mypy', 'types', 'python'],
  [via(String.raw`pyright\b`), 'pyright', 'types', 'python'],
  [via(String.raw`black\b.*--check\b`), 'black', 'format', 'python'],
  [/^prove\b/, 'prove', 'test', 'perl'],
  [/^bats\b/, 'bats', 'test', 'shell'],
  [/^node --test\b/, 'node', 'test', 'javascript'],
];

/** Names of tasks that are checks. */
const TASK =
  /^(?:test|tests|spec|lint|check|types?|typecheck|type-check|tsc|format:check|fmt-check|build|compile|verify|ci|clippy|rubocop|phpstan)(?:[:.-](?!watch|e2e|integration|deploy|release|publish|docker|fix)[\w:.-]+)?$/;
/** Synonyms, so that a workflow's `npm run typecheck` is known to be the `types` that was found already. */
const SAME: Readonly<Record<string, string>> = {
  typecheck: 'types',
  'type-check': 'types',
  type: 'types',
  tsc: 'types',
  compile: 'build',
  tests: 'test',
  spec: 'test',
};

/** What needs the workflow's own surroundings cannot be run here. */
const OUT_OF_REACH =
  /\$\{\{|\$\(|`|\$\w|\$\{|[|<>;&]|(^|\s)(sudo|docker|docker-compose|curl|wget|ssh|aws|gcloud|az|kubectl|helm|terraform)\b|\b(publish|deploy|release|upload|login|e2e|playwright|cypress)\b|--watch\b|--token\b/;

/** The checks in the lines of one step. */
export function checksIn(script: string): CiCommand[] {
  const found: CiCommand[] = [];
  let cwd = '';
  for (const line of script.replaceAll(/\\\r?\n\s*/g, ' ').split(/\r?\n/)) {
    for (const part of line.split(' && ')) {
      const command = part.trim().replaceAll(/\s+/g, ' ');
      const folder = /^cd (?:\.\/)?([\w./-]+)$/.exec(command)?.[1];
      if (folder !== undefined) cwd = cwd === '' ? folder : `${cwd}/${folder}`;
      else if (command !== '' && !OUT_OF_REACH.test(command)) found.push(...checkOf(command, cwd));
    }
  }
  return found;
}

function checkOf(command: string, cwd: string): CiCommand[] {
  for (const [pattern, tool, check, language] of ROWS) {
    const match = pattern.exec(command);
    if (match === null) continue;
    const about = { command, cwd, tool, ...(language !== undefined && { language }) };
    if (check !== undefined) return [{ ...about, check }];
    const task = match[1];
    if (task !== undefined && TASK.test(task)) return [{ ...about, check: SAME[task] ?? task }];
  }
  return [];
}
