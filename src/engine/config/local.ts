/** Asks the model servers of this machine what they serve. */
import type { EditorModels } from '../providers/provider.js';
import { isLoopback, type Vendor, vendors } from '../providers/vendors.js';
import type { Finding } from './finding.js';
import type { Env } from './substitute.js';

export interface Probes {
  /** The names of the models that a server at this base URL serves; throws where there is none. */
  models?: (baseUrl: string, key: string | undefined, signal: AbortSignal) => Promise<string[]>;
  timeoutMs?: number;
  /** The models of the editor that asks. */
  editor?: EditorModels | undefined;
}

export interface LocalServer {
  vendor: Vendor;
  baseUrl: string;
  /** Models one can talk to, in the server's order. */
  models: string[];
  /** The variable whose key it was asked with. */
  keyName?: string;
}

/** Invariant: only addresses of this machine are asked, and only for the list of models, which costs nothing. */
export async function probeLocalServers(env: Env, probes: Probes = {}): Promise<{ servers: LocalServer[]; findings: Finding[] }> {
  const results = await Promise.all(
    vendors.flatMap((vendor) =>
      vendor.local && vendor.baseUrl !== undefined && isLoopback(new URL(vendor.baseUrl).hostname)
        ? [probe(vendor, vendor.baseUrl, env, probes)]
        : [],
    ),
  );
  return {
    servers: results.flatMap(({ server }) => (server === undefined ? [] : [server])),
    findings: results.map(({ finding }) => finding),
  };
}

async function probe(vendor: Vendor, baseUrl: string, env: Env, probes: Probes): Promise<{ server?: LocalServer; finding: Finding }> {
  const found = (status: Finding['status'], detail: string, hint?: string): Finding => ({
    area: 'local servers',
    name: vendor.label,
    status,
    detail,
    ...(hint === undefined ? {} : { hint }),
  });
  const keyName = vendor.keyEnv?.find((name) => env[name]?.trim());
  const key = keyName === undefined ? undefined : env[keyName]?.trim();
  try {
    const served = await (probes.models ?? listModels)(baseUrl, key, AbortSignal.timeout(probes.timeoutMs ?? 1000));
    const models = served.filter(canChat);
    if (models.length === 0)
      return { finding: found('problem', `${baseUrl} answers, but serves no model one can talk to`, 'load a model in it') };
    return {
      server: { vendor, baseUrl, models, ...(keyName === undefined ? {} : { keyName }) },
      finding: found('ok', `${baseUrl} serves ${listed(models)}`),
    };
  } catch (error) {
    if (error instanceof Refused)
      return {
        finding: found('problem', `${baseUrl} ${error.message}`, vendor.keyEnv?.[0] === undefined ? undefined : `set ${vendor.keyEnv[0]}`),
      };
    // Whatever else went wrong (nothing listens, no answer in time, something that is not such a server): it is not there.
    return { finding: found('missing', `nothing at ${baseUrl}`) };
  }
}

/** A server of the right kind that does not let us in. */
class Refused extends Error {}

export async function listModels(baseUrl: string, key: string | undefined, signal: AbortSignal): Promise<string[]> {
  // A redirect could lead off this machine.
  const response = await fetch(`${baseUrl}/models`, {
    signal,
    redirect: 'error',
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
  });
  if (response.status === 401 || response.status === 403) throw new Refused('asks for a key');
  if (!response.ok) throw new Error(`status ${response.status}`);
  const body: unknown = await response.json();
  const data = typeof body === 'object' && body !== null && 'data' in body ? body.data : undefined;
  if (!Array.isArray(data)) throw new Error('not a list of models');
  return data.flatMap((entry: unknown) =>
    typeof entry === 'object' && entry !== null && 'id' in entry && typeof entry.id === 'string' ? [entry.id] : [],
  );
}

const canChat = (model: string): boolean => !/embed|rerank|whisper|\btts\b|bge-|clip\b/i.test(model);

function listed(models: readonly string[]): string {
  return models.length > 3 ? `${models.slice(0, 3).join(', ')} and ${models.length - 3} more` : models.join(', ');
}
