/** The environment that commands get: an allow-list, so that no key of the person's can be in it. */
import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Passed through as they are: nothing in them is secret and much breaks without them. */
const PASSED =
  /^(PATH|PATHEXT|LANG|LANGUAGE|LC_[A-Z]+|TZ|USER|LOGNAME|USERNAME|SYSTEMROOT|WINDIR|COMSPEC|SYSTEMDRIVE|OS|PROGRAMFILES(\(X86\))?|PROGRAMW6432|COMMONPROGRAMFILES(\(X86\))?|PROGRAMDATA|NUMBER_OF_PROCESSORS|PROCESSOR_ARCHITECTURE)$/i;

/** Where tools are installed when that is under HOME: HOME is another one for commands, so they are told. Read-only. */
export const TOOLCHAINS: readonly (readonly [variable: string, below?: string])[] = [
  ['CARGO_HOME', '.cargo'],
  ['RUSTUP_HOME', '.rustup'],
  ['GOPATH', 'go'],
  ['GOMODCACHE'],
  ['GOROOT'],
  ['MIX_HOME', '.mix'],
  ['PYENV_ROOT', '.pyenv'],
  ['PYTHONUSERBASE', '.local'],
  ['VIRTUAL_ENV'],
  ['CONDA_PREFIX'],
  ['RBENV_ROOT', '.rbenv'],
  ['NVM_DIR', '.nvm'],
  ['FNM_DIR', '.local/share/fnm'],
  ['VOLTA_HOME', '.volta'],
  ['COREPACK_HOME', '.cache/node/corepack'],
  ['PNPM_HOME', '.local/share/pnpm'],
  ['BUN_INSTALL', '.bun'],
  ['DENO_INSTALL', '.deno'],
  ['ASDF_DIR', '.asdf'],
  ['ASDF_DATA_DIR', '.asdf'],
  ['MISE_DATA_DIR', '.local/share/mise'],
  ['SDKMAN_DIR', '.sdkman'],
  ['JAVA_HOME'],
  ['ANDROID_HOME'],
  ['DOTNET_ROOT', '.dotnet'],
  ['PLAYWRIGHT_BROWSERS_PATH', '.cache/ms-playwright'],
  ['PUPPETEER_CACHE_DIR', '.cache/puppeteer'],
];

/** How to reach the network, for commands that may: proxies and certificates by path. */
const NETWORK =
  /^(https?_proxy|no_proxy|all_proxy|SSL_CERT_FILE|SSL_CERT_DIR|NODE_EXTRA_CA_CERTS|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|PIP_CERT|GIT_SSL_CAINFO|CARGO_HTTP_CAINFO)$/i;

const present = ([, value]: [string, string | undefined]): boolean => value !== undefined && value !== '';

/** The person's PATH without relative entries: those would find programs in whatever folder the command runs in. */
export function absolutePath(path: string | undefined): string {
  const entries = (path ?? '').split(delimiter).filter((entry) => isAbsolute(entry));
  return [...new Set(entries)].join(delimiter) || '/usr/local/bin:/usr/bin:/bin';
}

/** Where the person's tools are, as variables: those that are set and absolute, and the usual places that exist in `home`. */
export function toolchains(env: Environment, home: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [variable, below] of TOOLCHAINS) {
    const value = env[variable];
    if (value !== undefined && isAbsolute(value)) found[variable] = value;
    else if (below !== undefined && existsSync(join(home, below))) found[variable] = join(home, below);
  }
  return found;
}

/** Invariant: only what is named in this file is ever taken from `env`. */
export function childEnvironment(options: {
  env: Environment;
  home: string;
  ownHome: string;
  ownTemp: string;
  network: boolean;
  platform?: NodeJS.Platform;
}): Record<string, string> {
  const { env, home, ownHome, ownTemp, network, platform = process.platform } = options;
  const child: Record<string, string> = {};
  for (const [name, value] of Object.entries(env).filter(present)) {
    if (value === undefined) continue;
    if (PASSED.test(name)) child[name] = value;
    // A proxy with a password in its address is a secret.
    else if (network && NETWORK.test(name) && !value.includes('@')) child[name] = value;
  }
  const pathName = Object.keys(child).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  return {
    ...child,
    [pathName]: absolutePath(child[pathName]),
    ...toolchains(env, home),
    HOME: ownHome,
    USERPROFILE: ownHome,
    // Without these npm and others on Windows make folders of such names where they are.
    ...(platform === 'win32' && { APPDATA: join(ownHome, 'AppData', 'Roaming'), LOCALAPPDATA: join(ownHome, 'AppData', 'Local') }),
    TMPDIR: ownTemp,
    TMP: ownTemp,
    TEMP: ownTemp,
    TERM: 'dumb',
    CI: '1',
    NO_COLOR: '1',
  };
}
