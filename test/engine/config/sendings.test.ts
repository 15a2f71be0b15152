// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is what configurations hold
import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { agree, consentsOf, withdraw } from '../../../src/engine/config/consents.js';
import { detectTeam } from '../../../src/engine/config/detect.js';
import { diagnose } from '../../../src/engine/config/doctor.js';
import { loadEnv } from '../../../src/engine/config/env.js';
import { loadConfig, validateConfig } from '../../../src/engine/config/load.js';
import { addressText, keysSent } from '../../../src/engine/config/sendings.js';
import type { Backend } from '../../../src/protocol/events.js';
import { agents, tempFolder } from './helpers.js';

const KEYS = {
  OPENAI_API_KEY: 'sk-openai-1',
  ANTHROPIC_API_KEY: 'sk-ant-1',
  MINE: 'mine-1',
  VLLM_API_KEY: 'vllm-1',
  AZURE_OPENAI_API_KEY: 'az-1',
};

/** What the configuration of a folder sends, as `name → address`, and whether the person chose it. */
async function sent(text: string, { env = KEYS as Record<string, string>, files = {}, chosen = undefined as boolean | undefined } = {}) {
  const folder = await tempFolder({ 'massgen.yaml': text, ...files });
  const options = {
    folder,
    env: await loadEnv(folder, { HOME: path.join(folder, 'home'), ...env }),
    ...(chosen !== undefined && { chosen }),
  };
  const { sends } = await loadConfig(path.join(folder, 'massgen.yaml'), options);
  const all = (sends?.all ?? []).map(({ name, to }) => `${name} → ${to.startsWith('file:') ? 'the folder' : to}`);
  return { all, chosen: sends?.chosen, first: sends?.all[0]?.place };
}

describe('a key goes without asking', () => {
  it.each([
    ["to its vendor's own address", 'type: openai'],
    ['to it where it is written out', 'type: openai, base_url: "https://api.openai.com/v1"'],
    ['to it by another type', 'type: chatcompletion, model: m, base_url: "https://api.openai.com/v1"'],
    ["to another host of its vendor's", 'type: azure_openai, model: m, base_url: "https://mine.openai.azure.com"'],
    ['to this machine', 'type: chatcompletion, model: m, base_url: "http://127.0.0.1:1234/v1", api_key: "${MINE}"'],
    ['to this machine by name', 'type: vllm, model: m'],
    ['where none is sent', 'type: chatcompletion, model: m, base_url: "https://gw.example/v1"'],
    ['where it stands in the file itself', 'type: chatcompletion, model: m, base_url: "https://gw.example/v1", api_key: theirs-1'],
    ['where it is not set', 'type: chatcompletion, model: m, base_url: "https://gw.example/v1", api_key: "${UNSET}"'],
    ['where the address alone is a variable', 'type: openai, base_url: "${MINE_URL:-https://api.openai.com/v1}"'],
  ])('%s', async (_, backend) => {
    expect((await sent(agents(backend))).all).toEqual([]);
  });

  it("where the folder's own .env holds it, and not where that is another value", async () => {
    const text = agents('type: chatcompletion, model: m, base_url: "https://gw.example/v1", api_key: "${MINE}"');
    expect((await sent(text, { env: {}, files: { '.env': 'MINE=theirs-1\n' } })).all).toEqual([]);
    expect((await sent(text, { files: { '.env': 'MINE=theirs-1\n' } })).all).toEqual(['MINE → https://gw.example/v1']);
  });
});

describe('a key needs consent', () => {
  it.each([
    [
      'named, to an unknown address',
      'base_url: "https://gw.example/v1/", api_key: "${OPENAI_API_KEY}"',
      'OPENAI_API_KEY → https://gw.example/v1',
    ],
    [
      'to another vendor',
      'base_url: "https://api.groq.com/openai/v1", api_key: "${OPENAI_API_KEY}"',
      'OPENAI_API_KEY → https://api.groq.com/openai/v1',
    ],
    ["that is no vendor's", 'base_url: "https://api.openai.com/v1", api_key: "${MINE}"', 'MINE → https://api.openai.com/v1'],
    ['in the clear', 'base_url: "http://api.openai.com/v1", api_key: "${OPENAI_API_KEY}"', 'OPENAI_API_KEY → http://api.openai.com/v1'],
    [
      'to a name like an address of this machine',
      'base_url: "http://127.0.0.1.gw.example/v1", api_key: "${MINE}"',
      'MINE → http://127.0.0.1.gw.example/v1',
    ],
    [
      'to a name that ends like a vendor',
      'base_url: "https://api.openai.com.gw.example", api_key: "${OPENAI_API_KEY}"',
      'OPENAI_API_KEY → https://api.openai.com.gw.example',
    ],
    ['within other words', 'base_url: "https://gw.example", api_key: "x-${MINE}"', 'MINE → https://gw.example'],
    ['by a default that is not needed', 'base_url: "https://gw.example", api_key: "${MINE:-none}"', 'MINE → https://gw.example'],
  ])('%s', async (_, backend, expected) => {
    const { all, chosen } = await sent(agents(`type: chatcompletion, model: m, ${backend}`));
    expect({ all, chosen }).toEqual({ all: [expected], chosen: false });
  });

  it("that is the type's own, where the type has no address of its own", async () => {
    expect((await sent(agents('type: vllm, model: m, base_url: "http://10.0.0.9:8000/v1"'))).all).toEqual([
      'VLLM_API_KEY → http://10.0.0.9:8000/v1',
    ]);
  });

  it('told with the place that names it, once for many agents', async () => {
    const backend = 'backend: {type: chatcompletion, model: m, base_url: "https://gw.example", api_key: "${MINE}"}';
    const { all, first } = await sent(`agents:\n  - id: a\n    ${backend}\n  - id: b\n    ${backend}\n`);
    expect(all).toEqual(['MINE → https://gw.example']);
    expect(first).toMatchObject({ line: 3, column: 79, file: expect.stringMatching(/massgen\.yaml$/) });
  });
});

describe('a variable in what a configuration says', () => {
  const remote = 'type: chatcompletion, model: m, base_url: "https://gw.example/v1"';
  it.each([
    ['an instruction', 'type: openai, system_message: "say ${MINE}"', ''],
    ['the path of an address', 'type: chatcompletion, model: m, base_url: "https://gw.example/${MINE}"', ''],
    ['a parameter', `${remote}, extra_headers: {x: "\${MINE}"}`, ''],
    ['a command', 'type: openai', 'checks: [{name: t, command: "echo ${MINE}"}]\n'],
    [
      'a command, while the network is open to what runs here',
      'type: scripted, scenario: s.yaml',
      'checks: [{name: t, command: "echo ${MINE}"}]\npolicy: {network: open}\n',
    ],
  ])('needs consent in %s', async (_, backend, more) => {
    expect((await sent(agents(backend) + more, { files: { 's.yaml': '' } })).all).toEqual(['MINE → the folder']);
  });

  it.each([
    ['nothing leaves this machine', 'type: vllm, model: "${MINE}"', KEYS, {}],
    ["it is the folder's own", `${remote}, user: "\${MINE}"`, {}, { '.env': 'MINE=theirs\n' }],
    ['its default stands', `${remote}, user: "\${UNSET:-x}"`, KEYS, {}],
  ])('needs none where %s', async (_, backend, env, files) => {
    expect((await sent(agents(backend), { env, files })).all).toEqual([]);
  });
});

describe('the person has chosen a configuration', () => {
  const text = agents('type: chatcompletion, model: m, base_url: "https://gw.example", api_key: "${MINE}"');
  it('that they named', async () => {
    expect(await sent(text, { chosen: true })).toMatchObject({ chosen: true, all: ['MINE → https://gw.example'] });
  });

  it('of their own, and not one where those of the folder are looked for', async () => {
    const home = await tempFolder({
      '.config/massgen/config.yaml': text,
      'project/.massgen/config.yaml': text,
      'project/massgen.json': '',
    });
    const options = { folder: path.join(home, 'project'), env: { HOME: home, ...KEYS } };
    const chosen = async (file: string) => (await loadConfig(path.join(home, file), options)).sends?.chosen;
    expect(await chosen('.config/massgen/config.yaml')).toBe(true);
    expect(await chosen('project/.massgen/config.yaml')).toBe(false);
  });
});

describe('a team without a configuration', () => {
  const around = async (files = {}) => {
    const folder = await tempFolder({ 'own.yaml': 'k: plain-key-1\n', ...files });
    return { folder, env: { HOME: folder, ...KEYS } };
  };
  const agent = (key: Backend['key'], baseUrl = 'https://gw.example') => ({
    ...{ id: 'a', label: 'a', runner: 'native' as const },
    backend: { type: 'chatcompletion', model: 'm', baseUrl, key, params: {} },
  });

  it('of what was found sends nothing that needs consent', async () => {
    const { team } = await detectTeam(KEYS, { models: async () => ['m'] });
    expect(team?.agents.length).toBeGreaterThan(3);
    expect(await keysSent(team?.agents ?? [], await around())).toEqual([]);
  });

  it('needs consent for a key in plain text elsewhere than in the folder, wherever a link in it leads', async () => {
    const { folder, env } = await around();
    const elsewhere = await tempFolder({ 'hosts.yaml': 'oauth: gho-1234\n' });
    await symlink(path.join(elsewhere, 'hosts.yaml'), path.join(folder, 'link.yaml'));
    const of = async (file: string, at: string) =>
      (await keysSent([agent({ from: 'file', file, path: [at] })], { folder, env })).map(({ name }) => name);
    expect(await of(path.join(folder, 'own.yaml'), 'k')).toEqual([]);
    expect(await of(path.join(elsewhere, 'hosts.yaml'), 'oauth')).toEqual([`${path.join(elsewhere, 'hosts.yaml')}: oauth`]);
    expect(await of(path.join(folder, 'link.yaml'), 'oauth')).toEqual([`${path.join(folder, 'link.yaml')}: oauth`]);
  });

  it('is looked at wherever its address stands', async () => {
    const key = { from: 'env' as const, name: 'AZURE_OPENAI_API_KEY' };
    const backend = { type: 'azure_openai', model: 'm', key, params: { azure_endpoint: 'https://gw.example' } };
    expect(await keysSent([{ ...agent(key), backend }], await around())).toMatchObject([{ to: 'https://gw.example' }]);
  });
});

describe('what was agreed to', () => {
  const sending = { name: 'MINE', to: 'https://gw.example' };
  it('is kept in the home of the person, for that key and that address, until it is withdrawn', async () => {
    const env = { HOME: await tempFolder() };
    await agree(env, [sending], 0);
    await agree(env, [sending, { name: 'OTHER', to: 'https://gw.example' }], 86_400_000);
    expect(await consentsOf(env)).toEqual([
      { ...sending, since: '1970-01-01T00:00:00.000Z' },
      { name: 'OTHER', to: 'https://gw.example', since: '1970-01-02T00:00:00.000Z' },
    ]);
    expect(await withdraw(env, sending)).toMatchObject([{ name: 'OTHER' }]);
    await expect(withdraw(env, sending)).rejects.toMatchObject({ failure: { code: 'not-found' } });
  });

  it('allows nothing where it cannot be read', async () => {
    const env = { HOME: await tempFolder({ '.config/massgen/consents.yaml': 'consents: [all]\n' }) };
    await expect(consentsOf(env)).rejects.toMatchObject({ failure: { code: 'config' } });
  });

  it.each([
    ['https://GW.example/', 'https://gw.example'],
    ['https://gw.example:443/v1//', 'https://gw.example/v1'],
    ["https://gw.example/a'b c", 'https://gw.example/a%27b%20c'],
    ['https://user:pass@gw.example/v1#x', 'https://gw.example/v1'],
  ])('is of one address: %s is %s', (written, address) => expect(addressText(written)).toBe(address));
});

it('validate and doctor say what needs consent and what to do, and nothing once it is given', async () => {
  const folder = await tempFolder({
    'massgen.yaml': agents('type: chatcompletion, model: m, base_url: "https://gw.example/?a&b", api_key: "${MINE}"'),
  });
  const env = { HOME: folder, ...KEYS };
  const said = () => validateConfig(path.join(folder, 'massgen.yaml'), { folder, env });
  const expected = {
    severity: 'warning',
    line: 3,
    message: 'MINE goes to https://gw.example/?a&b, and you have not agreed to that',
    hint: "if it belongs there: massgen config consent MINE 'https://gw.example/?a&b'",
  };
  expect(await said()).toContainEqual(expect.objectContaining(expected));
  expect((await diagnose(folder, env)).find(({ area }) => area === 'config')?.detail).toContain('MINE goes to https://gw.example');
  await agree(env, [{ name: 'MINE', to: 'https://gw.example/?a&b' }], 0);
  expect(await said()).toEqual([]);
});
