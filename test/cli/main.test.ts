import { execFile } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const cli = path.resolve('dist/cli.js');
let folder = '';

beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'massgen-cli-')));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function massgen(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { PATH: process.env.PATH, HOME: folder };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { env, cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe('massgen config', () => {
  it('init writes a configuration that validate takes, and never writes over one', async () => {
    expect(await massgen('config', 'init')).toMatchObject({ code: 0, stdout: `${path.join(folder, 'massgen.yaml')}\n` });
    expect((await massgen('config', 'validate', '--json')).code).toBe(0);
    const before = await readFile(path.join(folder, 'massgen.yaml'), 'utf8');
    expect((await massgen('config', 'init')).code).toBe(2);
    expect(await readFile(path.join(folder, 'massgen.yaml'), 'utf8')).toBe(before);
  });

  it('validate names the place of a mistake and the nearest key, and ends with 2', async () => {
    await writeFile(
      path.join(folder, 'massgen.yaml'),
      'agents:\n  - id: a\n    backend: { type: openai, model: m }\n    sytem_message: hello\n',
    );
    const { code, stdout } = await massgen('config', 'validate');
    expect(code).toBe(2);
    expect(stdout).toContain('massgen.yaml:4:5');
    expect(stdout).toContain('system_message');
  });

  it('validate without a configuration says how to get one', async () => {
    expect(await massgen('config', 'validate')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('massgen config init'),
    });
  });

  it('schema is JSON', async () => {
    expect(JSON.parse((await massgen('config', 'schema')).stdout)).toMatchObject({ type: 'object' });
  });
});

describe('massgen', () => {
  it('doctor says what is there as JSON, without the value of a key', async () => {
    await writeFile(path.join(folder, '.env'), 'OPENAI_API_KEY=sk-secret-value-123456\n');
    const { code, stdout } = await massgen('doctor', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).map((one: { area: string }) => one.area)).toEqual(expect.arrayContaining(['node', 'git', 'sandbox']));
    expect(stdout).not.toContain('secret-value');
  });

  it('an unknown command is a usage error', async () => {
    expect((await massgen('frobnicate')).code).toBe(2);
  });
});
