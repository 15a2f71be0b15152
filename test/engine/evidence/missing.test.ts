import { describe, expect, test } from 'vitest';
import { type Installed, whyNotRun } from '../../../src/engine/evidence/missing.js';
import type { CheckSpec } from '../../../src/engine/evidence/spec.js';

const specOf = (command: string): CheckSpec => ({ name: 'test', command, cwd: '', source: '', definedIn: [], timeoutSeconds: 1 });
const why = (command: string, exitCode: number, output: string, installed: Partial<Installed> = {}) =>
  whyNotRun(specOf(command), { exitCode, endedBy: 'exit', output, durationMs: 1 }, output, {
    nodeModules: false,
    manifest: undefined,
    ...installed,
  });
const needsVitest = JSON.stringify({ devDependencies: { vitest: '5', left: '1' } });

describe('a check that could not run', () => {
  test.each<[string, ReturnType<typeof why>, string | undefined]>([
    [
      'a script’s tool, not installed',
      why('npm test', 127, '\n> test\n> vitest run\n\nsh: 1: vitest: not found\n', { manifest: needsVitest }),
      'node_modules is not installed; run npm install in your folder',
    ],
    [
      'the same with pnpm',
      why('pnpm run test', 1, "Error: Cannot find module 'vitest'\n", { manifest: needsVitest }),
      'node_modules is not installed; run pnpm install in your folder',
    ],
    [
      'a tool that is simply not there',
      why('go test ./...', 127, 'bash: line 1: go: command not found\n'),
      'go is not installed; see go.dev/doc/install',
    ],
    [
      'a tool that make did not find',
      why('make test', 2, '/bin/sh: 1: pytest: not found\nmake: *** [Makefile:2: test] Error 127\n'),
      'pytest is not installed; pip install pytest',
    ],
    [
      'a tool that make itself did not find',
      why('make test', 2, 'make: pytest: No such file or directory\nmake: *** [Makefile:2: test] Error 127\n'),
      'pytest is not installed; pip install pytest',
    ],
    [
      'an interpreter that is gone',
      why('.venv/bin/python -m pytest', 127, 'bash: line 1: .venv/bin/python: No such file or directory\n'),
      '.venv/bin/python is not installed',
    ],
    [
      'pytest for this interpreter',
      why('python3 -m pytest -q', 1, '/usr/bin/python3: No module named pytest\n'),
      'pytest is not installed for python3',
    ],
    [
      'a package that the candidate added',
      why('npm test', 1, "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'left' imported from src/a.js\n", {
        nodeModules: true,
        manifest: needsVitest,
      }),
      'the package "left" is in package.json but not installed; run npm install in your folder',
    ],
    [
      'the same, as Yarn’s Plug’n’Play says it',
      why('yarn test', 1, "Error: Your application tried to access left, but it isn't declared in your dependencies; this makes …\n", {
        nodeModules: true,
        manifest: needsVitest,
      }),
      'the package "left" is in package.json but not installed; run yarn install in your folder',
    ],
    [
      'a package of Yarn’s cache that is gone from there',
      why('yarn test', 1, '  error: |-\n    Required package missing from disk. If you keep your packages inside …\n', {
        nodeModules: true,
      }),
      'packages of Yarn would have to be downloaded, and checks have no network; run yarn install once in your folder',
    ],
    [
      'a program that Yarn’s own shell did not find',
      why('yarn test', 127, 'command not found: jest\n', { nodeModules: true }),
      'jest is not installed',
    ],
    ['a part of a tool', why('cargo clippy', 101, 'error: no such command: `clippy`\n'), 'cargo clippy is not installed'],
    [
      'a wrapper without the JDK that it needs',
      why('./gradlew test', 1, "ERROR: JAVA_HOME is not set and no 'java' command could be found in your PATH.\n"),
      'java is not installed; install a JDK, such as Temurin (adoptium.net)',
    ],
    ...(
      [
        ['cargo test', 'error: failed to download from `https://example.com/a`\n', 'crates', 'cargo fetch'],
        [
          'go test ./...',
          'go: example.com/a@v1: Get "https://example.com": dial tcp: lookup example.com\n',
          'Go modules',
          'go mod download',
        ],
        [
          'mvn test',
          '[ERROR] Plugin org.x:y:1 or one of its dependencies could not be resolved:\n',
          'Maven artifacts',
          'mvn dependency:go-offline',
        ],
        ['bundle exec rspec', 'Could not find rspec-3.1 in locally installed gems\n', 'gems', 'bundle install'],
        ['mix test', 'Unchecked dependencies for environment test:\n', 'packages of Mix', 'mix deps.get'],
        ['dotnet test', 'error NU1301: Unable to load the service index for source\n', 'NuGet packages', 'dotnet restore'],
      ] as const
    ).map(([command, output, what, get]): [string, string | undefined, string] => [
      `${what} that are not there`,
      why(command, 1, output),
      `${what} would have to be downloaded, and checks have no network; run ${get} once in your folder`,
    ]),
    [
      'a command that could not be started',
      why('x', 126, 'The command could not be started: no\n'),
      'The command could not be started: no',
    ],
  ])('%s', (_, actual, expected) => {
    expect(actual).toBe(expected);
  });

  test.each<[string, ReturnType<typeof why>]>([
    ['it failed', why('npm test', 1, '1 failing\n', { manifest: needsVitest })],
    [
      'it imports what nobody asked to be installed',
      why('npm test', 1, "Error: Cannot find package 'invented'\n", { nodeModules: true, manifest: needsVitest }),
    ],
    ['it imports a file that is not there', why('npm test', 1, "Error: Cannot find module './b.js'\n", { manifest: '{}' })],
    ['a module of the product is missing', why('python3 -m pytest -q', 2, "ModuleNotFoundError: No module named 'app'\n")],
    ['it passed', why('npm test', 0, 'sh: 1: optional: not found\n')],
  ])('is not taken for one: %s', (_, actual) => {
    expect(actual).toBeUndefined();
  });
});
