/** Puts a team together of what is there: keys in the environment and model servers on this machine. */
import type { AgentSpec, Backend, KeySource } from '../../protocol/events.js';
import { EDITOR } from '../providers/editor.js';
import type { EditorModel } from '../providers/provider.js';
import { type Vendor, vendors } from '../providers/vendors.js';
import type { Finding } from './finding.js';
import { type LocalServer, type Probes, probeLocalServers } from './local.js';
import type { Env } from './substitute.js';
import { type TeamConfig, teamOf } from './team.js';

/** More would seldom help and always cost. */
const MOST = 4;

/** Looks, and spends nothing: no request is made with a key except to a server on this machine. */
export async function detectTeam(env: Env, probes: Probes = {}): Promise<{ found: Finding[]; team?: TeamConfig }> {
  const keyed = vendors.flatMap((vendor) => withKey(vendor, env));
  const local = await probeLocalServers(env, probes);
  const offered = (await probes.editor?.list()) ?? [];
  const found = [
    ...keyed.map(({ finding }) => finding),
    ...local.findings.filter((finding) => finding.status !== 'missing'),
    ...offered.map(({ label }): Finding => ({ area: 'editor', name: label, status: 'ok', detail: 'offered by the editor' })),
  ];
  const backends = [
    ...keyed.flatMap(({ backend }) => (backend === undefined ? [] : [backend])),
    ...local.servers.map(backendOf),
    ...offered.filter(firstOfFamily).map(editorBackend),
  ];
  const agents = agentsOf(backends, local.servers);
  return agents.length === 0 ? { found } : { found, team: teamOf(agents) };
}

/** Keys that are set and those that are not, for `doctor`. */
export function findKeys(env: Env): Finding[] {
  return vendors
    .filter((vendor) => vendor.needsKey)
    .map(
      (vendor) =>
        withKey(vendor, env)[0]?.finding ?? {
          area: 'keys',
          name: vendor.label,
          status: 'missing',
          detail: `${(vendor.keyEnv ?? []).join(' or ')} is not set`,
        },
    );
}

function withKey(vendor: Vendor, env: Env): { finding: Finding; backend?: Backend }[] {
  const name = vendor.keyEnv?.find((candidate) => env[candidate]?.trim());
  if (name === undefined || !vendor.needsKey) return [];
  const finding: Finding = { area: 'keys', name: vendor.label, status: 'ok', detail: `${name} is set` };
  if (vendor.defaultModel === undefined || vendor.baseUrl === undefined) {
    return [
      {
        finding: {
          ...finding,
          hint: `write a configuration to use it: it needs a ${vendor.baseUrl === undefined ? 'base_url and a ' : ''}model`,
        },
      },
    ];
  }
  return [{ finding, backend: { type: vendor.type, model: vendor.defaultModel, key: { from: 'env', name }, params: {} } }];
}

function backendOf({ vendor, baseUrl, models, keyName }: LocalServer): Backend {
  const key: KeySource = keyName === undefined ? { from: 'none' } : { from: 'env', name: keyName };
  return { type: vendor.type, model: models[0] ?? '', baseUrl, key, params: {} };
}

/** Versions of one model would mostly say the same. */
const firstOfFamily = ({ family }: EditorModel, at: number, all: readonly EditorModel[]): boolean =>
  all.findIndex((other) => other.family === family) === at;

const editorBackend = ({ id }: EditorModel): Backend => ({ type: EDITOR, model: id, key: { from: 'none' }, params: {} });

/** One agent for each backend. A single one still makes a team of two: of a second model where there is one, else of the same. */
function agentsOf(backends: readonly Backend[], servers: readonly LocalServer[]): AgentSpec[] {
  const [only] = backends;
  const team =
    backends.length === 1 && only !== undefined ? [only, { ...only, model: servers[0]?.models[1] ?? only.model }] : backends.slice(0, MOST);
  return team.map((backend, index) => {
    const twins = team.filter((other) => other.type === backend.type).length > 1;
    const id = twins ? `${backend.type}-${index + 1}` : backend.type;
    return { id, label: id, runner: 'native', backend };
  });
}
