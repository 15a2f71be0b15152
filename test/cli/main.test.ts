import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.js';

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

  it('show fills in the defaults and shows no secret, wherever it was written', async () => {
    await writeFile(path.join(folder, '.env'), 'OPENAI_API_KEY=sk-one-1234567890\nMY_TOKEN=token-two-1234567890\n');
    await writeFile(
      path.join(folder, 'massgen.yaml'),
      `agents:\n  - id: a\n    backend: { type: openai, model: m, api_key: "\${OPENAI_API_KEY}", extra_headers: { X-Team: "\${MY_TOKEN}" } }\n`,
    );
    const { code, stdout, stderr } = await massgen('config', 'show', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ agents: [{ id: 'a', backend: { model: 'm' } }], limits: { seconds: 1800 } });
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: expect.not.stringContaining('1234567890'),
      stderr: expect.not.stringContaining('1234567890'),
    });
  });

  it('test tells whom it can reach, and ends with 1 where not all', async () => {
    await writeFile(path.join(folder, 'one.yaml'), 'agents:\n  "*":\n    work:\n      - answer: x\n');
    const agents = (second: string) =>
      `agents:\n  - { id: a, backend: { type: scripted, scenario: one.yaml } }\n  - { id: b, backend: ${second} }\n`;
    await writeFile(path.join(folder, 'massgen.yaml'), agents('{ type: scripted, scenario: one.yaml }'));
    expect((await massgen('config', 'test')).code).toBe(0);
    await writeFile(path.join(folder, 'massgen.yaml'), agents(`{ type: openai, model: m, api_key: "\${OPENAI_API_KEY}" }`));
    const { code, stdout } = await massgen('config', 'test', '--json');
    expect({ code, answers: JSON.parse(stdout) }).toMatchObject({
      code: 1,
      answers: [
        { agent: 'a', ok: true },
        { agent: 'b', ok: false, detail: expect.stringContaining('OPENAI_API_KEY') },
      ],
    });
  });

  it('migrate prints the file of an older MassGen as it is written here, and says on stderr what is left out', async () => {
    const older = '# mine\nagent: { id: a, backend: { type: openai, model: m, cwd: w } }\n';
    const newer = '# mine\nagents:\n  - { id: a, backend: { type: openai, model: m } }\n';
    await writeFile(path.join(folder, 'old.yaml'), older);
    const said = `${path.join(folder, 'old.yaml')}:2:52: warning: left out: agent.backend.cwd`;
    expect(await massgen('config', 'migrate', 'old.yaml')).toMatchObject({ code: 0, stdout: newer, stderr: expect.stringContaining(said) });
    expect(await readFile(path.join(folder, 'old.yaml'), 'utf8')).toBe(older);
    const { stdout } = await massgen('config', 'migrate', 'old.yaml', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ text: newer, problems: [{ line: 2, column: 52 }] });
    expect(await massgen('config', 'migrate', 'old.yaml', '--write')).toMatchObject({ code: 0, stdout: '' });
    expect(await readFile(path.join(folder, 'old.yaml'), 'utf8')).toBe(newer);
    expect(await readFile(path.join(folder, 'old.yaml.old'), 'utf8')).toBe(older);
    expect((await massgen('config', 'migrate', 'old.yaml', '--write')).code).toBe(2);
    expect(await readFile(path.join(folder, 'old.yaml.old'), 'utf8')).toBe(older);
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

  it('an unknown command is a usage error that names the nearest', async () => {
    expect(await massgen('aply', 'latest')).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('apply') });
  });

  it('-C stands before the command or after it', async () => {
    const elsewhere = path.join(folder, 'elsewhere');
    await mkdir(elsewhere);
    await writeFile(path.join(elsewhere, 'massgen.yaml'), 'agents: []\n');
    const said = { code: 2, stdout: expect.stringContaining(path.join(elsewhere, 'massgen.yaml')) };
    expect(await massgen('config', 'validate', '-C', 'elsewhere')).toMatchObject(said);
    expect(await massgen('-C', 'elsewhere', 'config', 'validate')).toMatchObject(said);
    expect(await massgen('config', '-C', 'elsewhere', 'validate')).toMatchObject(said);
  });

  it('every command has -C and --json', async () => {
    for (const row of commands) {
      const words = row.usage.split(' ').filter((word) => /^[a-z]+$/.test(word));
      const { code, stdout } = await massgen(...words, '--help');
      expect({ words, code, stdout }).toEqual({ words, code: 0, stdout: expect.stringMatching(/-C, --cwd.*--json/s) });
    }
  });
});
