import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { absolutePath, childEnvironment } from '../../../src/engine/process/environment.js';

const home = (...folders: string[]): string => {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'environment-')));
  for (const folder of folders) mkdirSync(join(path, folder), { recursive: true });
  return path;
};
const childOf = (env: Record<string, string | undefined>, more: { home?: string; network?: boolean } = {}) =>
  childEnvironment({ env, home: more.home ?? '/nowhere', ownHome: '/own/home', ownTemp: '/own/tmp', network: more.network ?? false });

describe('the environment of commands', () => {
  test('on Windows has its own folders for what programs keep, and says where Windows and its programs are', () => {
    const env = {
      Path: '/usr/bin',
      APPDATA: 'C:\\Users\\me\\AppData',
      'ProgramFiles(x86)': 'C:\\Program Files (x86)',
      SystemRoot: 'C:\\Windows',
      TOKEN: 'k',
    };
    const child = childEnvironment({ env, home: '/nowhere', ownHome: '/own', ownTemp: '/tmp', network: false, platform: 'win32' });
    expect(child).toMatchObject({ 'ProgramFiles(x86)': 'C:\\Program Files (x86)', SystemRoot: 'C:\\Windows' });
    expect([child.APPDATA, child.LOCALAPPDATA]).toEqual([join('/own', 'AppData', 'Roaming'), join('/own', 'AppData', 'Local')]);
    expect(Object.keys(child)).not.toContain('TOKEN');
    expect(Object.keys(childOf(env))).not.toContain('APPDATA');
  });

  test('is an allow-list: nothing else of the person’s gets through', () => {
    const env = {
      PATH: '/usr/bin',
      LANG: 'de_DE.UTF-8',
      LC_ALL: 'C',
      TZ: 'Europe/Berlin',
      OPENAI_API_KEY: 'k',
      ANTHROPIC_API_KEY: 'k',
      GITHUB_TOKEN: 'k',
      AWS_SECRET_ACCESS_KEY: 'k',
      NODE_OPTIONS: '--require /x.js',
      GIT_DIR: '/x/.git',
      LD_PRELOAD: '/x.so',
      SSH_AUTH_SOCK: '/run/agent',
      BASH_ENV: '/x.sh',
      DATABASE_URL: 'postgres://u:p@h/d',
    };
    expect(childOf(env)).toEqual({
      PATH: '/usr/bin',
      LANG: 'de_DE.UTF-8',
      LC_ALL: 'C',
      TZ: 'Europe/Berlin',
      HOME: '/own/home',
      USERPROFILE: '/own/home',
      TMPDIR: '/own/tmp',
      TMP: '/own/tmp',
      TEMP: '/own/tmp',
      TERM: 'dumb',
      CI: '1',
      NO_COLOR: '1',
    });
  });

  test('PATH has no relative entries, which would find programs wherever a command runs', () => {
    expect(absolutePath('/usr/bin:node_modules/.bin::.:./bin:/bin:/usr/bin')).toBe('/usr/bin:/bin');
    expect(absolutePath(undefined)).toBe('/usr/local/bin:/usr/bin:/bin');
  });

  test('toolchains in the person’s home are named, because HOME is another one', () => {
    const real = home('.cargo', '.pyenv', 'go');
    expect(childOf({ NVM_DIR: '/opt/nvm', GOMODCACHE: 'relative' }, { home: real })).toMatchObject({
      CARGO_HOME: join(real, '.cargo'),
      PYENV_ROOT: join(real, '.pyenv'),
      GOPATH: join(real, 'go'),
      NVM_DIR: '/opt/nvm',
    });
    const child = childOf({ NVM_DIR: '/opt/nvm', GOMODCACHE: 'relative' }, { home: real });
    expect(child).not.toHaveProperty('GOMODCACHE');
    expect(child).not.toHaveProperty('RUSTUP_HOME');
  });

  test('proxies are passed on only with the network, and never with a password', () => {
    const env = { https_proxy: 'http://proxy:3128', HTTP_PROXY: 'http://me:secret@proxy:3128', NODE_EXTRA_CA_CERTS: '/etc/ca.pem' };
    expect(childOf(env)).not.toHaveProperty('https_proxy');
    const online = childOf(env, { network: true });
    expect(online).toMatchObject({ https_proxy: 'http://proxy:3128', NODE_EXTRA_CA_CERTS: '/etc/ca.pem' });
    expect(online).not.toHaveProperty('HTTP_PROXY');
  });
});
