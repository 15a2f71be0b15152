/** Makes an agent's backend of what the configuration says: which vendor, where, with whose key. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import type { Backend, KeySource } from '../../protocol/events.js';
import { nearest } from '../nearest.js';
import { ANY_MODEL, EDITOR } from '../providers/editor.js';
import { isLoopback, keyNames, type Vendor, vendorAt, vendorOf, vendors } from '../providers/vendors.js';
import { isPlaceholder } from './keys.js';
import { commonParams, foreignBackends, groupedParams, unusedKeys } from './massgen.js';
import { type ConfigPath, pathText } from './problem.js';
import type { Report } from './report.js';
import { backendKeys, type WrittenBackend } from './schema.js';
import { type Env, soleReference } from './substitute.js';

export interface BackendContext {
  /** The configuration file, absolute: relative paths are relative to its folder. */
  file: string;
  env: Env;
  report: Report;
}

const SCRIPTED = 'scripted';

const backendTypes: readonly string[] = [...vendors.map((vendor) => vendor.type), EDITOR, SCRIPTED];

/** `written` has its `${ENV}` resolved, except in `api_key`. Undefined where an error was reported. */
export async function toBackend(written: WrittenBackend, at: ConfigPath, context: BackendContext): Promise<Backend | undefined> {
  const { report } = context;
  if (!isKnownType(written.type, at, report)) return undefined;
  if (written.type === SCRIPTED) return scripted(written, at, context);
  if (written.type === EDITOR)
    return { type: EDITOR, model: written.model ?? ANY_MODEL, key: { from: 'none' }, params: paramsOf(written, at, report) };
  const vendor = vendorOf(written.type);
  if (vendor === undefined) return undefined;
  const params = paramsOf(written, at, report);
  const model = written.model ?? vendor.defaultModel;
  if (model === undefined)
    report.error([...at, 'model'], `${pathText([...at, 'model'])} is missing`, { hint: `${vendor.label} has no default model here` });
  const baseUrl = baseUrlOf(written, vendor, at, context);
  const key = keyOf(written, vendor, baseUrl, at, context);
  if (model === undefined || report.failed()) return undefined;
  return { type: written.type, model, ...(baseUrl === undefined ? {} : { baseUrl }), key, params };
}

function isKnownType(type: string, at: ConfigPath, report: Report): boolean {
  if (backendTypes.includes(type)) return true;
  const foreign = foreignBackends[type];
  const near = nearest(type, backendTypes);
  const hint = foreign ?? (near === undefined ? undefined : `did you mean "${near}"?`);
  const what = foreign === undefined ? 'is not a backend type' : 'is a backend type that is not supported yet';
  report.error([...at, 'type'], `"${type}" ${what}; there are: ${backendTypes.join(', ')}`, { hint });
  return false;
}

async function scripted(written: WrittenBackend, at: ConfigPath, { file, report }: BackendContext): Promise<Backend | undefined> {
  if (typeof written.scenario !== 'string') {
    report.error([...at, 'scenario'], `${pathText([...at, 'scenario'])} is missing`, {
      hint: 'a scripted agent plays the replies of a scenario file',
    });
    return undefined;
  }
  const scenario = path.resolve(path.dirname(file), written.scenario);
  const there = await access(scenario).then(
    () => true,
    () => false, // Whatever keeps it from being read, the message below names the path.
  );
  if (!there) {
    report.error([...at, 'scenario'], `The scenario ${scenario} cannot be read.`, {
      hint: 'relative paths start at the folder of the configuration',
    });
    return undefined;
  }
  return { type: SCRIPTED, model: written.model ?? SCRIPTED, key: { from: 'none' }, params: paramsOf(written, at, report), scenario };
}

function paramsOf(written: WrittenBackend, at: ConfigPath, report: Report): Record<string, unknown> {
  const own: readonly string[] = backendKeys;
  const unused: readonly string[] = unusedKeys.backend;
  const rest = Object.fromEntries(Object.entries(written).filter(([key]) => !own.includes(key) && !unused.includes(key)));
  for (const key of Object.keys(rest)) warnOfMisspelling(key, at, report);
  if (written.type !== 'openrouter') warnOfGroups(rest, at, report);
  return rest;
}

function warnOfGroups(params: Readonly<Record<string, unknown>>, at: ConfigPath, report: Report): void {
  for (const [group, used] of Object.entries(groupedParams)) {
    const settings = params[group];
    if (typeof settings !== 'object' || settings === null) continue;
    for (const name of Object.keys(settings).filter((key) => key !== used)) {
      report.warn([...at, group, name], `not used yet: ${pathText([...at, group, name])}`, { part: 'key' });
    }
  }
}

function warnOfMisspelling(key: string, at: ConfigPath, report: Report): void {
  const known = [...backendKeys, ...unusedKeys.backend, ...commonParams];
  if (key.length < 4 || known.includes(key as never)) return;
  const near = nearest(key, known, key.length <= 5 ? 1 : 2);
  if (near === undefined) return;
  report.warn([...at, key], `"${key}" goes to the provider as it is`, { part: 'key', hint: `did you mean "${near}"?` });
}

function baseUrlOf(written: WrittenBackend, vendor: Vendor, at: ConfigPath, { env, report }: BackendContext): string | undefined {
  const key = written.base_url || !written.azure_endpoint ? 'base_url' : 'azure_endpoint';
  const text = written.base_url || written.azure_endpoint;
  const where = [...at, key];
  if (!text) {
    if (vendor.baseUrl !== undefined) return undefined;
    if (vendor.type !== 'azure_openai') {
      report.error(where, `${pathText(where)} is missing`, {
        hint: `${vendor.label} has no address of its own: say where it is, as http://localhost:8000/v1`,
      });
      return undefined;
    }
    const endpoint = env.AZURE_OPENAI_ENDPOINT;
    if (!endpoint)
      report.warn(where, `${pathText(where)} is missing and AZURE_OPENAI_ENDPOINT is not set`, {
        hint: 'as https://your-resource.openai.azure.com/',
      });
    return endpoint || undefined;
  }
  if (!URL.canParse(text) || !/^https?:\/\//i.test(text)) {
    report.error(where, `${pathText(where)} must be an address that begins with https:// or http://`);
    return undefined;
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    report.error(where, `${pathText(where)} must not hold a user or a password`, { hint: `use api_key: \${NAME_OF_VARIABLE}` });
  return text;
}

/**
 * Invariant: a key that the configuration does not name itself goes to its vendor's own hosts only (see `keyNames`);
 * one that it names may go elsewhere, and that is said.
 */
function keyOf(written: WrittenBackend, vendor: Vendor, baseUrl: string | undefined, at: ConfigPath, context: BackendContext): KeySource {
  const { env, report } = context;
  const names = keyNames(vendor.type, baseUrl);
  const there = baseUrl === undefined ? undefined : vendorAt(baseUrl);
  const where = [...at, 'api_key'];
  const host = baseUrl !== undefined && URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  const local = host === undefined || isLoopback(host.hostname);
  if (written.api_key?.trim()) {
    const key = namedKey(written.api_key, where, vendor, context);
    if (!local && key.from === 'env' && !names.includes(key.name) && isVendorKey(key.name)) {
      report.warn(where, `The key ${key.name} will be sent to ${host.host}, which is not that vendor's own address.`);
    }
    if (!local && host.protocol === 'http:')
      report.warn([...at, 'base_url'], `The key will be sent to ${host.host} without encryption.`, { hint: 'use https://' });
    return key;
  }
  const name = names.find((candidate) => env[candidate]?.trim()) ?? ((there ?? vendor).needsKey ? names[0] : undefined);
  if (name !== undefined) return { from: 'env', name };
  if (vendor.needsKey && !local)
    report.warn(where, `No key is sent to ${host.host}.`, {
      hint: `${vendor.label}'s own key goes to its own address only; name one: api_key: \${NAME_OF_VARIABLE}`,
    });
  return { from: 'none' };
}

function namedKey(written: string, where: ConfigPath, vendor: Vendor, { file, report }: BackendContext): KeySource {
  const name = soleReference(written);
  if (name !== undefined) return { from: 'env', name };
  const literal = !/\$\{\w+(:-)?\}/.test(written);
  if (literal && !isPlaceholder(written) && !vendor.local) {
    report.warn(where, `${pathText(where)} holds a key in plain text`, {
      hint: `move it to an environment variable: api_key: \${${vendor.keyEnv?.[0] ?? 'NAME_OF_VARIABLE'}}`,
    });
  }
  return { from: 'file', file, path: [...where] };
}

/** The key of a vendor with hosts of its own. */
const isVendorKey = (name: string): boolean => vendors.some((vendor) => vendor.needsKey && vendor.keyEnv?.includes(name));
