/** Which paths are tests, or settings of what runs and judges them, by the customs of each language. */

/** Whole folders of tests: `Tests` is Swift's, `Shop.Tests` is .NET's, `t` is Perl's, `testdata` is Go's. */
const TEST_FOLDERS =
  /(^|\/)(tests?|__tests__|__mocks__|__snapshots__|specs?|e2e|testdata|androidTest|integrationTest|Tests|[\w-]+(\.[\w-]+)*\.(Unit|Integration)?Tests?|t(?=\/([^/]+\/)*[^/]+\.(t|pm)$))\//;

/** Tests that lie beside the code. */
const TEST_FILES = new RegExp(
  `(^|/)(${[
    String.raw`test_[^/]*\.(py|rb|c|cc|cpp|sh)|conftest\.py|tests?\.(py|rs)`,
    String.raw`[^/]*_test\.[^/]+|[^/]*_tests\.(rs|cc|cpp|c|sh)|[^/]*_(spec|unittest)\.[^/]+`,
    String.raw`[^/]*\.(test|spec|tests)\.[^/]+|[^/]*\.(bats|t)`,
    String.raw`[^/]*[a-z0-9](Test|Tests|TestCase|IT|Spec|Specs)\.(java|kt|groovy|scala|cs|fs|vb|swift|php|m|mm|cpp|cc)`,
    String.raw`test_helper\.exs|(spec|rails|test)_helper\.rb`,
  ].join('|')})$`,
);

/** Settings of runners, linters and type checkers: they decide what a check finds. */
const SETTINGS = new RegExp(
  `(^|/)(${[
    String.raw`(vitest|jest|mocha|ava|karma|cypress|playwright|eslint|stylelint|prettier|c8|nyc)\.(config|setup|workspace)\.[^/]+`,
    String.raw`\.(mocha|eslint|stylelint|prettier|nyc|c8|tap|jest|coverage|pylint|prove)rc(\.[^/]+)?`,
    String.raw`\.?(biome|tsconfig[^/]*|tslint)\.jsonc?|pyrightconfig\.json|\.(eslint|prettier)ignore`,
    String.raw`\.?(pytest|tox|mypy|ruff)\.(ini|toml)|bunfig\.toml|\.flake8|noxfile\.py`,
    String.raw`\.golangci\.(ya?ml|toml|json)|\.?(clippy|rustfmt)\.toml|nextest\.toml`,
    String.raw`(phpunit|phpstan|psalm|phpcs)(\.dist)?\.(xml|neon)(\.dist)?|\.php-cs-fixer(\.dist)?\.php`,
    String.raw`\.rspec|\.rubocop(_todo)?\.yml|\.credo\.exs|\.formatter\.exs|\.swiftlint\.yml|\.swift-format`,
    String.raw`testng\.xml|junit-platform\.properties|checkstyle\.xml|detekt\.ya?ml|pmd\.xml`,
    String.raw`[^/]*\.runsettings|xunit\.runner\.json|CTest(Config|Custom)\.cmake|\.clang-(format|tidy)`,
  ].join('|')})$`,
);

export const isTestPath = (path: string): boolean => TEST_FOLDERS.test(path) || TEST_FILES.test(path);

export const isSettingPath = (path: string): boolean => SETTINGS.test(path);
