/** What of the person's a team sends, and to whom: the keys that its agents are asked with, and variables within what a configuration says. */
import { pathToFileURL } from 'node:url';
import type { AgentSpec, Settings } from '../../protocol/events.js';
import { addressOf, isLoopback, vendorAt } from '../providers/vendors.js';
import type { Place, Source } from './document.js';
import { folderEnv } from './env.js';
import { keysIn } from './keys.js';
import type { ConfigPath } from './problem.js';
import { type Env, hasOneReference } from './substitute.js';

export interface Sending {
  /** The variable, or where else the key is. */
  name: string;
  /** The address that it goes to; the folder's own as a `file:` URL where it becomes a part of what the team there is told and does. */
  to: string;
  place?: Place & { file: string };
}

/** What a team sends beyond what goes without asking. */
export interface Sends {
  /** The person chose the configuration: it did not just lie in the folder. */
  chosen: boolean;
  all: readonly Sending[];
}

interface Around {
  folder: string;
  env: Env;
}

/**
 * The keys that go anywhere else than to their vendor's own address or to this machine.
 * Invariant: a key that the folder's `.env` or its configuration has in plain text is whose the folder is; every other one is the person's.
 */
export async function keysSent(agents: readonly AgentSpec[], { folder, env }: Around, placeOf?: PlaceOf): Promise<Sending[]> {
  const theirs = await folderEnv(folder);
  const found = await Promise.all(
    agents.map(async ({ backend }, index): Promise<Sending[]> => {
      const address = addressOf(backend);
      if (address === undefined || !URL.canParse(address) || isLoopback(new URL(address).hostname)) return [];
      const names = (await keysIn(backend.key, env, folder)).filter((name) => !isTheirs(name, env, theirs) && !isOwn(name, address));
      const place = placeOf?.(index);
      return names.map((name) => ({ name, to: addressText(address), ...(place && { place }) }));
    }),
  );
  return distinct(found.flat());
}

/** A variable that stands in the text of a configuration beside `api_key`. */
export interface Reference {
  at: ConfigPath;
  name: string;
}

/** What of it leaves this machine may come to anybody: a model is told of it, and tells others. */
export async function textSent(
  references: readonly Reference[],
  team: Leaving,
  { folder, env }: Around,
  source: Source,
): Promise<Sending[]> {
  const theirs = await folderEnv(folder);
  if (!leaves(team)) return [];
  const to = folderAddress(folder);
  return distinct(
    references
      .filter(({ name, at }) => !isTheirs(name, env, theirs) && !isAddress(at, source))
      .map(({ name, at }) => ({ name, to, place: { file: source.file, ...(source.at(at) ?? { line: 1, column: 1 }) } })),
  );
}

/** Of the agent of that number, in the order of the configuration. */
export type PlaceOf = (index: number) => (Place & { file: string }) | undefined;

interface Leaving {
  agents: readonly AgentSpec[];
  settings: Pick<Settings, 'policy'>;
}

const leaves = ({ agents, settings }: Leaving): boolean =>
  settings.policy.network !== 'none' || agents.some(({ backend }) => backend.type !== 'scripted' && !isHere(addressOf(backend)));

const isHere = (address: string | undefined): boolean =>
  address !== undefined && URL.canParse(address) && isLoopback(new URL(address).hostname);

/** The value is an address then: it goes to where it leads, and whose key goes there is looked at by itself. */
const isAddress = (at: ConfigPath, { value }: Source): boolean =>
  ['base_url', 'azure_endpoint'].includes(String(at.at(-1))) && hasOneReference(value, at);

const isTheirs = (name: string, env: Env, theirs: Env): boolean => theirs[name] !== undefined && env[name] === theirs[name];

function isOwn(name: string, address: string): boolean {
  return new URL(address).protocol === 'https:' && vendorAt(address)?.keyEnv?.includes(name) === true;
}

/** One address is one text. A quote, which URLs may hold, would end it in a shell. */
export function addressText(address: string): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  url.hash = '';
  return url.href.replace(/\/+$/, '').replaceAll("'", '%27');
}

export const folderAddress = (folder: string): string => addressText(pathToFileURL(folder).href);

const distinct = (all: readonly Sending[]): Sending[] => all.filter((one, at) => all.findIndex((other) => isSame(other, one)) === at);

export const isSame = (a: Pick<Sending, 'name' | 'to'>, b: Pick<Sending, 'name' | 'to'>): boolean => a.name === b.name && a.to === b.to;

/** A variable in the words of a configuration, not a key for an address. */
export const isText = ({ to }: Pick<Sending, 'to'>): boolean => to.startsWith('file:');

/** As the person reads it. */
export const sendingText = ({ name, to }: Pick<Sending, 'name' | 'to'>): string =>
  isText({ to }) ? `${name} becomes part of what the team of this folder is told and does` : `${name} goes to ${to}`;
