/** What the person allowed for longer than once: for the session, as its facts tell, or always in this folder, kept as data. */
import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { fail } from '../protocol/failure.js';
import type { Facts } from './facts.js';
import type { Approval, ApprovalRequest } from './host.js';
import { requireOwnHome } from './workspace/own-places.js';
import { lockWhenFree } from './workspace/turn-taking.js';

/** One command line that is run without asking, exactly as it is. */
export interface Permission {
  command: string;
  /** When it was allowed, as ISO 8601. */
  since: string;
}

const written = z.object({ folder: z.string().optional(), always: z.array(z.object({ command: z.string().min(1), since: z.string() })) });

export const policyFile = (home: string): string => join(home, 'policy.yaml');

/** Throws `config` where the file cannot be read: what is not understood allows nothing. */
export async function permissionsIn(home: string): Promise<Permission[]> {
  const file = policyFile(home);
  if (!existsSync(file)) return [];
  const read = written.safeParse(asYaml(file, await readFile(file, 'utf8')));
  // What another wrote, and sent along with the folder, is nobody's yes.
  if (read.success) return read.data.folder === markOf(home) ? read.data.always : [];
  throw unreadable(file, read.error.issues[0]?.message ?? 'it has another shape');
}

/** Which folder of the disk this is: one that was cloned, unpacked or copied is another, whatever lies in it. */
const markOf = (home: string): string => statSync(home, { bigint: true }).ino.toString();

function asYaml(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw unreadable(file, error instanceof Error ? error.message : String(error));
  }
}

const unreadable = (file: string, why: string): Error =>
  fail('config', `${file} cannot be read: ${why}.`, { hint: 'Mend it, or remove it to be asked again.' });

/** Changes what is always allowed in the folder. */
async function change(home: string, make: (before: Permission[]) => Permission[]): Promise<Permission[]> {
  requireOwnHome(home);
  await mkdir(home, { recursive: true });
  await using _ = await lockWhenFree(join(home, 'policy.lock'), 'a change of what is always allowed');
  const always = make(await permissionsIn(home));
  const file = policyFile(home);
  await writeFile(
    `${file}.new`,
    `# What you allowed in this folder for good. Remove an entry to be asked again.\n${stringify({ folder: markOf(home), always })}`,
  );
  await rename(`${file}.new`, file);
  return always;
}

/** Gives what is left. Throws `not-found` where it was not allowed. */
export async function forget(home: string, command: string): Promise<Permission[]> {
  const before = await permissionsIn(home);
  if (before.some((one) => one.command === command)) return change(home, (all) => all.filter((one) => one.command !== command));
  throw fail('not-found', `"${command}" is not among what is always allowed here.`, { hint: 'massgen policy lists it.' });
}

export interface Permissions {
  /** Asks, unless it is allowed already. Who asks the same meanwhile waits for the answer. */
  ask(request: ApprovalRequest, signal: AbortSignal): Promise<Approval>;
}

export interface PermissionsOptions {
  /** The folder's `.massgen`. */
  home: string;
  facts(): Facts;
  approve(request: ApprovalRequest, signal: AbortSignal): Promise<Approval>;
  now(): number;
}

/**
 * Invariant: what is allowed for longer is a whole command line, exactly as it is; of any other effect a yes counts once, and so it does of what
 * cannot be taken back. It stands for a person's yes only: what the policy denies never comes here.
 */
export function openPermissions({ home, facts, approve, now }: PermissionsOptions): Permissions {
  const allowed = openAllowed(facts);
  const asking = new Map<string, Promise<unknown>>();
  const known = async (command: string): Promise<Approval | undefined> => {
    if (allowed().has(command)) return { answer: 'allowed', by: 'policy', why: 'you allowed it for this session' };
    if (!(await permissionsIn(home)).some((one) => one.command === command)) return undefined;
    return { answer: 'allowed', by: 'policy', why: 'you always allow it in this folder' };
  };
  const askAnew = async (request: ApprovalRequest, signal: AbortSignal): Promise<Approval> => {
    const { for: reach, ...answer } = await approve(request, signal);
    if (answer.answer === 'denied' || reach === undefined || !isKeepable(request)) return answer;
    if (reach === 'always') {
      const entry = { command: request.what, since: new Date(now()).toISOString() };
      await change(home, (before) => [...before.filter((one) => one.command !== request.what), entry]);
    }
    return { ...answer, for: reach };
  };
  return {
    async ask(request, signal) {
      if (!isKeepable(request)) return askAnew(request, signal);
      const { what } = request;
      for (let before = asking.get(what); before !== undefined; before = asking.get(what)) await before;
      const answer = known(what).then((already) => already ?? askAnew(request, signal));
      const settled = answer.then(
        () => undefined,
        () => undefined, // Who asked is told; who waits asks for itself.
      );
      asking.set(what, settled);
      try {
        return await answer;
      } finally {
        asking.delete(what);
      }
    },
  };
}

const isKeepable = ({ effect, once }: ApprovalRequest): boolean => effect === 'run' && !once;

/** Command lines that the person allowed for the rest of the session. A fact is looked at once, for a session may have very many. */
function openAllowed(facts: () => Facts): () => ReadonlySet<string> {
  const requested = new Map<string, string>();
  const allowed = new Set<string>();
  let seen = 0;
  return () => {
    for (const event of facts().after(seen)) {
      seen = event.seq;
      if (event.type === 'approval.requested' && event.effect === 'run') requested.set(`${event.run}/${event.call}`, event.what);
      if (event.type !== 'approval.answered' || event.answer !== 'allowed' || event.for === undefined) continue;
      const what = requested.get(`${event.run}/${event.call}`);
      if (what !== undefined) allowed.add(what);
    }
    return allowed;
  };
}
