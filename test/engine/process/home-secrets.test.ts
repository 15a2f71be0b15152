import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { homeSecrets, isWithin } from '../../../src/engine/process/home-secrets.js';

function homeWith(...files: string[]): string {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'secrets-')));
  for (const file of files) {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    writeFileSync(join(home, file), 'x');
  }
  return home;
}

/** What a command may read, by the rule that the deepest entry decides. */
function readable(home: string, env: Record<string, string>, file: string): boolean {
  const { hidden, tools } = homeSecrets(env, home);
  const depth = (paths: string[]) => Math.max(-1, ...paths.filter((path) => isWithin(join(home, file), path)).map((path) => path.length));
  return depth(tools) >= depth(hidden);
}

describe('secrets of the home', () => {
  const secrets = [
    '.ssh/id_ed25519',
    '.aws/credentials',
    '.gnupg/x',
    '.config/gh/hosts.yml',
    '.config/massgen/config.yaml',
    '.massgen/.env',
    '.npmrc',
  ];
  const more = ['.netrc', '.docker/config.json', '.kube/config', '.mozilla/firefox/p/logins.json', '.bash_history', '.some-new-tool/token'];

  test.each([...secrets, ...more, 'snap/firefox/common/x'])('%s cannot be read', (file) => {
    expect(readable(homeWith(file), {}, file)).toBe(false);
  });

  test('what is not hidden stays readable', () => {
    expect(readable(homeWith('projects/app/index.ts'), {}, 'projects/app/index.ts')).toBe(true);
  });

  test('tools on PATH work with what belongs to them; settings beside them stay hidden', () => {
    const home = homeWith(
      '.docker/bin/docker',
      '.docker/config.json',
      '.tool/1.2/bin/tool',
      '.tool/1.2/lib/x',
      '.tool/token',
      '.local/bin/x',
      '.local/share/keyrings/k',
    );
    const env = { PATH: `${home}/.docker/bin:${home}/.tool/1.2/bin:/usr/bin` };
    const seen = ['.docker/bin/docker', '.docker/config.json', '.tool/1.2/lib/x', '.tool/token', '.local/bin/x', '.local/share/keyrings/k'];
    expect(seen.map((file) => [file, readable(home, env, file)])).toEqual([
      ['.docker/bin/docker', true],
      ['.docker/config.json', false],
      ['.tool/1.2/lib/x', true],
      ['.tool/token', false],
      ['.local/bin/x', true],
      ['.local/share/keyrings/k', false],
    ]);
  });

  test('toolchains are readable but for the credentials in them', () => {
    const home = homeWith('.cargo/registry/x', '.cargo/credentials.toml', '.pyenv/versions/3.12/bin/python');
    expect(readable(home, {}, '.cargo/registry/x')).toBe(true);
    expect(readable(home, {}, '.pyenv/versions/3.12/bin/python')).toBe(true);
    expect(readable(home, {}, '.cargo/credentials.toml')).toBe(false);
  });

  test('no home, no secrets', () => {
    expect(homeSecrets({}, '/nowhere/at/all')).toEqual({ hidden: [], tools: [] });
  });
});
