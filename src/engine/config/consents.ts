/** Which of the person's keys may go to which addresses: what they agreed to, kept as data in their own folder, never in the one worked on. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { exactly } from '../../protocol/exactly.js';
import { fail } from '../../protocol/failure.js';
import { configHome } from './env.js';
import type { Problem } from './problem.js';
import { isSame, isText, type Sending, type Sends, sendingText } from './sendings.js';
import type { Env } from './substitute.js';

export interface Consent {
  name: string;
  to: string;
  /** When it was given, as ISO 8601. */
  since: string;
}

const written = z.object({ consents: z.array(z.object({ name: z.string().min(1), to: z.string().min(1), since: z.string() })) });

export const consentsFile = (env: Env): string => path.join(configHome(env), 'consents.yaml');

/** Throws `config` where the file cannot be read: what is not understood agrees to nothing. */
export async function consentsOf(env: Env): Promise<Consent[]> {
  const file = consentsFile(env);
  try {
    return written.parse(parse(await readFile(file, 'utf8'))).consents;
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return [];
    throw fail('config', `${file} cannot be read.`, { hint: 'Mend it, or remove it to be asked again.', cause });
  }
}

/** Gives what there is then. */
export async function agree(env: Env, sendings: readonly Sending[], now: number): Promise<Consent[]> {
  const before = await consentsOf(env);
  const since = new Date(now).toISOString();
  const added = sendings.filter((one) => !before.some((given) => isSame(given, one))).map(({ name, to }) => ({ name, to, since }));
  return added.length === 0 ? before : write(env, [...before, ...added]);
}

/** Gives what is left. Throws `not-found` where it was not agreed to. */
export async function withdraw(env: Env, sending: Sending): Promise<Consent[]> {
  const before = await consentsOf(env);
  const left = before.filter((given) => !isSame(given, sending));
  if (left.length < before.length) return write(env, left);
  throw fail('not-found', `You have not agreed that ${exactly(sendingText(sending))}.`, { hint: 'massgen config consent lists it.' });
}

async function write(env: Env, consents: readonly Consent[]): Promise<Consent[]> {
  const file = consentsFile(env);
  await mkdir(path.dirname(file), { recursive: true });
  const made = `${file}.${process.pid}.new`;
  await writeFile(
    made,
    `# Where your keys may go because you agreed to it. Remove an entry to be asked again.\n${stringify({ consents })}`,
  );
  await rename(made, file);
  return [...consents];
}

/** What the person has neither chosen nor agreed to. */
export async function lacking({ chosen, all }: Sends, env: Env): Promise<Sending[]> {
  if (chosen || all.length === 0) return [];
  const given = await consentsOf(env);
  return all.filter((one) => !given.some((consent) => isSame(consent, one)));
}

/** What is to be done about each, as a problem of the file that says it. */
export const consentProblem = (sending: Sending): Problem => ({
  ...sending.place,
  path: '',
  message: `${exactly(sendingText(sending))}, and you have not agreed to that`,
  hint: `if it belongs there: ${commandFor(sending)}`,
  severity: 'warning',
});

/** As it can be copied into a shell: an address may hold what a shell obeys. */
function commandFor({ name, to }: Sending): string {
  const quoted = (text: string): string => (/^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", '')}'`);
  return `massgen config consent ${quoted(name)}${isText({ to }) ? '' : ` ${quoted(to)}`}`;
}
