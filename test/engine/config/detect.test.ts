import { chmod } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { detectTeam } from '../../../src/engine/config/detect.js';
import { diagnose, nodeFinding } from '../../../src/engine/config/doctor.js';
import { initConfig } from '../../../src/engine/config/init.js';
import { loadConfig, validateConfig } from '../../../src/engine/config/load.js';
import { listModels } from '../../../src/engine/config/local.js';
import { failureOf } from '../../../src/protocol/failure.js';
import { agents, tempFolder } from './helpers.js';

const nobody = { models: () => Promise.reject(new Error('connection refused')) };
const ollama = (...models: string[]) => ({
  models: async (url: string) => (url.includes(':11434') ? models : Promise.reject(new Error('connection refused'))),
});

describe('a detected team', () => {
  it('is none where nothing is there', async () => expect(await detectTeam({}, nobody)).toEqual({ found: [] }));

  it('has an agent for each key and each server of this machine, and says what it found without any value', async () => {
    const { found, team } = await detectTeam(
      { ANTHROPIC_API_KEY: 'sk-hunter22', GROQ_API_KEY: ' ', POE_API_KEY: 'hunter22' },
      ollama('nomic-embed-text', 'qwen3', 'llama4'),
    );
    expect(team?.agents.map(({ id, backend }) => [id, backend.type, backend.key])).toEqual([
      ['claude', 'claude', { from: 'env', name: 'ANTHROPIC_API_KEY' }],
      ['ollama', 'ollama', { from: 'none' }],
    ]);
    expect(team?.agents[1]?.backend).toMatchObject({ model: 'qwen3', baseUrl: 'http://localhost:11434/v1' });
    expect(found.map(({ area, name, status, detail }) => [area, name, status, detail])).toEqual([
      ['keys', 'Anthropic Claude', 'ok', 'ANTHROPIC_API_KEY is set'],
      ['keys', 'Poe', 'ok', 'POE_API_KEY is set'],
      ['local servers', 'Ollama', 'ok', 'http://localhost:11434/v1 serves qwen3, llama4'],
    ]);
    expect(JSON.stringify({ found, team })).not.toContain('hunter22');
  });

  it('is of two even where there is one way to reach a model', async () => {
    const models = async (probes: ReturnType<typeof ollama>, env = {}) =>
      (await detectTeam(env, probes)).team?.agents.map(({ id, backend }) => `${id}: ${backend.model}`);
    expect(await models(ollama('qwen3', 'llama4'))).toEqual(['ollama-1: qwen3', 'ollama-2: llama4']);
    expect(await models(ollama('qwen3'))).toEqual(['ollama-1: qwen3', 'ollama-2: qwen3']);
  });

  it('has the models that the editor offers, one of each family, after all else', async () => {
    const model = (id: string, family: string) => ({ id, family, label: id });
    const editor = {
      list: async () => [model('gpt-1', 'gpt'), model('gpt-1-old', 'gpt'), model('sonnet', 'claude')],
      stream: () => {
        throw new Error('nothing is asked');
      },
    };
    const { team } = await detectTeam({ GROQ_API_KEY: 'x' }, { ...nobody, editor });
    expect(team?.agents.map(({ id, backend }) => [id, backend.model, backend.key.from])).toEqual([
      ['groq', 'openai/gpt-oss-120b', 'env'],
      ['vscode-2', 'gpt-1', 'none'],
      ['vscode-3', 'sonnet', 'none'],
    ]);
  });

  it('is of four at most', async () => {
    const env = Object.fromEntries(['OPENAI', 'ANTHROPIC', 'GEMINI', 'XAI', 'GROQ', 'CEREBRAS'].map((name) => [`${name}_API_KEY`, 'x']));
    expect((await detectTeam(env, nobody)).team?.agents).toHaveLength(4);
  });

  it('asks nobody but this machine, and not about a key', async () => {
    const asked: [string, string | undefined][] = [];
    const models = async (url: string, key: string | undefined) => {
      asked.push([url, key]);
      return ['m'];
    };
    const { team } = await detectTeam({ OPENAI_API_KEY: 'secret-of-openai', VLLM_API_KEY: 'secret-of-vllm' }, { models });
    expect(asked.map(([url]) => new URL(url).host).sort()).toEqual([
      'localhost:11434',
      'localhost:1234',
      'localhost:30000',
      'localhost:8000',
    ]);
    expect(asked.filter(([, key]) => key !== undefined)).toEqual([['http://localhost:8000/v1', 'secret-of-vllm']]);
    expect(team?.agents.find((agent) => agent.id === 'vllm')?.backend.key).toEqual({ from: 'env', name: 'VLLM_API_KEY' });
  });

  it('knows a server that serves nothing to talk to', async () => {
    const { found, team } = await detectTeam({}, ollama('nomic-embed-text'));
    expect(team).toBeUndefined();
    expect(found).toMatchObject([{ name: 'Ollama', status: 'problem' }]);
  });
});

describe('asking a server for its models', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  });
  const serve = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  };
  const ask = (url: string, key?: string) => listModels(url, key, AbortSignal.timeout(5000));

  it('reads the list', async () => {
    const url = await serve((request, response) =>
      response.end(JSON.stringify({ data: [{ id: `${request.url} ${request.headers.authorization}` }, { no: 1 }, null] })),
    );
    expect(await ask(url)).toEqual(['/v1/models undefined']);
    expect(await ask(url, 'k')).toEqual(['/v1/models Bearer k']);
  });

  it.each([
    ['something else', '<html>', 200],
    ['other JSON', '{"hello": 1}', 200],
    ['an error', '{"data": []}', 500],
    ['a wish for a key', '{"data": []}', 401],
  ])('is not taken in by %s', async (_, body, status) => {
    const url = await serve((_request, response) => response.writeHead(status).end(body));
    await expect(ask(url)).rejects.toThrow();
  });

  it('does not follow a server to another place', async () => {
    const target = await serve((_request, response) => response.end('{"data": [{"id": "x"}]}'));
    const url = await serve((_request, response) => response.writeHead(302, { location: `${target}/models` }).end());
    await expect(ask(url)).rejects.toThrow();
  });

  it('does not wait for a server that is silent', async () => {
    const url = await serve(() => undefined);
    await expect(listModels(url, undefined, AbortSignal.timeout(50))).rejects.toThrow();
  });
});

describe('a first configuration', () => {
  it('holds the detected team, names keys only, and loads without a warning', async () => {
    const env = { OPENAI_API_KEY: 'sk-hunter22', ANTHROPIC_API_KEY: 'sk-hunter33' };
    const folder = await tempFolder();
    const detected = await detectTeam(env, ollama('qwen3'));
    const { file, text } = await initConfig(folder, { env, detected });
    expect(file).toBe(path.join(folder, 'massgen.yaml'));
    expect(text).not.toContain('hunter');
    const { agents: loaded, ...team } = await loadConfig(file, { env, folder });
    expect(loaded).toEqual(detected.team?.agents);
    const { agents: _, ...defaults } = detected.team ?? { agents: [] };
    expect(team).toEqual({ ...defaults, file });
    expect(await validateConfig(file, { env, folder })).toEqual([]);
  });

  it('is a sound example where nothing was found', async () => {
    const folder = await tempFolder();
    const { file } = await initConfig(folder, { env: {}, detected: { found: [] } });
    const problems = await validateConfig(file, { env: {}, folder });
    expect(problems.map(({ severity, message }) => [severity, message.split(':')[0]])).toEqual([
      ['warning', 'OPENAI_API_KEY is not set'],
      ['warning', 'ANTHROPIC_API_KEY is not set'],
    ]);
  });

  it.each(['massgen.yaml', '.massgen/config.yaml'])('is not written where %s is', async (name) => {
    const folder = await tempFolder({ [name]: 'mine' });
    const failure = failureOf(await initConfig(folder, { env: {}, detected: { found: [] } }).catch((error: unknown) => error));
    expect(failure).toMatchObject({ code: 'config', message: `${path.join(folder, name)} exists already and is left as it is.` });
  });
});

describe('the doctor', () => {
  it('says what is there and what is not, without any value of a key', async () => {
    const bin = await tempFolder({ codex: '', goose: '' });
    await chmod(path.join(bin, 'codex'), 0o755);
    await chmod(path.join(bin, 'goose'), 0o644);
    const folder = await tempFolder({ 'massgen.yaml': agents('type: openai') });
    const env = { PATH: [bin, process.env.PATH].join(path.delimiter), HOME: folder, GROQ_API_KEY: 'hunter22' };
    const probes = {
      ...nobody,
      sandbox: async () => ({ kind: 'none', problem: 'bubblewrap is missing' }),
      checks: async () => [{ name: 'test', command: 'npm test', source: 'package.json' }],
    };
    const findings = await diagnose(folder, env, probes);
    const of = (area: string, name: string) => findings.find((finding) => finding.area === area && finding.name === name);
    expect(of('agents on PATH', 'codex')).toMatchObject({ status: 'ok', detail: path.join(bin, 'codex') });
    expect(of('agents on PATH', 'goose')).toMatchObject({ status: 'missing' });
    expect(of('keys', 'Groq')).toMatchObject({ status: 'ok', detail: 'GROQ_API_KEY is set' });
    expect(of('keys', 'OpenAI')).toMatchObject({ status: 'missing', detail: 'OPENAI_API_KEY is not set' });
    expect(of('git', 'git')).toMatchObject({ status: 'ok', detail: expect.stringMatching(/^\d+\.\d+/) });
    expect(of('sandbox', 'sandbox')).toMatchObject({ status: 'missing', detail: 'bubblewrap is missing' });
    expect(of('local servers', 'vLLM')).toMatchObject({ status: 'missing' });
    expect(of('checks', 'test')).toMatchObject({ status: 'ok', detail: 'npm test (package.json)' });
    expect(of('config', 'configuration')).toMatchObject({ status: 'ok', detail: expect.stringContaining('1 warning') });
    expect(of('node', 'Node.js')).toMatchObject({ status: 'ok', detail: process.versions.node });
    expect(JSON.stringify(findings)).not.toContain('hunter22');
  });

  it('finds the faults of a configuration, and machines without git', async () => {
    const folder = await tempFolder({ 'massgen.yaml': 'agents: 3' });
    const findings = await diagnose(folder, { PATH: folder, HOME: folder }, nobody);
    expect(findings.find((finding) => finding.area === 'config')).toMatchObject({
      status: 'problem',
      detail: expect.stringContaining('massgen.yaml:1:9: agents must be a list'),
    });
    expect(findings.find((finding) => finding.area === 'git')).toMatchObject({ status: 'missing' });
    expect(findings.some((finding) => finding.area === 'sandbox')).toBe(false);
  });

  it('knows which Node.js is too old', () => {
    expect(['18.20.0', '20.17.9', '20.18.0', '22.1.0'].map((version) => nodeFinding(version).status)).toEqual([
      'problem',
      'problem',
      'ok',
      'ok',
    ]);
  });
});
