/** The vendors' table, whose keys go where, and what is refused before anything is sent. */
import { describe, expect, it } from 'vitest';
import { connect, providers } from '../../../src/engine/providers/index.js';
import { keyNames, vendorAt, vendorOf, vendors } from '../../../src/engine/providers/vendors.js';
import type { Backend } from '../../../src/protocol/events.js';
import type { FailureError } from '../../../src/protocol/failure.js';

const backend = (type: string, more: Partial<Backend> = {}): Backend => ({ type, model: 'm', key: { from: 'none' }, params: {}, ...more });
const refusal = async (one: Backend, key?: string) =>
  await connect(one, key).then(
    () => undefined,
    (error: FailureError) => error.failure,
  );

describe('the table', () => {
  it('has every type once, and each has a provider', () => {
    const types = vendors.map(({ type }) => type);
    expect(new Set(types).size).toBe(types.length);
    const served = providers.flatMap((kind) => kind.types);
    expect(new Set(served).size).toBe(served.length);
    expect(served).toEqual(expect.arrayContaining([...types, 'scripted']));
  });

  it('says of everyone who needs a key where it may be', () => {
    for (const vendor of vendors) if (vendor.needsKey) expect(vendor.keyEnv, vendor.type).not.toHaveLength(0);
  });

  it('connects each type, given what it needs', async () => {
    for (const { type } of vendors) {
      const more = vendorOf(type)?.baseUrl === undefined ? { baseUrl: 'https://x.openai.azure.com' } : {};
      expect((await connect(backend(type, more), 'a-key')).id, type).toBe(`${type}:m`);
    }
  });
});

describe('the variables whose key may go to an address', () => {
  it.each<[string, string | undefined, readonly string[]]>([
    ['openai', undefined, ['OPENAI_API_KEY']],
    ['openai', 'https://api.openai.com/v1', ['OPENAI_API_KEY']],
    ['openai', 'https://proxy.example.com/v1', []],
    ['openai', 'https://api.openai.com.evil.example/v1', []],
    ['openai', 'http://localhost:8080/v1', []],
    ['claude', 'https://api.groq.com/openai/v1', ['GROQ_API_KEY']],
    ['chatcompletion', 'https://api.cerebras.ai/v1', ['CEREBRAS_API_KEY']],
    ['chatcompletion', 'https://example.com/v1', []],
    ['chatcompletion', undefined, []],
    ['azure_openai', 'https://mine.openai.azure.com', ['AZURE_OPENAI_API_KEY']],
    ['azure_openai', 'https://example.com', []],
    ['vllm', 'http://gpu.example.com:8000/v1', ['VLLM_API_KEY']],
    ['vllm', 'https://api.openai.com/v1', ['OPENAI_API_KEY']],
    ['nobody', 'https://example.com', []],
  ])('%s at %s: %j', (type, baseUrl, names) => {
    expect(keyNames(type, baseUrl)).toEqual(names);
  });

  it('are known by the vendor’s own hosts', () => {
    for (const vendor of vendors)
      if (vendor.baseUrl !== undefined && vendor.local !== true) expect(vendorAt(vendor.baseUrl)?.type).toBe(vendor.type);
    expect(vendorAt('http://127.0.0.1:8000/v1')).toBeUndefined();
    expect(vendorAt('not a url')).toBeUndefined();
  });
});

describe('what is refused', () => {
  it.each<[string, Backend, object]>([
    ['an unknown type', backend('gpt'), { code: 'config', hint: expect.stringContaining('chatcompletion') }],
    ['a missing address', backend('chatcompletion'), { code: 'config', hint: expect.stringContaining('base_url') }],
    ["a missing address of Azure's", backend('azure_openai'), { code: 'config', hint: expect.stringContaining('azure_endpoint') }],
    ['an address that is none', backend('vllm', { baseUrl: 'localhost:8000' }), { code: 'config' }],
    ['a missing key', backend('groq'), { code: 'auth', hint: expect.stringContaining('GROQ_API_KEY') }],
    [
      "a missing key at a vendor's own address",
      backend('chatcompletion', { baseUrl: 'https://api.openai.com/v1' }),
      { code: 'auth', hint: expect.stringContaining('OPENAI_API_KEY') },
    ],
    ['a scripted model without a scenario', backend('scripted'), { code: 'config', hint: expect.stringContaining('scenario') }],
  ])('%s', async (_name, one, expected) => {
    expect(await refusal(one)).toMatchObject({ retryable: false, ...expected });
  });

  it('not: an address of one’s own without a key', async () => {
    expect(await refusal(backend('openai', { baseUrl: 'http://localhost:8080/v1' }))).toBeUndefined();
  });
});
