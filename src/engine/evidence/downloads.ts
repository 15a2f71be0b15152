/** What package managers say when something is not there that they would have to download: a check has no network. */

export interface Download {
  says: RegExp;
  /** What is not there. */
  what: string;
  /** What brings it, typed in the person's own folder. */
  get: string;
}

export const downloads: readonly Download[] = [
  {
    says: /Error when performing the request to https?:\/\/\S*(registry|corepack)|corepack.*(ENOTFOUND|EAI_AGAIN)/i,
    what: 'the package manager itself',
    get: '',
  },
  { says: /npx canceled due to missing packages|npm (ERR!|error) npx canceled/, what: 'node_modules', get: 'npm install' },
  {
    says: /Required (unplugged )?package missing from disk\. (If you keep|This may happen)/,
    what: 'packages of Yarn',
    get: 'yarn install',
  },
  {
    says: /(failed to (download|get) `|spurious network error|failed to download from `|unable to update registry `|no matching package named .*\n.*offline|attempting to make an HTTP request, but --offline)/,
    what: 'crates',
    get: 'cargo fetch',
  },
  {
    says: /(^|\s)(dial tcp: lookup|module lookup disabled by GOPROXY=off|no required module provides package .*; to add it)|go: download go[\d.]+ for|toolchain not available/m,
    what: 'Go modules',
    get: 'go mod download',
  },
  {
    says: /Could not (resolve dependencies|transfer artifact|find artifact)|Cannot access \S+ .*in offline mode|Non-resolvable (parent POM|import POM)|PluginResolutionException|Plugin \S+ or one of its dependencies could not be resolved/,
    what: 'Maven artifacts',
    get: 'mvn dependency:go-offline',
  },
  {
    says: /Downloading https?:\/\/\S*gradle-[\s\S]*UnknownHostException|Failed to fetch \S*apache-maven|org\.gradle\.wrapper\.\S+|org\.apache\.maven\.wrapper\.\S+/i,
    what: 'the build tool that the wrapper names',
    get: 'the wrapper',
  },
  {
    says: /Could not resolve all (files|artifacts|dependencies) for configuration[\s\S]*?(Unable to resolve|No such host|UnknownHost|Network is unreachable|offline mode|Temporary failure|Name or service not known)/,
    what: 'artifacts of Gradle',
    get: './gradlew build',
  },
  {
    says: /error NU1301|error NU1101: Unable to find package .*offline|Unable to load the service index/,
    what: 'NuGet packages',
    get: 'dotnet restore',
  },
  {
    says: /Could not find .* in (any of the sources|locally installed gems)|Could not find gem '|bundler: command not found|Run `bundle install` to install missing gems|Bundler::GemNotFound/,
    what: 'gems',
    get: 'bundle install',
  },
  {
    says: /Unchecked dependencies for environment|the dependency is not available, run "mix deps\.get"|Could not find (Hex|an SCM for dependency)/,
    what: 'packages of Mix',
    get: 'mix deps.get',
  },
  {
    says: /Failed to open stream: .*vendor\/autoload\.php|vendor\/autoload\.php.*(No such file|Failed opening)|Composer autoloader|You need to set up the project dependencies using Composer/i,
    what: 'packages of Composer',
    get: 'composer install',
  },
  {
    says: /error: (Import|Module not found|Failed resolving|JSR package manifest).*(dns error|error sending request|failed to load|Loading unprepared|not found in cache|client error)|error sending request for url \(https:/,
    what: 'modules of Deno',
    get: 'deno install',
  },
  {
    says: /(Failed to clone repository|failed to retrieve|Couldn.t fetch updates from remote repositories)/,
    what: 'packages of Swift',
    get: 'swift package resolve',
  },
  {
    says: /(NewConnectionError|Could not find a version that satisfies the requirement .*\(from versions: none\)|Failed to establish a new connection|error: Failed to fetch: `https?:|dns error: failed to lookup address)/,
    what: 'Python packages',
    get: '',
  },
];
