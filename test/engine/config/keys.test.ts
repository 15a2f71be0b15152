// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is what configurations hold
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadEnv } from '../../../src/engine/config/env.js';
import { resolveKey, secretsOf } from '../../../src/engine/config/keys.js';
import { loadConfig } from '../../../src/engine/config/load.js';
import { substitute } from '../../../src/engine/config/substitute.js';
import type { TeamConfig } from '../../../src/engine/config/team.js';
import { TOOLCHAINS } from '../../../src/engine/process/environment.js';
import { homeSecrets } from '../../../src/engine/process/home-secrets.js';
import { failureOf } from '../../../src/protocol/failure.js';
import { agents, load, tempFolder, warningsOf } from './helpers.js';

const keyOf = (team: TeamConfig) => team.agents[0]?.backend.key;

describe('where a key is', () => {
  it.each([
    ['the variable that is named', 'type: openai, api_key: "${MINE}"', {}, { from: 'env', name: 'MINE' }],
    ["the vendor's variable", 'type: claude', {}, { from: 'env', name: 'ANTHROPIC_API_KEY' }],
    ["the first of the vendor's variables", 'type: gemini', {}, { from: 'env', name: 'GEMINI_API_KEY' }],
    ["the vendor's variable that is set", 'type: gemini', { GOOGLE_API_KEY: 'x' }, { from: 'env', name: 'GOOGLE_API_KEY' }],
    [
      'the variable of the vendor at that address',
      'type: chatcompletion, model: m, base_url: "https://api.cerebras.ai/v1"',
      {},
      { from: 'env', name: 'CEREBRAS_API_KEY' },
    ],
    ['nowhere, for a server that wants none', 'type: ollama, model: m', {}, { from: 'none' }],
    [
      'nowhere, for an address of nobody known',
      'type: chatcompletion, model: m, base_url: "https://x.example/v1"',
      { OPENAI_API_KEY: 'x' },
      { from: 'none' },
    ],
  ])('%s', async (_, backend, env, expected) => {
    const team = await load(agents(backend), env as Record<string, string>);
    expect(keyOf(team)).toEqual(expected);
    expect(team.warnings).toEqual([]);
  });

  it('a key in plain text stays in the file, and that is no good place', async () => {
    const team = await load(agents('type: openai, api_key: sk-hunter22hunter22'));
    expect(keyOf(team)).toEqual({ from: 'file', file: team.file, path: ['agents', 0, 'backend', 'api_key'] });
    expect(team.warnings.map((warning) => warning.hint)).toEqual(['move it to an environment variable: api_key: ${OPENAI_API_KEY}']);
    expect(JSON.stringify(team)).not.toContain('hunter22');
  });

  it("a vendor's key does not go to another address unless the configuration says so, and then it is said", async () => {
    const elsewhere = 'type: openai, base_url: "https://elsewhere.example/v1"';
    expect(await warningsOf(agents(elsewhere), { OPENAI_API_KEY: 'x' })).toEqual([
      expect.stringContaining('No key is sent to elsewhere.example.'),
    ]);
    expect(keyOf(await load(agents(elsewhere), { OPENAI_API_KEY: 'x' }))).toEqual({ from: 'none' });
    expect(await warningsOf(agents(`${elsewhere}, api_key: "\${OPENAI_API_KEY}"`))).toEqual([
      expect.stringContaining("The key OPENAI_API_KEY will be sent to elsewhere.example, which is not that vendor's own address."),
    ]);
  });

  it('a key that would travel in the clear is mentioned', async () => {
    expect(await warningsOf(agents('type: vllm, model: m, base_url: "http://gpu.example/v1", api_key: "${K}"'))).toEqual([
      expect.stringContaining('without encryption'),
    ]);
    expect(await warningsOf(agents('type: vllm, model: m, base_url: "http://127.0.0.1:1/v1", api_key: "${K}"'))).toEqual([]);
  });
});

describe('reading a key', () => {
  it('takes the value that the variable has now', async () => {
    const source = { from: 'env', name: 'K' } as const;
    expect(await resolveKey(source, { K: ' one\n' })).toBe('one');
    expect(await resolveKey(source, { K: 'two' })).toBe('two');
    expect(await resolveKey({ from: 'none' }, {})).toBeUndefined();
  });

  it.each([{}, { K: '' }, { K: '  ' }])('names the variable where it is gone: %j', async (env) => {
    const failure = failureOf(await resolveKey({ from: 'env', name: 'K' }, env).catch((error: unknown) => error));
    expect(failure).toMatchObject({ code: 'auth', message: 'The key is missing: K is not set.', retryable: false });
  });

  it('takes what the file says now, with its variables', async () => {
    const team = await load(agents('type: openai, api_key: "pre-${X:-none}"'));
    const key = keyOf(team) ?? { from: 'none' };
    expect(await resolveKey(key, {})).toBe('pre-none');
    expect(await resolveKey(key, { X: 'set' })).toBe('pre-set');
    expect(await resolveKey(key, {}, async () => agents('type: openai, api_key: changed'))).toBe('changed');
  });

  it.each([
    ['the file is gone', async () => Promise.reject(Object.assign(new Error('gone'), { code: 'ENOENT' }))],
    ['the place is gone', async () => 'agents: []'],
    ['the file is broken', async () => 'agents: ['],
    ['the key is empty', async () => agents('type: openai, api_key: ""')],
  ])('names file and place where %s', async (_, read) => {
    const thrown = await resolveKey({ from: 'file', file: '/f.yaml', path: ['agents', 0, 'backend', 'api_key'] }, {}, read).catch(
      (error: unknown) => error,
    );
    expect(failureOf(thrown)).toMatchObject({ code: 'auth', message: expect.stringContaining('/f.yaml: agents[0].backend.api_key') });
  });
});

describe('the environment of keys', () => {
  it("is the process's own over the folder's .env over MassGen's own places", async () => {
    const home = await tempFolder({
      '.massgen/.env': 'A=massgen\nB=massgen\nC=massgen\n',
      '.config/massgen/.env': 'A=config\nB=config\nC=config\nD="con fig"\n',
    });
    const folder = await tempFolder({ '.env': '\uFEFFA=folder\nexport B=folder # note\nE=\n' });
    const env = await loadEnv(folder, { HOME: home, A: 'process' });
    expect(env).toMatchObject({ A: 'process', B: 'folder', C: 'massgen', D: 'con fig', E: '', HOME: home });
    expect(process.env.B).toBeUndefined();
  });

  it('does without any of these files, and with a folder of that name', async () => {
    const folder = await tempFolder({ '.env/bin/python': '' });
    expect(await loadEnv(folder, { HOME: folder, X: 'y' })).toEqual({ HOME: folder, X: 'y' });
  });

  it('of a folder says nothing of where the person’s programs and settings are, so that it opens nothing of the home to commands', async () => {
    const home = await tempFolder({ '.ssh/id': 'secret', '.aws/credentials': 'secret', 'project/a': '' });
    const folder = path.join(home, 'project');
    const names = [
      ...TOOLCHAINS.map(([name]) => name),
      ...['PATH', 'HTTPS_PROXY', 'NODE_EXTRA_CA_CERTS', 'LD_PRELOAD', 'GIT_SSH_COMMAND', 'XDG_CONFIG_HOME'],
    ];
    await writeFile(path.join(folder, '.env'), `OPENAI_API_KEY=mine\n${names.map((name) => `${name}=${home}/.ssh\n`).join('')}`);
    const env = await loadEnv(folder, { HOME: home });
    expect(env).toEqual({ HOME: home, OPENAI_API_KEY: 'mine' });
    expect(homeSecrets(env, home).hidden).toEqual(expect.arrayContaining([path.join(home, '.ssh'), path.join(home, '.aws')]));
  });

  it('serves the configuration of the same folder', async () => {
    const folder = await tempFolder({ '.env': 'WHICH_MODEL=mine\n', 'massgen.yaml': agents('type: openai, model: "${WHICH_MODEL}"') });
    const team = await loadConfig(path.join(folder, 'massgen.yaml'), { env: await loadEnv(folder, { HOME: folder }), folder });
    expect(team.agents[0]?.backend.model).toBe('mine');
  });
});

describe('known secrets', () => {
  it('are the keys of the agents and the values of variables whose names say so', async () => {
    const team = await load(agents('type: openai, api_key: in-the-file-1'));
    const env = {
      OPENAI_API_KEY: 'sk-0123456789',
      GITHUB_TOKEN: 'ghp_0123456789abc',
      DB_PASSWORD: 'correct horse',
      AWS_SECRET_ACCESS_KEY: '/looks/like/a/path',
      DATABASE_URL: 'postgres://me:swordfish9@db/x',
      SHORT_KEY: 'abc',
      PLACEHOLDER_KEY: 'not-needed',
      KEY_FILE: '/home/me/keyfile',
      MAX_TOKENS: '123456789012',
      PWD: '/home/me/project',
      SSH_AUTH_SOCK: '/tmp/ssh-agent',
      EDITOR: 'nano-of-old',
    };
    expect((await secretsOf(env, team.agents)).sort()).toEqual(
      ['in-the-file-1', 'sk-0123456789', 'ghp_0123456789abc', 'correct horse', '/looks/like/a/path', 'swordfish9'].sort(),
    );
  });

  it('come longest first, so that none is left in pieces of another', async () => {
    expect(await secretsOf({ A_KEY: '12345678ab', B_KEY: '12345678abcdef' }, [])).toEqual(['12345678abcdef', '12345678ab']);
  });

  it('are none where a key is gone', async () => {
    const team = await load(agents('type: openai'));
    expect(await secretsOf({}, team.agents)).toEqual([]);
  });
});

describe('${NAME} in a text', () => {
  it.each([
    ['a ${X} b', 'a 1 b'],
    ['${X}${X}', '11'],
    ['${EMPTY}', ''],
    ['${EMPTY:-d}', 'd'],
    ['${U:-}', ''],
    ['${U:-a b:c}', 'a b:c'],
    ['$${X}', '${X}'],
    ['$X ${} ${a b} ${X', '$X ${} ${a b} ${X'],
  ])('%s becomes %j', (text, expected) => {
    expect(substitute(text, { X: '1', EMPTY: '' })).toMatchObject({ text: expected, unset: [] });
  });

  it('names what is not set', () => expect(substitute('${A} ${B:-x} ${C}', {}).unset).toEqual(['A', 'C']));

  it('leaves texts without a reference as they are, and never looks into values', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes('${'));
        expect(substitute(text, {}).text).toBe(text);
        expect(substitute('${V}', { V: `\${${text}}` }).text).toBe(`\${${text}}`);
      }),
    );
  });
});
