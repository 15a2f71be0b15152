/** The runners that write reports: how each is asked for one, in which form it comes, and how it runs only what failed. */
import { quote } from '../../process/quote.js';
import type { Naming } from './junit.js';

export interface Runner {
  name: string;
  /** The command line of it, from the beginning. */
  runs: RegExp;
  /** How it is asked whatever starts it: variables that nothing but this runner reads. */
  env?(to: string): Record<string, string>;
  /** How it is asked on its own command line; appended, so that a task that ends in it will do. */
  args?(to: string): string;
  /** What its command line is made into, where appending will not do. */
  rewrite?(command: string): string;
  /** Where the report is: in the folder that was named to it (by the end of the name), or in the checkout, where this fits. */
  file?: string;
  inTree?: RegExp;
  form: 'junit' | 'trx' | 'jest' | 'rspec' | 'go';
  naming?: Naming;
  /** Runs only the failing tests once more: an environment or a command line, from the one that ran. */
  again?(names: readonly string[], command: string): { command?: string; env?: Record<string, string> } | undefined;
}

const VIA = String.raw`^(?:npx (?:--no-install )?|pnpm exec |yarn |bunx |vendor/bin/|\./vendor/bin/|node_modules/\.bin/)?`;

/** `tests.test_a.TestGroup` of `tests/test_a.py`, as pytest's own `tests/test_a.py::TestGroup::test_x`. */
const nodeId: Naming = ({ file, classname, name }) => {
  if (file === '') return classname === '' ? `${name.replaceAll('.', '/')}.py` : [classname, name].join('::');
  const module = file.replace(/\.py$/, '').replaceAll(/[\\/]/g, '.');
  // A file that could not be imported.
  if (name === module) return file;
  const inside = classname.startsWith(`${module}.`) ? classname.slice(module.length + 1).split('.') : [];
  return [file, ...inside, name].filter((part) => part !== '').join('::');
};

const bySuites: Naming = ({ suites, name }) => [...suites, name].filter((part) => part !== '').join(' > ');

export const runners: readonly Runner[] = [
  {
    name: 'pytest',
    runs: /^\S*(?:python\S* -m pytest|pytest)\b/,
    env: (to) => ({ PYTEST_ADDOPTS: `--junitxml=${quote(to)} -o junit_family=xunit1` }),
    file: 'pytest.xml',
    form: 'junit',
    naming: nodeId,
    again: () => ({ env: { PYTEST_ADDOPTS: '--last-failed --last-failed-no-failures none' } }),
  },
  {
    name: 'rspec',
    runs: /^(?:bundle exec |bin\/)?rspec\b/,
    env: (to) => ({ SPEC_OPTS: `--format progress --format json --out ${quote(to)}` }),
    file: 'rspec.json',
    form: 'rspec',
  },
  {
    name: 'go',
    runs: /^go test\b(?!.* -json\b)/,
    rewrite: (command) => command.replace(/^go test\b/, 'go test -json'),
    form: 'go',
    again(names, command) {
      const tests = names.map((name) => name.split(' > '));
      if (tests.some(([, test]) => test === undefined) || / -run\b/.test(command)) return undefined;
      const top = [...new Set(tests.map(([, test = '']) => test.split('/')[0] ?? ''))];
      const packages = [...new Set(tests.map(([pack = '']) => pack))];
      return {
        command: `${command.replace(/(\s\.\/\.\.\.|\s\.\/\S*)+\s*$/, '')} -run ${quote(`^(${top.join('|')})$`)} ${packages.map(quote).join(' ')}`,
      };
    },
  },
  {
    name: 'surefire',
    runs: /^(?:\.\/)?mvnw?\b/,
    inTree: /(^|\/)target\/(surefire|failsafe)-reports\/TEST-.*\.xml$/,
    form: 'junit',
    naming: ({ classname, name }) => `${classname}.${name}`,
  },
  {
    name: 'gradle',
    runs: /^(?:\.\/)?gradlew?\b/,
    inTree: /(^|\/)build\/test-results\/.*TEST-.*\.xml$/,
    form: 'junit',
    naming: ({ classname, name }) => `${classname} > ${name}`,
  },
  {
    name: 'phpunit',
    runs: new RegExp(`${VIA}(?:phpunit|pest)\\b`),
    args: (to) => `--log-junit ${quote(to)}`,
    file: 'phpunit.xml',
    form: 'junit',
    naming: ({ classname, name }) => `${classname.replaceAll('.', '\\')}::${name}`,
  },
  {
    name: 'ctest',
    runs: /(?:^|&& )ctest\b[^&|;]*$/,
    args: (to) => `--output-junit ${quote(to)}`,
    file: 'ctest.xml',
    form: 'junit',
    naming: ({ name }) => name,
    again: (_, command) => ({ command: `${command.slice(command.lastIndexOf('&& ctest') + 1).replace(/^& /, '')} --rerun-failed` }),
  },
  { name: 'dotnet', runs: /^dotnet test\b/, args: (to) => `--logger trx --results-directory ${quote(to)}`, file: '.trx', form: 'trx' },
  {
    name: 'swift',
    runs: /^swift test\b/,
    args: (to) => `--xunit-output ${quote(to)}`,
    file: '.xml',
    form: 'junit',
    naming: ({ classname, name }) => `${classname.split('.').at(-1)}.${name}`,
  },
  {
    name: 'deno',
    runs: /^deno test\b/,
    args: (to) => `--junit-path=${quote(to)}`,
    file: 'deno.xml',
    form: 'junit',
    naming: ({ classname, name }) => [classname.replace(/^\.\//, ''), name].join(' > '),
  },
  {
    name: 'bun',
    runs: /^bun test\b/,
    args: (to) => `--reporter=junit --reporter-outfile=${quote(to)}`,
    file: 'bun.xml',
    form: 'junit',
    naming: bySuites,
  },
  {
    name: 'vitest',
    runs: new RegExp(`${VIA}vitest run\\b`),
    args: (to) => `--reporter=default --reporter=json --outputFile.json=${quote(to)}`,
    file: 'vitest.json',
    form: 'jest',
  },
  { name: 'jest', runs: new RegExp(`${VIA}jest\\b`), args: (to) => `--json --outputFile=${quote(to)}`, file: 'jest.json', form: 'jest' },
  { name: 'mix', runs: /^mix test\b/, form: 'junit', again: (_, command) => ({ command: `${command} --failed` }) },
  {
    name: 'cargo',
    runs: /^cargo (?:\+\S+ )?test\b/,
    form: 'junit',
    again: (names, command) =>
      names.every((name) => /^[\w:]+$/.test(name)) && !command.includes(' -- ')
        ? { command: `${command} -- --exact ${names.join(' ')}` }
        : undefined,
  },
];
