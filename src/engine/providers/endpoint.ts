/** Where a backend's API is and what it is asked with; refuses what cannot work before anything is sent. */
import type { Backend } from '../../protocol/events.js';
import { fail } from '../../protocol/failure.js';
import type { Asked } from './errors.js';
import { addressOf, type Vendor, vendorAt, vendorOf } from './vendors.js';

export interface Endpoint {
  baseUrl: string;
  key: string;
  /** Azure's own paths and key header; its newer `/openai/v1` addresses are asked like any other server. */
  azure?: { apiVersion: string };
  /** The vendor at that address, where it is a known one's own. */
  vendor: Vendor | undefined;
  asked: Asked;
}

const AZURE_VERSION = '2024-10-21';

export function endpointOf(backend: Backend, key: string | undefined): Endpoint {
  const own = vendorOf(backend.type);
  if (own === undefined) throw fail('config', `There is no backend type "${backend.type}".`);
  const baseUrl = checkedAddress(backend, own);
  const vendor = vendorAt(baseUrl) ?? (backend.baseUrl === undefined ? own : undefined);
  const keyPlace = keyPlaceOf(backend, vendor ?? own);
  if (key === undefined && vendor?.needsKey === true) {
    throw fail('auth', `${vendor.label} needs a key, and there is none.`, { hint: `It is expected in ${keyPlace}.` });
  }
  const label = vendor?.label ?? `The server at ${new URL(baseUrl).host}`;
  const endpoint: Endpoint = {
    baseUrl,
    key: key ?? 'not-needed',
    vendor,
    asked: { label, baseUrl, model: backend.model, keyPlace, secret: key },
  };
  if (own.type === 'azure_openai' && !/\/openai\/v1\/?$/.test(baseUrl))
    endpoint.azure = { apiVersion: stringIn(backend.params, 'api_version') ?? AZURE_VERSION };
  return endpoint;
}

function checkedAddress(backend: Backend, own: Vendor): string {
  const address = addressOf(backend);
  if (address === undefined) {
    const field = own.type === 'azure_openai' ? 'azure_endpoint' : 'base_url';
    throw fail('config', `A backend of type ${own.type} needs its address.`, { hint: `Set ${field} in the agent's backend.` });
  }
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw fail('config', `"${address}" is not the address of an API.`, {
      hint: 'base_url is an http:// or https:// URL, such as http://localhost:1234/v1.',
    });
  }
  if (own.type !== 'azure_openai' || /\/openai(\/|$)/.test(new URL(address).pathname)) return address;
  return `${address.replace(/\/+$/, '')}/openai`;
}

function keyPlaceOf(backend: Backend, vendor: Vendor): string {
  const source = backend.key;
  if (source.from === 'env') return `the environment variable ${source.name}`;
  if (source.from === 'file') return `${source.file} (${source.path.join('.')})`;
  const names = vendor.keyEnv ?? [];
  return names.length === 0
    ? "api_key of the agent's backend"
    : `the environment variable ${names.join(' or ')}, or api_key of the agent's backend`;
}

const stringIn = (params: Record<string, unknown>, key: string): string | undefined => {
  const value = params[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
};
